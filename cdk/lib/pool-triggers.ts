import { Annotations, Stack, Token } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { ConfigurationError } from './settings-reader.ts';
import { regionOf } from './user-pool-id.ts';

/** The three functions of the flow. */
export interface TriggerFunctions {
  readonly defineFunction: lambda.Function;
  readonly createFunction: lambda.Function;
  readonly verifyFunction: lambda.Function;
}

/**
 * Lets the pool invoke the functions, and makes them its triggers if it is made by this app.
 *
 * @throws ConfigurationError if an imported pool is in another Region than the functions
 */
export function serve(
  userPool: cognito.IUserPool,
  functions: TriggerFunctions & IConstruct,
  allowedClientIds: readonly string[] | undefined,
): void {
  if (isMadeHere(userPool)) {
    userPool.addTrigger(cognito.UserPoolOperation.DEFINE_AUTH_CHALLENGE, functions.defineFunction);
    userPool.addTrigger(cognito.UserPoolOperation.CREATE_AUTH_CHALLENGE, functions.createFunction);
    userPool.addTrigger(cognito.UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE, functions.verifyFunction);
    warnOfMfa(userPool, functions);
    return;
  }
  refuseAnotherRegion(userPool, functions);
  for (const trigger of [functions.defineFunction, functions.createFunction, functions.verifyFunction]) {
    trigger.addPermission('Pool', {
      principal: new iam.ServicePrincipal('cognito-idp.amazonaws.com'),
      sourceArn: userPool.userPoolArn,
    });
  }
  if (!allowedClientIds) {
    Annotations.of(functions).addWarningV2(
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

/** AWS documents required MFA for its own flows, and not what it means for CUSTOM_AUTH. */
function warnOfMfa(userPool: cognito.UserPool, scope: IConstruct): void {
  const resource = userPool.node.defaultChild;
  const mfa = resource instanceof cognito.CfnUserPool ? resource.mfaConfiguration : undefined;
  if (mfa === 'ON' || mfa === 'OPTIONAL') {
    Annotations.of(scope).addWarningV2(
      'salesforce-cognito-auth:mfa',
      `the mfa of userPool is ${mfa}: AWS does not document whether it applies to CUSTOM_AUTH. Do not count on it ` +
        'for this sign-in, and try whether it stands in its way',
    );
  }
}

function refuseAnotherRegion(userPool: cognito.IUserPool, scope: IConstruct): void {
  const { region } = Stack.of(scope);
  const regionOfPool = Token.isUnresolved(userPool.userPoolId) ? undefined : regionOf(userPool.userPoolId);
  if (regionOfPool !== undefined && !Token.isUnresolved(region) && region !== regionOfPool) {
    throw new ConfigurationError(
      `cannot synthesize: userPool is in ${regionOfPool}, and its triggers cannot be in ${region}`,
    );
  }
}
