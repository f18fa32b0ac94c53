import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { type AppClientProps, addAppClient } from './app-client.ts';
import type { MonitoringSettings } from './monitoring/settings.ts';
import { SalesforceCustomAuth } from './salesforce-custom-auth.ts';
import type { SalesforceSettings } from './settings.ts';

/** Properties of {@link SalesforceCognitoStack}. */
export interface SalesforceCognitoStackProps extends StackProps, SalesforceSettings, MonitoringSettings {
  /** The directory with `<trigger>/bootstrap` for each trigger. */
  readonly binariesDirectory: string;

  /**
   * Whether deleting the stack also deletes the users, the logs and the table of used tokens. For demonstrations and
   * tests. Alarms and dashboard are then off by default, and binaries that were built for this machine are accepted.
   *
   * @default false
   */
  readonly ephemeral?: boolean;

  /**
   * Options of the app client.
   *
   * @default - the defaults of `AppClientProps`
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
    // Users sign in with their e-mail address only, so it is unique in the pool. As an alias it would not be.
    // The attribute is not required, because Cognito rejects an app client that cannot write a required attribute.
    signInAliases: { email: true },
    signInCaseSensitive: false,
    selfSignUpEnabled: false,
    // Users are matched by e-mail address, so a new address must not count before its owner has confirmed it. Cognito
    // accepts keepOriginal only for attributes in autoVerify, which has no other effect without self sign-up.
    autoVerify: { email: true },
    keepOriginal: { email: true },
    passwordPolicy: {
      minLength: 14,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      // No app client accepts a password. A user whom an administrator created has a temporary one, and AWS does not
      // document whether CUSTOM_AUTH works after it has expired. So it lasts as long as Cognito allows.
      tempPasswordValidity: Duration.days(365),
    },
    // The link: organization id, slash, user id at Salesforce, 18 characters each id. The attribute always exists,
    // because an administrator can write the link even if linkOnFirstSignIn is off.
    customAttributes: { salesforce_user_id: new cognito.StringAttribute({ maxLen: 64, mutable: true }) },
    accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
    removalPolicy,
    deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
  });
  Validations.of(userPool).acknowledge(
    {
      id: 'AwsSolutions-COG2',
      reason:
        'The client allows only CUSTOM_AUTH: multi-factor authentication is part of the login at Salesforce, and ' +
        'asking again would be the second login that this sign-in avoids.',
    },
    {
      id: 'AwsSolutions-COG8',
      reason:
        'The Plus plan adds threat protection for passwords. No client of this pool accepts one, and the triggers ' +
        'work in every plan.',
    },
  );
  return userPool;
}
