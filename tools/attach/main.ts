import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { regionOf, triggersStackName } from '../../cdk/lib/user-pool-id.ts';
import { ToolError } from '../tool-error.ts';
import { AwsAccount } from './account.ts';
import { type PoolState, type Request, run } from './attachment.ts';
import { explain } from './explain.ts';
import { mfaInput, toUpdateInput } from './update-input.ts';

const USAGE = 'usage: make attach|detach POOL=eu-west-1_AbCdEf123 [STACK=...] [DRY_RUN=1]';

/** The folder for the settings of a pool before a change. Not in `target`, which `cargo clean` deletes. */
const BACKUPS = fileURLToPath(new URL('../../user-pool-backups', import.meta.url));

function readRequest(): Request & { readonly region: string } {
  const options = { pool: { type: 'string' }, stack: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true, strict: true });
  const [command, ...rest] = positionals;
  if ((command !== 'attach' && command !== 'detach') || rest.length > 0 || !values.pool) {
    throw new ToolError(USAGE);
  }
  const region = regionOf(values.pool);
  if (region === undefined) {
    throw new ToolError(`POOL is not the id of a user pool, such as eu-west-1_AbCdEf123\n${USAGE}`);
  }
  const stack = values.stack || triggersStackName(values.pool);
  return { command, userPoolId: values.pool, stack, dryRun: values['dry-run'] ?? false, region };
}

function print(text: string): void {
  console.log(text);
}

function saveSettings(state: PoolState): string {
  const { UserPoolId, ...settings } = toUpdateInput(state.pool);
  const prefix = join(BACKUPS, `${UserPoolId}-${new Date().toISOString().replace(/\W/g, '')}`);
  mkdirSync(BACKUPS, { recursive: true, mode: 0o700 });
  const write = (name: string, content: object): string => {
    const file = `${prefix}-${name}.json`;
    writeFileSync(file, `${JSON.stringify({ UserPoolId, ...content }, undefined, 2)}\n`, { mode: 0o600 });
    return file;
  };
  const options = (file: string) => `--region ${regionOf(UserPoolId ?? '')} --cli-input-json file://${file}`;
  const restorePool = `aws cognito-idp update-user-pool ${options(write('pool', settings))}`;
  const restoreMfa = `aws cognito-idp set-user-pool-mfa-config ${options(write('mfa', mfaInput(state.mfa)))}`;
  print(`the previous settings are saved in ${prefix}-pool.json and ${prefix}-mfa.json`);
  return `To restore the previous settings:\n  ${restorePool}\n  ${restoreMfa}`;
}

try {
  const request = readRequest();
  await run(request, { account: new AwsAccount(request.region), print, saveSettings });
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
