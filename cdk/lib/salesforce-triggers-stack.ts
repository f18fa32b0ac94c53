import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type { MonitoringSettings } from './monitoring/settings.ts';
import { SalesforceCustomAuth } from './salesforce-custom-auth.ts';
import type { SalesforceSettings } from './settings.ts';
import { ConfigurationError } from './settings-reader.ts';
import { regionOf } from './user-pool-id.ts';

/** Properties of {@link SalesforceTriggersStack}. */
export interface SalesforceTriggersStackProps extends Omit<StackProps, 'env'>, SalesforceSettings, MonitoringSettings {
  /** The id of the existing pool, for example `eu-west-1_AbCdEf123`. */
  readonly userPoolId: string;

  /** The directory with `<trigger>/bootstrap` for each trigger. */
  readonly binariesDirectory: string;

  /**
   * Whether deleting the stack also deletes the logs and the table of used tokens. For demonstrations and tests. Alarms
   * and dashboard are then off by default, and binaries that were built for this machine are accepted.
   *
   * @default false
   */
  readonly ephemeral?: boolean;
}

/**
 * The triggers for an existing pool. Deploying this stack does not change the pool: `make attach` sets the triggers,
 * which it finds by the stack's outputs.
 */
export class SalesforceTriggersStack extends Stack {
  constructor(scope: Construct, id: string, props: SalesforceTriggersStackProps) {
    // Cognito invokes functions only in the pool's Region, which is part of the pool's id.
    super(scope, id, { ...props, env: { region: regionOfPool(props.userPoolId) } });
    const auth = new SalesforceCustomAuth(this, 'CustomAuth', {
      alarms: !props.ephemeral,
      dashboard: !props.ephemeral,
      ...props,
      userPool: cognito.UserPool.fromUserPoolId(this, 'UserPool', props.userPoolId),
      logRemovalPolicy: props.ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      localBinaries: props.ephemeral ?? false,
    });
    addAttachmentOutputs(this, auth, props);
  }
}

/**
 * Adds the outputs by which `make attach` and `make detach` find the functions and the settings that matter for the
 * pool. Call it in a stack of your own that imports a pool. A stack can have these outputs for only one pool.
 */
export function addAttachmentOutputs(
  stack: Stack,
  auth: SalesforceCustomAuth,
  settings: Pick<
    SalesforceSettings,
    'allowedClientIds' | 'linkOnFirstSignIn' | 'linkSamlProviders' | 'createLocalProfiles' | 'samlNameIdAttribute'
  > & { readonly userPoolId: string },
): void {
  new CfnOutput(stack, 'UserPoolId', { value: settings.userPoolId });
  for (const { name, handler } of auth.triggers) {
    new CfnOutput(stack, `${name}FunctionName`, { value: handler.functionName });
    new CfnOutput(stack, `${name}FunctionArn`, { value: handler.functionArn });
  }
  if (settings.allowedClientIds) {
    new CfnOutput(stack, 'AllowedClientIds', { value: settings.allowedClientIds.join(',') });
  }
  if (settings.linkOnFirstSignIn) {
    new CfnOutput(stack, 'LinkOnFirstSignIn', { value: 'true' });
  }
  if (settings.linkSamlProviders) {
    new CfnOutput(stack, 'LinkSamlProviders', { value: settings.linkSamlProviders.join(',') });
  }
  if (settings.createLocalProfiles) {
    new CfnOutput(stack, 'CreateLocalProfiles', { value: settings.createLocalProfiles });
  }
  if (settings.samlNameIdAttribute) {
    new CfnOutput(stack, 'SamlNameIdAttribute', { value: settings.samlNameIdAttribute });
  }
  if (auth.tokenUseTable) {
    new CfnOutput(stack, 'TokenUseTableName', { value: auth.tokenUseTable.tableName });
  }
}

function regionOfPool(userPoolId: string): string {
  const region = regionOf(userPoolId);
  if (region === undefined) {
    throw new ConfigurationError(
      'cannot synthesize: userPoolId is not the id of a user pool, such as eu-west-1_AbCdEf123',
    );
  }
  return region;
}
