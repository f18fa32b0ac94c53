import { ConfigurationError } from '../../cdk/lib/settings-reader.ts';
import { comparable, isPlainEmail } from './profile.ts';

/** Somebody whose future federated identity is known: from the identity provider's list, or from the journal. */
export interface Person {
  readonly email: string;
  readonly nameId: string;
  /** The line of the list; the journal has none. */
  readonly line: number | undefined;
}

/**
 * Reads the identity provider's list: CSV with the columns `email` and `name_id`, in any order, others ignored.
 *
 * An address or an identity that stands there twice makes the whole list unusable: somebody would get the profile of
 * somebody else, and which of the two lines is right only its author knows.
 *
 * @throws ConfigurationError that names the bad lines, and never their content
 */
export function readPeople(text: string): Person[] {
  const [header = [], ...records] = parseCsv(text);
  const names = header.map((name) => name.trim().toLowerCase());
  const [emailAt, nameIdAt] = [names.indexOf('email'), names.indexOf('name_id')];
  if (emailAt < 0 || nameIdAt < 0) {
    throw new ConfigurationError('IDENTITIES: the first line must name the columns email and name_id');
  }
  const people: Person[] = [];
  const problems: string[] = [];
  const seen = new Map<string, number>();
  for (const [index, record] of records.entries()) {
    const line = index + 2;
    const email = record[emailAt]?.trim() ?? '';
    const nameId = record[nameIdAt]?.trim() ?? '';
    if (email === '' && nameId === '') {
      continue;
    }
    if (!isPlainEmail(email) || nameId === '') {
      problems.push(`line ${line}: ${nameId === '' ? 'no name_id' : 'no plain ASCII e-mail address'}`);
      continue;
    }
    // A pool may or may not tell letter case apart; two that differ in nothing else count as one.
    for (const key of [`email ${comparable(email)}`, `name_id ${nameId.toLowerCase()}`]) {
      const first = seen.get(key);
      if (first !== undefined) {
        problems.push(`line ${line}: the same ${key.split(' ')[0]} as line ${first}`);
      }
      seen.set(key, first ?? line);
    }
    people.push({ email, nameId, line });
  }
  if (problems.length > 0) {
    throw new ConfigurationError(`IDENTITIES cannot be used:\n  ${problems.join('\n  ')}`);
  }
  return people;
}

/** RFC 4180, except that a line break ends a record even within quotes: neither column can hold one. */
function parseCsv(text: string): string[][] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.map((line) => {
    const fields = line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g);
    return [...fields].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  });
}
