import type { Row } from './judge.ts';
import type { Pool } from './pool.ts';
import { maskAddresses } from './report.ts';

/**
 * Carries out the steps of a row.
 *
 * @returns the result for the report, `done: ...` or `failed: ...`. After a failure, another run continues with the
 * steps that remain.
 */
export async function applyRow(pool: Pool, provider: string, row: Row): Promise<string> {
  try {
    return `done: ${await carryOutSteps(pool, provider, row)}`;
  } catch (error) {
    const cause = error instanceof Error ? `${error.name}: ${maskAddresses(error.message)}` : 'unknown';
    return `failed: ${cause}`;
  }
}

async function carryOutSteps(
  pool: Pool,
  provider: string,
  { steps, profile, person, newUsername }: Row,
): Promise<string> {
  const done: string[] = [];
  let username = profile?.username;
  for (const step of steps) {
    if (step === 'create' && person && newUsername !== null) {
      username = await pool.createProfile(newUsername, person.email);
      done.push('created');
    } else if (step === 'link' && person && username !== undefined) {
      await pool.linkIdentity(username, provider, person.nameId);
      done.push('linked');
    } else {
      throw new Error(`judge-profiles returned the step ${step} without the user that it needs`);
    }
  }
  return done.join(' and ');
}
