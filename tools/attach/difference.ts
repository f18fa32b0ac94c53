/** A value that differs; `undefined` means that it is absent. */
export interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The values that differ between two structures, sorted by path. */
export function differences(before: unknown, after: unknown): Change[] {
  const [left, right] = [leaves(before), leaves(after)];
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort();
  return paths
    .map((path) => ({ path, before: left.get(path), after: right.get(path) }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** The lines of a diff: `- path: value` for a removed value, `+ path: value` for an added one. */
export function diffLines(changes: readonly Change[]): string[] {
  return changes.flatMap(({ path, before, after }) => [
    ...(before === undefined ? [] : [`- ${path}: ${JSON.stringify(before)}`]),
    ...(after === undefined ? [] : [`+ ${path}: ${JSON.stringify(after)}`]),
  ]);
}

/**
 * All values by path. A list is one value. `null` and structures without members are ignored, because AWS sometimes
 * omits them.
 */
function leaves(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  if (value === undefined || value === null) {
    return found;
  }
  if (isStructure(value)) {
    for (const [name, member] of Object.entries(value)) {
      leaves(member, path === '' ? name : `${path}.${name}`, found);
    }
    return found;
  }
  return found.set(path, value);
}

/** The paths of members that `whole` has but `part` does not, also inside lists. */
export function missingMembers(part: unknown, whole: unknown, path = ''): string[] {
  if (whole === undefined || whole === null) {
    return [];
  }
  if (part === undefined || part === null) {
    return [path];
  }
  if (Array.isArray(whole)) {
    const parts: readonly unknown[] = Array.isArray(part) ? part : [];
    return whole.flatMap((entry, index) => missingMembers(parts[index], entry, `${path}[${index}]`));
  }
  if (!isStructure(whole)) {
    return [];
  }
  const members = isStructure(part) ? part : {};
  return Object.entries(whole).flatMap(([name, member]) =>
    missingMembers(members[name], member, path === '' ? name : `${path}.${name}`),
  );
}

function isStructure(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
