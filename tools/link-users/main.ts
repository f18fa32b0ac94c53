import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { readList } from './list.ts';
import { Pace, SYSTEM_CLOCK } from './pace.ts';
import { Pool } from './pool.ts';
import { progress } from './progress.ts';
import { linkUsers } from './run.ts';
import { readSettings } from './settings.ts';

async function main(): Promise<number> {
  const settings = readSettings(process.env);
  const people = settings.identities === undefined ? [] : readList(readFileSync(settings.identities, 'utf8'));
  mkdirSync(dirname(settings.report), { recursive: true });

  let stopping = false;
  // The second Ctrl-C ends the process in the usual way, because there is no handler any more.
  process.once('SIGINT', () => {
    stopping = true;
    process.stderr.write('\nFinishing what is under way. Ctrl-C again ends at once.\n');
  });

  // Each call is tried again by Pace, which knows the quotas; the client must not do so as well.
  const client = new CognitoIdentityProviderClient({ region: settings.region, maxAttempts: 1 });
  const say = progress(process.stderr, () => Date.now());
  return await linkUsers(
    { ...settings, people },
    {
      pool: new Pool(client, new Pace(SYSTEM_CLOCK, Math.random, say), settings.pool),
      stopping: () => stopping,
      say,
      keep: (report) => {
        // Renamed when complete, so that no half report replaces a whole one.
        const partial = `${settings.report}.partial`;
        writeFileSync(partial, report, { mode: 0o600 });
        renameSync(partial, settings.report);
        say(`The report is in ${settings.report}`);
      },
    },
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  // What AWS, the file system or a setting refuses is the operator's to put right; a stack would bury it.
  console.error(isRefusal(error) ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}

function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) {
    return false;
  }
  const named = ['ConfigurationError', 'CredentialsProviderError', 'ToolError'].includes(error.name);
  return named || '$metadata' in error || 'code' in error;
}
