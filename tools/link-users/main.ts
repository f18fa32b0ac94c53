import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { readIdentityList } from './identity-list.ts';
import { Pool } from './pool.ts';
import { progressPrinter } from './progress.ts';
import { RateLimiter, SYSTEM_CLOCK } from './rate-limiter.ts';
import { linkUsers } from './run.ts';
import { readSettings } from './settings.ts';

async function main(): Promise<number> {
  const settings = readSettings(process.env);
  const people = settings.identities === undefined ? [] : readIdentityList(readFileSync(settings.identities, 'utf8'));
  mkdirSync(dirname(settings.report), { recursive: true });

  let interrupted = false;
  // `once` removes the handler, so a second Ctrl-C ends the process at once.
  process.once('SIGINT', () => {
    interrupted = true;
    process.stderr.write('\nFinishing the current step. Press Ctrl-C again to end at once.\n');
  });

  // RateLimiter retries calls within the quotas, so the client must not retry by itself.
  const client = new CognitoIdentityProviderClient({ region: settings.region, maxAttempts: 1 });
  const print = progressPrinter(process.stderr, () => Date.now());
  return await linkUsers(
    { ...settings, people },
    {
      pool: new Pool(client, new RateLimiter(SYSTEM_CLOCK, Math.random, print), settings.pool),
      isInterrupted: () => interrupted,
      print,
      saveReport: (report) => {
        // Renamed when complete, so that an incomplete report never replaces a complete one.
        const partial = `${settings.report}.partial`;
        writeFileSync(partial, report, { mode: 0o600 });
        renameSync(partial, settings.report);
        print(`The report is in ${settings.report}`);
      },
    },
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  // The operator can correct errors of AWS, the file system and the settings, and needs no stack trace for them.
  console.error(isOperatorError(error) ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}

function isOperatorError(error: unknown): error is Error {
  if (!(error instanceof Error)) {
    return false;
  }
  const named = ['ConfigurationError', 'CredentialsProviderError', 'ToolError'].includes(error.name);
  return named || '$metadata' in error || 'code' in error;
}
