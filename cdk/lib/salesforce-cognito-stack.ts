import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { type AppClientProps, addAppClient } from './app-client.ts';
import type { MonitoringSettings } from './monitoring/settings.ts';
import { SalesforceCustomAuth } from './salesforce-custom-auth.ts';
import type { SalesforceSettings } from './settings.ts';

/** Properties of {@link SalesforceCognitoStack}. */
export interface SalesforceCognitoStackProps extends StackProps, SalesforceSettings, MonitoringSettings {
  /** The directory that holds `<trigger>/bootstrap` for each trigger. */
  readonly binariesDirectory: string;

  /**
   * Whether users, logs and the table of used tokens go when the stack goes. For demonstrations and tests.
   *
   * @default false
   */
  readonly ephemeral?: boolean;

  /**
   * Changes to the app client.
   *
   * @default - as `AppClientProps` says of each
   */
  readonly appClient?: AppClientProps;
}

/** A user pool, an app client and the triggers that let Salesforce users sign in to it. */
export class SalesforceCognitoStack extends Stack {
  constructor(scope: Construct, id: string, props: SalesforceCognitoStackProps) {
    super(scope, id, props);
    const { ephemeral = false, binariesDirectory } = props;
    const removalPolicy = ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;

    const userPool = addUserPool(this, removalPolicy);
    const client = addAppClient(userPool, 'Client', props.appClient);
    const auth = new SalesforceCustomAuth(this, 'CustomAuth', {
      alarms: !ephemeral,
      dashboard: !ephemeral,
      ...props,
      userPool,
      binariesDirectory,
      logRemovalPolicy: removalPolicy,
      localBinaries: ephemeral,
    });

    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: client.userPoolClientId });
    for (const { name, handler } of auth.triggers) {
      new CfnOutput(this, `${name}FunctionName`, { value: handler.functionName });
    }
    if (auth.tokenUseTable) {
      new CfnOutput(this, 'TokenUseTableName', { value: auth.tokenUseTable.tableName });
    }
  }
}

function addUserPool(scope: Construct, removalPolicy: RemovalPolicy): cognito.UserPool {
  const userPool = new cognito.UserPool(scope, 'UserPool', {
    // As the only way to sign in, an e-mail address is unique in the pool; as a mere alias it would not be.
    // It is not marked as required: Cognito refuses a client that may not write a required attribute.
    signInAliases: { email: true },
    signInCaseSensitive: false,
    selfSignUpEnabled: false,
    // Users are matched by e-mail, so a change must not count before the new mailbox has confirmed it. Cognito accepts
    // keepOriginal only for attributes that it verifies; without self sign-up, autoVerify has no other effect.
    autoVerify: { email: true },
    keepOriginal: { email: true },
    passwordPolicy: {
      minLength: 14,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      // No client takes a password. Whether CUSTOM_AUTH works after the temporary one of a user whom an administrator
      // created has expired is not documented, so it lasts as long as Cognito allows.
      tempPasswordValidity: Duration.days(365),
    },
    // The link: the organization and the user at Salesforce, two ids of 18 characters with a slash between. It is there
    // whether or not sign-ins write it, because an administrator may.
    customAttributes: { salesforce_user_id: new cognito.StringAttribute({ maxLen: 64, mutable: true }) },
    accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
    removalPolicy,
    deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
  });
  Validations.of(userPool).acknowledge(
    {
      id: 'AwsSolutions-COG2',
      reason:
        'The client allows CUSTOM_AUTH alone: multi-factor authentication is part of the login at Salesforce, and asking ' +
        'again would be the second login that this sign-in avoids.',
    },
    {
      id: 'AwsSolutions-COG8',
      reason:
        'The Plus plan adds threat protection for passwords. No client of this pool accepts one, and the triggers work ' +
        'in every plan.',
    },
  );
  return userPool;
}
