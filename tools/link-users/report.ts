import type { Judgement, Row } from './judge.ts';

/** What was done for a row, in words for the report. */
export type Results = ReadonlyMap<Row, string>;

const COLUMNS = ['verdict', 'username', 'sub', 'email', 'status', 'enabled', 'provider', 'line', 'steps', 'result'];

/** The report as CSV. Addresses are masked, also within user names, unless `showEmail`. */
export function reportOf(rows: readonly Row[], results: Results, showEmail: boolean): string {
  const email = showEmail ? (text: string) => text : masked;
  const records = rows.map((row) => {
    const { verdict, profile, person, steps } = row;
    return [
      verdict,
      email(profile?.username ?? ''),
      profile?.sub ?? '',
      email(profile?.email ?? person?.email ?? ''),
      profile?.status ?? '',
      String(profile?.enabled ?? ''),
      profile?.providers.join(' ') ?? '',
      String(person?.line ?? ''),
      steps.join(', '),
      results.get(row) ?? '',
    ];
  });
  return [COLUMNS, ...records].map((record) => `${record.map(cell).join(',')}\n`).join('');
}

/** How many rows there are of each verdict, and what to do about them. */
export function summaryOf({ verdicts, rows }: Judgement): string {
  const lines = verdicts
    .map(([verdict, advice]) => [verdict, advice, rows.filter((row) => row.verdict === verdict).length] as const)
    .filter(([, , count]) => count > 0)
    .map(([verdict, advice, count]) => `${String(count).padStart(8)}  ${verdict}: ${advice}`);
  return lines.length > 0 ? lines.join('\n') : '       0  profiles';
}

/** The first letter and the domain: enough to recognize an address, not enough to learn it. */
export function masked(text: string): string {
  return text.replace(/([^\s@])[^\s@]*@/g, '$1***@');
}

function cell(text: string): string {
  // A spreadsheet runs what starts like a formula, and users choose some of this.
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
