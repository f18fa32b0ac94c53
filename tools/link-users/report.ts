import type { Judgement, Row } from './judge.ts';

/** The results of the rows, as text for the report. */
export type Results = ReadonlyMap<Row, string>;

const COLUMNS = ['verdict', 'username', 'sub', 'email', 'status', 'enabled', 'provider', 'line', 'steps', 'result'];

/** The report as CSV. Addresses are masked, also within user names, unless `showEmail`. */
export function reportCsv(rows: readonly Row[], results: Results, showEmail: boolean): string {
  const show = showEmail ? (text: string) => text : maskAddresses;
  const records = rows.map((row) => {
    const { verdict, profile, person, steps } = row;
    return [
      verdict,
      show(profile?.username ?? ''),
      profile?.sub ?? '',
      show(profile?.email ?? person?.email ?? ''),
      profile?.status ?? '',
      String(profile?.enabled ?? ''),
      profile?.providers.join(' ') ?? '',
      String(person?.line ?? ''),
      steps.join(', '),
      results.get(row) ?? '',
    ];
  });
  return [COLUMNS, ...records].map((record) => `${record.map(csvField).join(',')}\n`).join('');
}

/** The number of rows of each verdict, with advice. */
export function summarize({ verdicts, rows }: Judgement): string {
  const lines = verdicts
    .map(([verdict, advice]) => [verdict, advice, rows.filter((row) => row.verdict === verdict).length] as const)
    .filter(([, , count]) => count > 0)
    .map(([verdict, advice, count]) => `${String(count).padStart(8)}  ${verdict}: ${advice}`);
  return lines.length > 0 ? lines.join('\n') : '       0  profiles';
}

/**
 * Shows only the first letter and the domain of addresses, so that an operator who knows an address can recognize it.
 */
export function maskAddresses(text: string): string {
  return text.replace(/([^\s@])[^\s@]*@/g, '$1***@');
}

function csvField(text: string): string {
  // Users choose some of these values, and a spreadsheet executes a value that starts like a formula.
  const escaped = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(escaped) ? `"${escaped.replaceAll('"', '""')}"` : escaped;
}
