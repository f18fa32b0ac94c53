import type {
  GetUserPoolMfaConfigResponse,
  IdentityProviderType,
  UpdateUserPoolRequest,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { profileNamingProblem } from '../../cdk/lib/saml-linking.ts';
import { describeAmbiguity, findAmbiguities } from '../../cdk/lib/saml-providers.ts';
import { ToolError } from '../tool-error.ts';
import { type DeployedTriggers, readOutputs } from './deployed-triggers.ts';
import { differences, diffLines } from './difference.ts';
import { withoutTriggers, withTriggers } from './triggers.ts';
import { rejectUnknownSettings, settingsOf, toUpdateInput } from './update-input.ts';
import { warningsFor } from './warnings.ts';

/** The settings of a pool at one time. */
export interface PoolState {
  /** The pool in the response body, before the SDK has parsed it. */
  readonly raw: unknown;
  readonly pool: UserPoolType;
  readonly mfa: Mfa;
}

/** The MFA settings. DescribeUserPool does not report all of them. */
export type Mfa = Omit<GetUserPoolMfaConfigResponse, '$metadata'>;

/** The calls to AWS. */
export interface Account {
  stackOutputs(stack: string): Promise<Readonly<Record<string, string>>>;
  readPool(userPoolId: string): Promise<PoolState>;
  appClients(userPoolId: string): Promise<readonly UserPoolClientType[]>;
  providerNames(userPoolId: string): Promise<readonly string[]>;
  provider(userPoolId: string, name: string): Promise<IdentityProviderType>;
  updatePool(input: UpdateUserPoolRequest): Promise<void>;
}

/** What a run uses outside of itself. */
export interface Dependencies {
  readonly account: Account;
  /** Shows a text to the operator. */
  print(text: string): void;
  /** Saves the settings of the pool in files. Returns the commands that restore them, with an introduction. */
  saveSettings(state: PoolState): string;
}

/** What the operator asks for. */
export interface Request {
  readonly command: 'attach' | 'detach';
  readonly userPoolId: string;
  readonly stack: string;
  readonly dryRun: boolean;
}

/**
 * Sets the triggers of a pool, or removes them, and keeps all other settings of the pool.
 *
 * @throws ToolError if that is not possible, or if the update has changed another setting
 */
export async function run(request: Request, dependencies: Dependencies): Promise<void> {
  const { account, print } = dependencies;
  const { command, userPoolId, stack } = request;
  const deployed = readOutputs(await account.stackOutputs(stack), stack, userPoolId);
  const before = await account.readPool(userPoolId);
  rejectUnknownSettings(before.raw, before.pool);
  const providers = command === 'attach' ? await readListedProviders(userPoolId, deployed, account) : [];
  const input = toUpdateInput(before.pool);
  const target: UpdateUserPoolRequest = { ...input };
  print(`pool ${userPoolId} (${before.pool.Name}), functions of the stack ${stack}`);
  if (command === 'attach') {
    checkProfileNaming(deployed, before.pool);
    target.LambdaConfig = withTriggers(input.LambdaConfig, deployed.triggers);
  } else {
    const { config, others } = withoutTriggers(input.LambdaConfig, deployed.triggers);
    target.LambdaConfig = config;
    if (others !== '') {
      print(`these triggers are not functions of this stack, and stay:\n${others}`);
    }
  }

  const changes = differences(input, target);
  for (const line of diffLines(changes)) {
    print(line);
  }
  if (command === 'attach') {
    const details = { pool: before.pool, clients: await account.appClients(userPoolId), providers };
    for (const warning of warningsFor(details, deployed)) {
      print(`warning: ${warning}`);
    }
  }
  if (changes.length === 0) {
    print(`nothing to do: the triggers are ${command === 'attach' ? 'attached' : 'not attached'}`);
  } else if (request.dryRun) {
    print('nothing was changed, because DRY_RUN is set');
  } else {
    await apply(target, before, dependencies);
    print(command === 'attach' ? `attached; "make detach POOL=${userPoolId}" removes the triggers again` : 'detached');
  }
}

/**
 * Reads the providers of the pool that `linkSamlProviders` names.
 *
 * @throws ToolError if user names of another provider could be read as those of one of them
 */
async function readListedProviders(
  userPoolId: string,
  { triggers, linkSamlProviders: listed }: DeployedTriggers,
  account: Account,
): Promise<IdentityProviderType[]> {
  if (triggers.PreSignUp !== undefined && listed.length === 0) {
    throw new ToolError('the stack has no output LinkSamlProviders: deploy it again. Nothing was changed.');
  }
  const names = listed.length === 0 ? [] : await account.providerNames(userPoolId);
  const ambiguities = findAmbiguities(listed, names).map(describeAmbiguity);
  if (ambiguities.length > 0) {
    throw new ToolError(`${ambiguities.join('.\n')}.\nNothing was changed.`);
  }
  const providers: IdentityProviderType[] = [];
  for (const name of listed.filter((provider) => names.includes(provider))) {
    providers.push(await account.provider(userPoolId, name));
  }
  return providers;
}

/** Rejects a `createLocalProfiles` that does not fit the pool: Pre Sign-up could not create profiles. */
function checkProfileNaming({ createLocalProfiles: naming }: DeployedTriggers, pool: UserPoolType): void {
  const problem = naming === undefined ? undefined : profileNamingProblem(naming, pool.UsernameAttributes ?? []);
  if (problem !== undefined) {
    throw new ToolError(`${problem}.\nNothing was changed. Correct createLocalProfiles and deploy the triggers again.`);
  }
}

async function apply(
  target: UpdateUserPoolRequest,
  before: PoolState,
  { account, print, saveSettings }: Dependencies,
): Promise<void> {
  const userPoolId = target.UserPoolId ?? '';
  const restoreInstructions = saveSettings(before);
  // Cognito has no conditional update. Reading the pool again just before the update makes a lost change unlikely.
  if (differences(comparableWithDate(before), comparableWithDate(await account.readPool(userPoolId))).length > 0) {
    throw new ToolError('the pool was changed in the meantime. This run changed nothing: run this again');
  }
  await account.updatePool(target);
  const after = await account.readPool(userPoolId);
  const unexpected = differences(comparable(before, target.LambdaConfig), comparable(after));
  if (unexpected.length > 0) {
    throw new ToolError(
      'the pool was updated, but these settings are not as expected:\n' +
        `${diffLines(unexpected).join('\n')}\n${restoreInstructions}`,
    );
  }
  print('all other settings are unchanged');
}

/** The settings that an update must not change. `config` replaces the triggers of the pool. */
function comparable({ pool, mfa }: PoolState, config = pool.LambdaConfig): object {
  return { ...settingsOf(pool), LambdaConfig: config, GetUserPoolMfaConfig: mfa };
}

/** Adds the date of the last change, which a change by another caller also updates. */
function comparableWithDate(state: PoolState): object {
  return { ...comparable(state), LastModifiedDate: state.pool.LastModifiedDate?.getTime() };
}
