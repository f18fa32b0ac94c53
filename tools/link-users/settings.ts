import { resolve } from 'node:path';
import { ConfigurationError } from '../../cdk/lib/settings-reader.ts';
import { regionOf } from '../../cdk/lib/user-pool-id.ts';

/** The settings of a run, from environment variables. */
export interface Settings {
  readonly pool: string;
  readonly region: string;
  readonly provider: string | undefined;
  readonly identities: string | undefined;
  readonly report: string;
  readonly showEmail: boolean;
  /** Whether to change the pool. Otherwise the run only writes the report. */
  readonly apply: boolean;
}

// The report contains personal data, so it is in a folder that git ignores.
const DEFAULT_FOLDER = 'target/link-users';

/**
 * Reads the settings. Paths of files are relative to the working directory.
 *
 * @throws ConfigurationError that names every problem
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const text = (name: string) => environment[name]?.trim() || undefined;
  const file = (name: string) => {
    const path = text(name);
    return path === undefined ? undefined : resolve(path);
  };
  const flag = (name: string) => {
    const value = text(name);
    if (value !== undefined && value !== '0' && value !== '1') {
      problems.push(`${name} must be 1 or 0`);
    }
    return value === '1';
  };

  const pool = text('POOL') ?? '';
  const region = regionOf(pool) ?? '';
  if (region === '') {
    problems.push('POOL must be the id of a user pool, as in POOL=eu-central-1_AbCdEf123');
  }
  const provider = text('PROVIDER');
  const identities = file('IDENTITIES');
  const apply = flag('APPLY');
  if (provider === undefined && (identities !== undefined || apply)) {
    problems.push('PROVIDER must name the identity provider, because IDENTITIES or APPLY is set');
  }
  const report = file('REPORT') ?? resolve(DEFAULT_FOLDER, `${pool}.csv`);
  if (report === identities) {
    problems.push('REPORT and IDENTITIES must be different files');
  }
  const showEmail = flag('SHOW_EMAIL');
  if (problems.length > 0) {
    throw new ConfigurationError(`link-users cannot start:\n  ${problems.join('\n  ')}`);
  }
  return { pool, region, provider, identities, report, showEmail, apply };
}
