import type {
  AdminCreateUserConfigType,
  UpdateUserPoolRequest,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { ToolError } from '../tool-error.ts';
import type { Mfa } from './attachment.ts';
import { missingIn } from './difference.ts';

/** Every member that UpdateUserPool takes. One that a later SDK adds is missing below, which then does not compile. */
type WholeInput = { [Name in keyof Required<UpdateUserPoolRequest>]: UpdateUserPoolRequest[Name] };

/**
 * What DescribeUserPool reports and UpdateUserPool does not take, because it cannot be changed or is no setting. The
 * type asks for each of them, and for no other.
 */
const NOT_UPDATABLE: Record<Exclude<keyof UserPoolType, keyof UpdateUserPoolRequest>, true> = {
  AliasAttributes: true,
  Arn: true,
  CreationDate: true,
  CustomDomain: true,
  Domain: true,
  EmailConfigurationFailure: true,
  EstimatedNumberOfUsers: true,
  Id: true,
  LastModifiedDate: true,
  Name: true,
  SchemaAttributes: true,
  SmsConfigurationFailure: true,
  Status: true,
  UsernameAttributes: true,
  UsernameConfiguration: true,
};

/** Members of GetUserPoolMfaConfig, which is compared by itself; local AWS reports them with the pool as well. */
const MFA_DETAILS = [
  'SmsMfaConfiguration',
  'SoftwareTokenMfaConfiguration',
  'EmailMfaConfiguration',
  'WebAuthnConfiguration',
];

/**
 * The input that leaves a pool as it is. UpdateUserPool sets what it is not given to its default: AWS says so of every
 * member, and others have measured it of some (docs/operations.md).
 */
export function toUpdateInput(pool: UserPoolType): UpdateUserPoolRequest {
  // What the pool does not have is not sent.
  return {
    UserPoolId: pool.Id,
    ...Object.fromEntries(Object.entries(wholeInput(pool)).filter(([, value]) => value !== undefined)),
  };
}

/** Every member that UpdateUserPool takes, with what the pool has; a test compares the names with the SDK's model. */
export function wholeInput(pool: UserPoolType): WholeInput {
  return {
    UserPoolId: pool.Id,
    PoolName: pool.Name,
    Policies: pool.Policies,
    DeletionProtection: pool.DeletionProtection,
    LambdaConfig: pool.LambdaConfig,
    AutoVerifiedAttributes: pool.AutoVerifiedAttributes,
    SmsVerificationMessage: pool.SmsVerificationMessage,
    EmailVerificationMessage: pool.EmailVerificationMessage,
    EmailVerificationSubject: pool.EmailVerificationSubject,
    VerificationMessageTemplate: pool.VerificationMessageTemplate,
    SmsAuthenticationMessage: pool.SmsAuthenticationMessage,
    UserAttributeUpdateSettings: pool.UserAttributeUpdateSettings,
    MfaConfiguration: pool.MfaConfiguration,
    DeviceConfiguration: pool.DeviceConfiguration,
    EmailConfiguration: pool.EmailConfiguration,
    SmsConfiguration: pool.SmsConfiguration,
    UserPoolTags: pool.UserPoolTags,
    AdminCreateUserConfig: withoutOldValidity(pool),
    UserPoolAddOns: pool.UserPoolAddOns,
    DcrConfiguration: pool.DcrConfiguration,
    AccountRecoverySetting: pool.AccountRecoverySetting,
    UserPoolTier: pool.UserPoolTier,
    KeyConfiguration: pool.KeyConfiguration,
    IssuerConfiguration: pool.IssuerConfiguration,
    AcrConfiguration: pool.AcrConfiguration,
  };
}

/** Cognito reports the same number under both names, and refuses an update that has the old one beside the new. */
function withoutOldValidity(pool: UserPoolType): AdminCreateUserConfigType | undefined {
  const config = pool.AdminCreateUserConfig;
  if (config === undefined || pool.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays === undefined) {
    return config;
  }
  const { UnusedAccountValidityDays: _old, ...rest } = config;
  return rest;
}

/**
 * The input for SetUserPoolMfaConfig that leads back. With MFA off, Cognito rejects a request that configures any
 * factor, one that is disabled included.
 */
export function mfaInput(mfa: Mfa): Mfa {
  return mfa.MfaConfiguration === undefined || mfa.MfaConfiguration === 'OFF' ? { MfaConfiguration: 'OFF' } : mfa;
}

/**
 * Refuses a pool with a setting that could not be handed back. The SDK drops what it does not know, when it reads as
 * when it writes, and UpdateUserPool would then reset it.
 *
 * @param raw the pool as it came, before the SDK has read it
 * @throws ToolError that names each such setting
 */
export function refuseUnknownSettings(raw: unknown, pool: UserPoolType): void {
  const unknown = missingIn(pool, raw).filter((path) => !MFA_DETAILS.includes(path.split('.')[0] ?? ''));
  if (unknown.length > 0) {
    throw new ToolError(
      `the pool has settings that this version does not know, and an update would reset them: ${unknown.join(', ')}. ` +
        'Nothing was changed. Update @aws-sdk/client-cognito-identity-provider in cdk/package.json, or set the ' +
        'triggers in the console (Extensions, Lambda triggers).',
    );
  }
}

/** The pool's settings: all that it has but for the numbers and dates that change by themselves. */
export function settingsOf(pool: UserPoolType): Partial<UserPoolType> {
  const { EstimatedNumberOfUsers: _number, LastModifiedDate: _date, ...settings } = pool;
  return settings;
}

/** The names that a test compares with what the SDK knows. */
export const NOT_UPDATABLE_NAMES: readonly string[] = Object.keys(NOT_UPDATABLE);
