import { resolve } from 'node:path';
import { ConfigurationError } from '../../lib/settings-reader.ts';
import { regionOf } from '../../lib/user-pool-id.ts';
import type { Permission } from './apply.ts';

/** What the environment asks for. */
export interface Settings extends Permission {
  readonly pool: string;
  readonly region: string;
  readonly provider: string | undefined;
  readonly identities: string | undefined;
  readonly report: string;
  readonly journal: string;
  readonly showEmail: boolean;
}

// They name people, so they are kept where git does not look.
const DEFAULT_FOLDER = 'target/link-users';

/**
 * Reads the settings; files are relative to where `make` was called.
 *
 * @throws ConfigurationError that names every problem
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const text = (name: string) => environment[name]?.trim() || undefined;
  const file = (name: string) => {
    const path = text(name);
    return path === undefined ? undefined : resolve(environment.INIT_CWD ?? '.', path);
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
  const replaceFederated = flag('REPLACE_FEDERATED');
  if (provider === undefined && (identities !== undefined || apply || replaceFederated)) {
    problems.push('PROVIDER must name the identity provider, because IDENTITIES or APPLY is set');
  }
  if (replaceFederated && !apply) {
    problems.push('REPLACE_FEDERATED=1 has no meaning without APPLY=1');
  }
  const journal = file('JOURNAL') ?? resolve(folder(environment), `${pool}.journal.jsonl`);
  if (replaceFederated && text('JOURNAL') === undefined) {
    problems.push('REPLACE_FEDERATED=1 needs JOURNAL: that file alone keeps what is deleted, so choose a safe place');
  }
  const report = file('REPORT') ?? resolve(folder(environment), `${pool}.csv`);
  if (report === journal || report === identities || journal === identities) {
    problems.push('REPORT, JOURNAL and IDENTITIES must be three files');
  }
  const showEmail = flag('SHOW_EMAIL');
  if (problems.length > 0) {
    throw new ConfigurationError(`link-users cannot start:\n  ${problems.join('\n  ')}`);
  }
  return { pool, region, provider, identities, report, journal, showEmail, apply, replaceFederated };
}

function folder(environment: Readonly<Record<string, string | undefined>>): string {
  return resolve(environment.INIT_CWD ?? '.', DEFAULT_FOLDER);
}
