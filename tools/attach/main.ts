import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { regionOf, triggersStackName } from '../../cdk/lib/user-pool-id.ts';
import { ToolError } from '../tool-error.ts';
import { AwsAccount } from './account.ts';
import { type Desk, type PoolState, type Request, run } from './attachment.ts';
import { explain } from './explain.ts';
import { mfaInput, toUpdateInput } from './update-input.ts';

const USAGE = 'usage: make attach|detach POOL=eu-west-1_AbCdEf123 [STACK=...] [DRY_RUN=1]';

/** Where the settings of a pool are kept before they are changed. Not in `target`, which `cargo clean` deletes. */
const KEPT = fileURLToPath(new URL('../../user-pool-backups', import.meta.url));

function readRequest(): Request & { readonly region: string } {
  const options = { pool: { type: 'string' }, stack: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true, strict: true });
  const [command, ...rest] = positionals;
  if ((command !== 'attach' && command !== 'detach') || rest.length > 0 || !values.pool) {
    throw new ToolError(USAGE);
  }
  const region = regionOf(values.pool);
  if (region === undefined) {
    throw new ToolError(`POOL is not the id of a user pool\n${USAGE}`);
  }
  const stack = values.stack || triggersStackName(values.pool);
  return { command, userPoolId: values.pool, stack, dryRun: values['dry-run'] ?? false, region };
}

const desk: Desk = {
  print: (text) => console.log(text),
  keep(state: PoolState): string {
    const { UserPoolId, ...settings } = toUpdateInput(state.pool);
    const start = join(KEPT, `${UserPoolId}-${new Date().toISOString().replace(/\W/g, '')}`);
    mkdirSync(KEPT, { recursive: true, mode: 0o700 });
    const write = (name: string, content: object): string => {
      const file = `${start}-${name}.json`;
      writeFileSync(file, `${JSON.stringify({ UserPoolId, ...content }, undefined, 2)}\n`, { mode: 0o600 });
      return file;
    };
    const region = regionOf(UserPoolId ?? '');
    const pool = `aws cognito-idp update-user-pool --region ${region} --cli-input-json file://${write('pool', settings)}`;
    const mfa = `aws cognito-idp set-user-pool-mfa-config --region ${region} --cli-input-json file://${write('mfa', mfaInput(state.mfa))}`;
    this.print(`the settings before are kept in ${start}-pool.json and -mfa.json`);
    return `To go back to the settings before:\n  ${pool}\n  ${mfa}`;
  },
};

try {
  const request = readRequest();
  await run(request, new AwsAccount(request.region), desk);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
