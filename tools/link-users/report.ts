import { type Results, stepsOf } from './apply.ts';
import { CLASS_NAMES, CLASSES } from './classes.ts';
import type { Row } from './classify.ts';
import { masked, ownIdentity } from './profile.ts';

const COLUMNS = [
  'class',
  'username',
  'sub',
  'email',
  'status',
  'enabled',
  'provider',
  'line',
  'steps',
  'result',
  'note',
];

/** The report as CSV, sorted by class. Addresses are masked, also within user names, unless `showEmail`. */
export function reportOf(rows: readonly Row[], results: Results, showEmail: boolean): string {
  const email = showEmail ? (text: string) => text : masked;
  const records = CLASS_NAMES.flatMap((name) => rows.filter((row) => row.class === name)).map((row) => {
    const { profile, person } = row;
    return [
      row.class,
      email(profile?.username ?? ''),
      profile?.sub ?? '',
      email(profile?.email ?? person?.email ?? ''),
      profile?.status ?? '',
      String(profile?.enabled ?? ''),
      providersOf(row),
      String(person?.line ?? ''),
      stepsOf(row),
      results.get(row) ?? '',
      row.note ?? '',
    ];
  });
  return [COLUMNS, ...records].map((record) => `${record.map(cell).join(',')}\n`).join('');
}

/** How many there are of each class, and what to do about them. */
export function summaryOf(rows: readonly Row[]): string {
  const lines = CLASS_NAMES.map((name) => [name, rows.filter((row) => row.class === name).length] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${String(count).padStart(8)}  ${name}: ${CLASSES[name]}`);
  return lines.length > 0 ? lines.join('\n') : '       0  profiles';
}

function providersOf({ profile }: Row): string {
  const own = profile && ownIdentity(profile);
  const names = (own ? [own, ...profile.identities] : (profile?.identities ?? [])).map(({ provider }) => provider);
  return [...new Set(names)].join(' ');
}

function cell(text: string): string {
  // A spreadsheet runs what starts like a formula, and users choose some of this.
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
