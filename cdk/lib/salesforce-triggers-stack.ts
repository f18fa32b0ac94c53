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
  /** The id of the pool that the triggers serve, for example `eu-west-1_AbCdEf123`. */
  readonly userPoolId: string;

  /** The directory that holds `<trigger>/bootstrap` for each trigger. */
  readonly binariesDirectory: string;

  /**
   * Whether logs and the table of used tokens go when the stack goes. For demonstrations and tests.
   *
   * @default false
   */
  readonly ephemeral?: boolean;
}

/**
 * The triggers for a pool that is there already, in whatever way it was made. Deploying this changes nothing about the
 * pool: `make attach` sets the triggers, and has to find them by the outputs.
 */
export class SalesforceTriggersStack extends Stack {
  constructor(scope: Construct, id: string, props: SalesforceTriggersStackProps) {
    // Lambda functions must be where the pool is, and its id says where that is.
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
 * Adds the outputs by which `make attach` and `make detach` find the functions, and know what they are for. For a
 * stack of your own that imports a pool; there can be one such pool in a stack.
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
    throw new ConfigurationError('cannot synthesize: userPoolId is not the id of a user pool');
  }
  return region;
}
