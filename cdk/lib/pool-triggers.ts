import { Annotations, Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { ConfigurationError } from './settings-reader.ts';

/** A function, and the operation at which the pool invokes it. */
export interface PoolTrigger {
  /** The prefix of its construct ids and outputs, for example `Define`. */
  readonly name: string;
  readonly handler: lambda.Function;
  readonly operation: cognito.UserPoolOperation;

  /**
   * The version of the event.
   *
   * @default - the only version of the operation
   */
  readonly version?: cognito.LambdaVersion;
}

/**
 * Allows the pool to invoke the functions. If this app defines the pool, also sets them as its triggers.
 *
 * @throws ConfigurationError if the pool already has another function as a legacy Pre Token Generation trigger, and
 * `tokenScopes` needs that trigger
 */
export function attachTriggers(
  userPool: cognito.IUserPool,
  triggers: readonly PoolTrigger[],
  scope: IConstruct,
  allowedClientIds: readonly string[] | undefined,
): void {
  if (isDefinedInThisApp(userPool)) {
    rejectLegacyTrigger(userPool, triggers);
    for (const { operation, handler, version } of triggers) {
      userPool.addTrigger(operation, handler, version);
    }
    warnAboutMfa(userPool, scope);
    warnAboutLitePlan(userPool, triggers, scope);
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
      'allowedClientIds is not set: triggers are pool-wide, so every app client that allows CUSTOM_AUTH, which is ' +
        'the default, can use them. Set allowedClientIds to restrict this',
    );
  }
}

/** Not `instanceof`, because an app can have two copies of aws-cdk-lib. */
function isDefinedInThisApp(userPool: cognito.IUserPool): userPool is cognito.UserPool {
  return 'addTrigger' in userPool;
}

/** The CloudFormation resource of a pool that this app defines; `undefined` for an imported pool. */
export function cfnUserPoolOf(userPool: cognito.IUserPool): cognito.CfnUserPool | undefined {
  const resource = userPool.node.defaultChild;
  return resource instanceof cognito.CfnUserPool ? resource : undefined;
}

/** AWS documents MFA for its own flows, but not whether it applies to CUSTOM_AUTH. */
function warnAboutMfa(userPool: cognito.UserPool, scope: IConstruct): void {
  const mfa = cfnUserPoolOf(userPool)?.mfaConfiguration;
  if (mfa === 'ON' || mfa === 'OPTIONAL') {
    Annotations.of(scope).addWarningV2(
      'salesforce-cognito-auth:mfa',
      `the mfa of userPool is ${mfa}: AWS does not document whether MFA applies to CUSTOM_AUTH. Do not rely on MFA ` +
        'for this sign-in, and test whether it prevents this sign-in',
    );
  }
}

/**
 * Pre Token Generation has a legacy and a current property. CDK rejects a second function for one property, but not one
 * for each; Cognito would reject those at deployment.
 */
function rejectLegacyTrigger(userPool: cognito.UserPool, triggers: readonly PoolTrigger[]): void {
  const config = Stack.of(userPool).resolve(cfnUserPoolOf(userPool)?.lambdaConfig);
  if (customizesTokens(triggers) && config?.preTokenGeneration !== undefined) {
    throw new ConfigurationError(
      'cannot synthesize: userPool already has a preTokenGeneration trigger, and tokenScopes needs its own function ' +
        'there; remove the trigger or tokenScopes',
    );
  }
}

function customizesTokens(triggers: readonly PoolTrigger[]): boolean {
  return triggers.some(({ operation }) => operation === cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG);
}

/**
 * If the app sets no plan, the plan is unknown here: Cognito gives a new pool Essentials, and an old pool keeps its
 * plan.
 */
function warnAboutLitePlan(userPool: cognito.UserPool, triggers: readonly PoolTrigger[], scope: IConstruct): void {
  const plan = cfnUserPoolOf(userPool)?.userPoolTier;
  if (customizesTokens(triggers) && plan === cognito.FeaturePlan.LITE) {
    Annotations.of(scope).addWarningV2(
      'salesforce-cognito-auth:lite',
      'the featurePlan of userPool is LITE, but Cognito adds scopes to access tokens only in ESSENTIALS and PLUS: ' +
        'choose one of them, or remove tokenScopes',
    );
  }
}
