/** One value that is not the same on both sides; `undefined` is one that is not there. */
export interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs between two structures, down to the single values, in the order of the paths. */
export function differences(before: unknown, after: unknown): Change[] {
  const [left, right] = [leaves(before), leaves(after)];
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort();
  return paths
    .map((path) => ({ path, before: left.get(path), after: right.get(path) }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** As lines of a diff: `- path: value` for what goes, `+ path: value` for what comes. */
export function asLines(changes: readonly Change[]): string[] {
  return changes.flatMap(({ path, before, after }) => [
    ...(before === undefined ? [] : [`- ${path}: ${JSON.stringify(before)}`]),
    ...(after === undefined ? [] : [`+ ${path}: ${JSON.stringify(after)}`]),
  ]);
}

/**
 * Every value by its path. A list counts as one value; `null` and a structure without members are as good as nothing:
 * AWS leaves them out at times.
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

/** The paths of the members that `whole` has and `part` lacks, also inside of lists. */
export function missingIn(part: unknown, whole: unknown, path = ''): string[] {
  if (whole === undefined || whole === null) {
    return [];
  }
  if (part === undefined || part === null) {
    return [path];
  }
  if (Array.isArray(whole)) {
    const parts: readonly unknown[] = Array.isArray(part) ? part : [];
    return whole.flatMap((entry, index) => missingIn(parts[index], entry, `${path}[${index}]`));
  }
  if (!isStructure(whole)) {
    return [];
  }
  const members = isStructure(part) ? part : {};
  return Object.entries(whole).flatMap(([name, member]) =>
    missingIn(members[name], member, path === '' ? name : `${path}.${name}`),
  );
}

function isStructure(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
