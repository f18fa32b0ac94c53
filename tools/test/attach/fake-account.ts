import assert from 'node:assert/strict';
import type {
  IdentityProviderType,
  UpdateUserPoolRequest,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Account, Mfa, PoolState, Request } from '../../attach/attachment.ts';
import { NOT_UPDATABLE_NAMES } from '../../attach/update-input.ts';

export const POOL_ID = 'eu-west-1_AbCdEf123';
export const ARNS = {
  DefineAuthChallenge: arn('define'),
  CreateAuthChallenge: arn('create'),
  VerifyAuthChallengeResponse: arn('verify'),
};
/** The members of `LambdaConfig` for Pre Token Generation. */
export const PRE_TOKEN = {
  PreTokenGeneration: arn('our-pre-token'),
  PreTokenGenerationConfig: { LambdaArn: arn('our-pre-token'), LambdaVersion: 'V2_0' },
} as const;
export const OUTPUTS = {
  UserPoolId: POOL_ID,
  DefineFunctionArn: ARNS.DefineAuthChallenge,
  CreateFunctionArn: ARNS.CreateAuthChallenge,
  VerifyFunctionArn: ARNS.VerifyAuthChallengeResponse,
};
export const ATTACH: Request = { command: 'attach', userPoolId: POOL_ID, stack: 'Triggers', dryRun: false };
export const DETACH: Request = { ...ATTACH, command: 'detach' };

export function arn(name: string): string {
  return `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
}

/** A pool with every member of the type. If a later SDK adds a member, this does not compile. */
export const WHOLE_POOL: { [Name in keyof Required<UserPoolType>]: NonNullable<UserPoolType[Name]> } = {
  Id: POOL_ID,
  Name: 'customers',
  Arn: `arn:aws:cognito-idp:eu-west-1:111122223333:userpool/${POOL_ID}`,
  Status: 'Enabled',
  Policies: {
    PasswordPolicy: { MinimumLength: 12, PasswordHistorySize: 3, TemporaryPasswordValidityDays: 3 },
    SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] },
  },
  DeletionProtection: 'ACTIVE',
  LambdaConfig: {
    PreSignUp: arn('pre-sign-up'),
    PreTokenGeneration: arn('pre-token'),
    PreTokenGenerationConfig: { LambdaArn: arn('pre-token'), LambdaVersion: 'V2_0' },
    CustomEmailSender: { LambdaArn: arn('sender'), LambdaVersion: 'V1_0' },
    KMSKeyID: 'arn:aws:kms:eu-west-1:111122223333:key/1',
  },
  CreationDate: new Date('2026-01-02T03:04:05Z'),
  LastModifiedDate: new Date('2026-02-03T04:05:06Z'),
  SchemaAttributes: [{ Name: 'email', AttributeDataType: 'String' }],
  AliasAttributes: ['preferred_username'],
  UsernameAttributes: ['email'],
  UsernameConfiguration: { CaseSensitive: false },
  AutoVerifiedAttributes: ['email', 'phone_number'],
  SmsVerificationMessage: 'code {####}',
  EmailVerificationMessage: 'your code {####}',
  EmailVerificationSubject: 'code',
  VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE', EmailMessage: 'your code {####}' },
  SmsAuthenticationMessage: 'sign in with {####}',
  UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
  MfaConfiguration: 'ON',
  DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
  EstimatedNumberOfUsers: 4711,
  EmailConfiguration: { EmailSendingAccount: 'DEVELOPER', SourceArn: 'arn:aws:ses:eu-west-1:111122223333:identity/a' },
  EmailConfigurationFailure: 'a failure',
  SmsConfiguration: {
    SnsCallerArn: 'arn:aws:iam::111122223333:role/sms',
    ExternalId: 'external',
    SnsRegion: 'eu-west-1',
  },
  SmsConfigurationFailure: 'another failure',
  UserPoolTags: { team: 'web' },
  Domain: 'customers',
  CustomDomain: 'login.acme.example',
  AdminCreateUserConfig: {
    AllowAdminCreateUserOnly: true,
    UnusedAccountValidityDays: 3,
    InviteMessageTemplate: { EmailSubject: 'Welcome' },
  },
  UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED', AdvancedSecurityAdditionalFlows: { CustomAuthMode: 'AUDIT' } },
  AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'verified_email' }] },
  UserPoolTier: 'PLUS',
  KeyConfiguration: { KeyType: 'AWS_OWNED_KEY' },
  IssuerConfiguration: { Type: 'ORIGINAL' },
  AcrConfiguration: { 'urn:level': { AcrValue: 'urn:level' } },
  DcrConfiguration: { EnableStatus: 'Enabled', OpenDcrEnabled: false },
};

export const CLIENT: UserPoolClientType = {
  ClientId: '1example23456789',
  ClientName: 'app',
  ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  WriteAttributes: ['given_name'],
};

/** An account with a pool that behaves as AWS documents: an update resets every member that the request omits. */
export class FakeAccount implements Account {
  pool: UserPoolType = structuredClone(WHOLE_POOL);
  mfa: Mfa = { MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } };
  /** The outputs of each stack, by its name. */
  stacks: Record<string, Record<string, string>> = { Triggers: OUTPUTS };
  clients: UserPoolClientType[] = [CLIENT];
  /** The attribute mapping of each identity provider, by its name. */
  mappings: Record<string, Record<string, string>> = {};
  /** Members of the response body that the SDK does not know. */
  unknownMembers: object = {};
  readonly updates: UpdateUserPoolRequest[] = [];
  /** Called after each read: a change by another caller. */
  afterRead: (account: FakeAccount) => void = () => {};
  /** Called after each update: a side effect of Cognito. */
  afterUpdate: (account: FakeAccount) => void = () => {};

  async stackOutputs(stack: string): Promise<Record<string, string>> {
    return this.stacks[stack] ?? {};
  }

  async readPool(): Promise<PoolState> {
    const state = structuredClone({ raw: { ...this.pool, ...this.unknownMembers }, pool: this.pool, mfa: this.mfa });
    this.afterRead(this);
    return state;
  }

  async appClients(): Promise<readonly UserPoolClientType[]> {
    return this.clients;
  }

  async providerNames(): Promise<readonly string[]> {
    return Object.keys(this.mappings);
  }

  async provider(_: string, name: string): Promise<IdentityProviderType> {
    const AttributeMapping = this.mappings[name];
    assert.ok(AttributeMapping, `the pool has no provider ${name}`);
    return { ProviderName: name, ProviderType: 'SAML', AttributeMapping };
  }

  async updatePool(input: UpdateUserPoolRequest): Promise<void> {
    this.updates.push(input);
    const { UserPoolId: _, PoolName, ...settings } = structuredClone(input);
    const kept = Object.entries(this.pool).filter(([name]) => NOT_UPDATABLE_NAMES.includes(name));
    this.pool = { ...Object.fromEntries(kept), ...settings, LastModifiedDate: new Date('2026-11-20T00:00:00Z') };
    if (PoolName === undefined) {
      delete this.pool.Name;
    } else {
      this.pool.Name = PoolName;
    }
    this.#deriveLegacyValidity();
    this.afterUpdate(this);
  }

  /** Cognito also reports the days under their legacy name, and rejects an update with both names. */
  #deriveLegacyValidity(): void {
    const days = this.pool.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays;
    if (days === undefined) {
      return;
    }
    if (this.pool.AdminCreateUserConfig?.UnusedAccountValidityDays !== undefined) {
      throw new Error(
        'Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays',
      );
    }
    this.pool.AdminCreateUserConfig = { ...this.pool.AdminCreateUserConfig, UnusedAccountValidityDays: days };
  }
}
