import { Annotations, Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { ConfigurationError } from './settings-reader.ts';

/** A function, and the occasion on which the pool invokes it. */
export interface PoolTrigger {
  /** How the names of its resources and outputs begin, for example `Define`. */
  readonly name: string;
  readonly handler: lambda.Function;
  readonly operation: cognito.UserPoolOperation;

  /**
   * The version of the event.
   *
   * @default - the operation has only one
   */
  readonly version?: cognito.LambdaVersion;
}

/**
 * Lets the pool invoke the functions, and makes them its triggers if it is made by this app.
 *
 * @throws ConfigurationError if an imported pool is in another Region than the functions, or one that is made here has
 * another function in the place of ours
 */
export function serve(
  userPool: cognito.IUserPool,
  triggers: readonly PoolTrigger[],
  scope: IConstruct,
  allowedClientIds: readonly string[] | undefined,
): void {
  if (isMadeHere(userPool)) {
    refuseOldTrigger(userPool, triggers);
    for (const { operation, handler, version } of triggers) {
      userPool.addTrigger(operation, handler, version);
    }
    warnOfMfa(userPool, scope);
    warnOfLite(userPool, triggers, scope);
    return;
  }
  for (const { handler } of triggers) {
    handler.addPermission('Pool', {
      principal: new iam.ServicePrincipal('cognito-idp.amazonaws.com'),
      sourceArn: userPool.userPoolArn,
    });
  }
  if (!allowedClientIds) {
    Annotations.of(scope).addWarningV2(
      'salesforce-cognito-auth:everyAppClient',
      'allowedClientIds is not set: the triggers serve the whole pool, and every app client of it that allows ' +
        'CUSTOM_AUTH, which is the default, can use them',
    );
  }
}

/** Not `instanceof`: an app may have more than one copy of aws-cdk-lib. */
function isMadeHere(userPool: cognito.IUserPool): userPool is cognito.UserPool {
  return 'addTrigger' in userPool;
}

/** What is deployed for a pool that this app makes; `undefined` for an imported one. */
export function resourceOf(userPool: cognito.IUserPool): cognito.CfnUserPool | undefined {
  const resource = userPool.node.defaultChild;
  return resource instanceof cognito.CfnUserPool ? resource : undefined;
}

/** AWS documents required MFA for its own flows, and not what it means for CUSTOM_AUTH. */
function warnOfMfa(userPool: cognito.UserPool, scope: IConstruct): void {
  const mfa = resourceOf(userPool)?.mfaConfiguration;
  if (mfa === 'ON' || mfa === 'OPTIONAL') {
    Annotations.of(scope).addWarningV2(
      'salesforce-cognito-auth:mfa',
      `the mfa of userPool is ${mfa}: AWS does not document whether it applies to CUSTOM_AUTH. Do not count on it ` +
        'for this sign-in, and try whether it stands in its way',
    );
  }
}

/** CDK notices a second function of one kind, and not that this kind goes by two names. Cognito would at deployment. */
function refuseOldTrigger(userPool: cognito.UserPool, triggers: readonly PoolTrigger[]): void {
  const config = Stack.of(userPool).resolve(resourceOf(userPool)?.lambdaConfig);
  if (customizesTokens(triggers) && config?.preTokenGeneration !== undefined) {
    throw new ConfigurationError(
      'cannot synthesize: userPool has a trigger for preTokenGeneration already, and tokenScopes needs its place',
    );
  }
}

function customizesTokens(triggers: readonly PoolTrigger[]): boolean {
  return triggers.some(({ operation }) => operation === cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG);
}

/** Of a pool without a plan of its own nothing is known here: a new one gets Essentials, an old one keeps what it has. */
function warnOfLite(userPool: cognito.UserPool, triggers: readonly PoolTrigger[], scope: IConstruct): void {
  const plan = resourceOf(userPool)?.userPoolTier;
  if (customizesTokens(triggers) && plan === cognito.FeaturePlan.LITE) {
    Annotations.of(scope).addWarningV2(
      'salesforce-cognito-auth:lite',
      'the featurePlan of userPool is LITE, and tokenScopes needs ESSENTIALS or PLUS: Cognito adds scopes to an access ' +
        'token in those alone',
    );
  }
}
