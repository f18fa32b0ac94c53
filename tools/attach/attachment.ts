import type {
  GetUserPoolMfaConfigResponse,
  IdentityProviderType,
  UpdateUserPoolRequest,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { problemOfNames } from '../../cdk/lib/saml-linking.ts';
import { ambiguitiesOf, describeAmbiguity } from '../../cdk/lib/saml-providers.ts';
import { ToolError } from '../tool-error.ts';
import { type DeployedTriggers, readOutputs } from './deployed-triggers.ts';
import { asLines, type Change, differences } from './difference.ts';
import { attached, detached } from './triggers.ts';
import { refuseUnknownSettings, settingsOf, toUpdateInput } from './update-input.ts';
import { warningsFor } from './warnings.ts';

/** How a pool is at one moment. */
export interface PoolState {
  /** As it came, before the SDK has read it. */
  readonly raw: unknown;
  readonly pool: UserPoolType;
  readonly mfa: Mfa;
}

/** The details of MFA that DescribeUserPool does not report. */
export type Mfa = Omit<GetUserPoolMfaConfigResponse, '$metadata'>;

/** The AWS account, as far as it is needed. */
export interface Account {
  outputs(stack: string): Promise<Readonly<Record<string, string>>>;
  read(userPoolId: string): Promise<PoolState>;
  clients(userPoolId: string): Promise<readonly UserPoolClientType[]>;
  providerNames(userPoolId: string): Promise<readonly string[]>;
  provider(userPoolId: string, name: string): Promise<IdentityProviderType>;
  update(input: UpdateUserPoolRequest): Promise<void>;
}

/** The person at the keyboard. */
export interface Desk {
  print(text: string): void;
  /** Keeps the settings that the pool has, and tells how to go back to them. */
  keep(state: PoolState): string;
}

export interface Request {
  readonly command: 'attach' | 'detach';
  readonly userPoolId: string;
  readonly stack: string;
  readonly dryRun: boolean;
}

/**
 * Sets the triggers of a pool, or takes them off, and changes nothing else about it.
 *
 * @throws ToolError if that is not possible, or something else has changed after all
 */
export async function run(request: Request, account: Account, desk: Desk): Promise<void> {
  const { command, userPoolId, stack } = request;
  const deployed = readOutputs(await account.outputs(stack), stack, userPoolId);
  const before = await account.read(userPoolId);
  refuseUnknownSettings(before.raw, before.pool);
  const providers = command === 'attach' ? await listedProviders(userPoolId, deployed, account) : [];
  const input = toUpdateInput(before.pool);
  const target: UpdateUserPoolRequest = { ...input };
  desk.print(`pool ${userPoolId} (${before.pool.Name}), functions of the stack ${stack}`);
  if (command === 'attach') {
    refuseOtherUserNames(deployed, before.pool);
    target.LambdaConfig = attached(input.LambdaConfig, deployed.triggers);
  } else {
    const { config, others } = detached(input.LambdaConfig, deployed.triggers);
    target.LambdaConfig = config;
    if (others !== '') {
      desk.print(`these triggers are other functions, and stay:\n${others}`);
    }
  }

  const changes = differences(input, target);
  for (const line of asLines(changes)) {
    desk.print(line);
  }
  if (command === 'attach') {
    const surveyed = { pool: before.pool, clients: await account.clients(userPoolId), providers };
    for (const warning of warningsFor(surveyed, deployed)) {
      desk.print(`warning: ${warning}`);
    }
  }
  if (changes.length === 0) {
    desk.print(`nothing to do: the triggers are ${command === 'attach' ? 'attached' : 'not attached'}`);
  } else if (request.dryRun) {
    desk.print('nothing was changed, because of DRY_RUN');
  } else {
    await apply(target, before, account, desk);
    desk.print(command === 'attach' ? `attached; "make detach POOL=${userPoolId}" takes it back` : 'detached');
  }
}

/**
 * The providers whose identities are to be linked, as far as the pool has them.
 *
 * @throws ToolError if a user of another provider could be taken for a user of one of them
 */
async function listedProviders(
  userPoolId: string,
  { triggers, linkSamlProviders: listed }: DeployedTriggers,
  account: Account,
): Promise<IdentityProviderType[]> {
  if (triggers.PreSignUp !== undefined && listed.length === 0) {
    throw new ToolError('the stack does not say which SAML providers it links: deploy it again. Nothing was changed.');
  }
  const names = listed.length === 0 ? [] : await account.providerNames(userPoolId);
  const ambiguities = ambiguitiesOf(listed, names).map(describeAmbiguity);
  if (ambiguities.length > 0) {
    throw new ToolError(`${ambiguities.join('.\n')}.\nNothing was changed.`);
  }
  const providers: IdentityProviderType[] = [];
  for (const name of listed.filter((provider) => names.includes(provider))) {
    providers.push(await account.provider(userPoolId, name));
  }
  return providers;
}

/** People without a profile could not be given one. */
function refuseOtherUserNames({ createLocalProfiles: names }: DeployedTriggers, pool: UserPoolType): void {
  const problem = names === undefined ? undefined : problemOfNames(names, pool.UsernameAttributes ?? []);
  if (problem !== undefined) {
    throw new ToolError(`${problem}.\nNothing was changed. Deploy the triggers again with the other value.`);
  }
}

async function apply(target: UpdateUserPoolRequest, before: PoolState, account: Account, desk: Desk): Promise<void> {
  const userPoolId = target.UserPoolId ?? '';
  const wayBack = desk.keep(before);
  // Cognito has no conditional update. This leaves a moment, not the time of a human decision.
  if (changed(withDate(before), withDate(await account.read(userPoolId))).length > 0) {
    throw new ToolError('somebody else has changed the pool meanwhile. Nothing was changed here: run this again');
  }
  await account.update(target);
  const after = await account.read(userPoolId);
  const unexpected = changed(comparable(before, target.LambdaConfig), comparable(after));
  if (unexpected.length > 0) {
    throw new ToolError(
      `the pool was updated, and is not as it should be:\n${asLines(unexpected).join('\n')}\n${wayBack}`,
    );
  }
  desk.print('everything else is as it was');
}

function changed(before: object, after: object): Change[] {
  return differences(before, after);
}

/** What must stay; with other triggers in place of its own, if there are to be others. */
function comparable({ pool, mfa }: PoolState, config = pool.LambdaConfig): object {
  return { ...settingsOf(pool), LambdaConfig: config, GetUserPoolMfaConfig: mfa };
}

function withDate(state: PoolState): object {
  return { ...comparable(state), LastModifiedDate: state.pool.LastModifiedDate?.getTime() };
}
