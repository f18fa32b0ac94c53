import { ConfigurationError } from '../../cdk/lib/settings-reader.ts';
import type { Person } from './judge.ts';

/**
 * Reads the identity provider's list: CSV with the columns `email` and `name_id`, in any order; other columns are
 * ignored. judge-profiles checks the values.
 *
 * @throws ConfigurationError if a column is missing
 */
export function readIdentityList(text: string): Person[] {
  const [header = [], ...records] = parseCsv(text);
  const names = header.map((name) => name.trim().toLowerCase());
  const [emailAt, nameIdAt] = [names.indexOf('email'), names.indexOf('name_id')];
  if (emailAt < 0 || nameIdAt < 0) {
    throw new ConfigurationError('IDENTITIES: the first line must name the columns email and name_id');
  }
  const people = records.map((record, index) => ({
    email: record[emailAt]?.trim() ?? '',
    nameId: record[nameIdAt]?.trim() ?? '',
    line: index + 2,
  }));
  return people.filter(({ email, nameId }) => email !== '' || nameId !== '');
}

/** RFC 4180, except that a line break in quotes ends the record, because neither column can contain one. */
function parseCsv(text: string): string[][] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.map((line) => {
    const fields = line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g);
    return [...fields].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  });
}
