import type {
  AdminCreateUserConfigType,
  UpdateUserPoolRequest,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { ToolError } from '../tool-error.ts';
import type { Mfa } from './attachment.ts';
import { missingMembers } from './difference.ts';

/** Every member of UpdateUserPool's input. If a later SDK adds one, the function below does not compile. */
type WholeInput = { [Name in keyof Required<UpdateUserPoolRequest>]: UpdateUserPoolRequest[Name] };

/**
 * The members that DescribeUserPool reports but UpdateUserPool does not accept, because they cannot be changed or are
 * not settings. The type requires exactly these members.
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

/** Members of GetUserPoolMfaConfig, which the tool compares separately. Local AWS also reports them with the pool. */
const MFA_DETAILS = [
  'SmsMfaConfiguration',
  'SoftwareTokenMfaConfiguration',
  'EmailMfaConfiguration',
  'WebAuthnConfiguration',
];

/**
 * The input with which UpdateUserPool changes nothing. According to AWS, UpdateUserPool resets every omitted member to
 * its default; others have measured it for some members (docs/operations.md).
 */
export function toUpdateInput(pool: UserPoolType): UpdateUserPoolRequest {
  // Members that the pool does not have are omitted.
  return {
    UserPoolId: pool.Id,
    ...Object.fromEntries(Object.entries(wholeInput(pool)).filter(([, value]) => value !== undefined)),
  };
}

/** Every member of UpdateUserPool's input, with the pool's value. A test compares the names with the SDK's model. */
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
    AdminCreateUserConfig: withoutLegacyValidityDays(pool),
    UserPoolAddOns: pool.UserPoolAddOns,
    DcrConfiguration: pool.DcrConfiguration,
    AccountRecoverySetting: pool.AccountRecoverySetting,
    UserPoolTier: pool.UserPoolTier,
    KeyConfiguration: pool.KeyConfiguration,
    IssuerConfiguration: pool.IssuerConfiguration,
    AcrConfiguration: pool.AcrConfiguration,
  };
}

/** Cognito reports the validity under a legacy and a new name, and rejects an update that has both. */
function withoutLegacyValidityDays(pool: UserPoolType): AdminCreateUserConfigType | undefined {
  const config = pool.AdminCreateUserConfig;
  if (config === undefined || pool.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays === undefined) {
    return config;
  }
  const { UnusedAccountValidityDays: _legacy, ...rest } = config;
  return rest;
}

/**
 * The input with which SetUserPoolMfaConfig restores the MFA settings. With MFA off, Cognito rejects a request that
 * configures a factor, even a disabled one.
 */
export function mfaInput(mfa: Mfa): Mfa {
  return mfa.MfaConfiguration === undefined || mfa.MfaConfiguration === 'OFF' ? { MfaConfiguration: 'OFF' } : mfa;
}

/**
 * Rejects a pool with a setting that the SDK does not know. The SDK would drop the setting when it reads and when it
 * writes, so UpdateUserPool would reset it.
 *
 * @param raw the pool in the response body, before the SDK has parsed it
 * @throws ToolError that names each such setting
 */
export function rejectUnknownSettings(raw: unknown, pool: UserPoolType): void {
  const unknown = missingMembers(pool, raw).filter((path) => !MFA_DETAILS.includes(path.split('.')[0] ?? ''));
  if (unknown.length > 0) {
    throw new ToolError(
      'the pool has settings that the installed SDK does not know, and an update would reset them: ' +
        `${unknown.join(', ')}. Nothing was changed. Update @aws-sdk/client-cognito-identity-provider in ` +
        'tools/package.json, or set the triggers in the console (Extensions, Lambda triggers).',
    );
  }
}

/** The pool without the members that change without an update: the number of users and the date of the last change. */
export function settingsOf(pool: UserPoolType): Partial<UserPoolType> {
  const { EstimatedNumberOfUsers: _number, LastModifiedDate: _date, ...settings } = pool;
  return settings;
}

/** The names of {@link NOT_UPDATABLE}. A test uses them for a fake pool. */
export const NOT_UPDATABLE_NAMES: readonly string[] = Object.keys(NOT_UPDATABLE);
