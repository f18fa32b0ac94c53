import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Trigger } from './lambda-binary.ts';
import type { CheckedSettings } from './settings.ts';

/** The environment variables of each trigger. */
export function environmentOf(
  settings: CheckedSettings,
  tokenUseTable: dynamodb.Table | undefined,
): Record<Trigger, Record<string, string>> {
  return {
    'define-auth-challenge': withList('ALLOWED_CLIENT_IDS', settings.allowedClientIds),
    'create-auth-challenge': { SALESFORCE_DOMAIN_URL: settings.salesforceDomainUrl },
    'verify-auth-challenge': {
      SALESFORCE_DOMAIN_URL: settings.salesforceDomainUrl,
      ...withList('SALESFORCE_ORGANIZATION_IDS', settings.salesforceOrganizationIds),
      SALESFORCE_AUDIENCE_MODE: settings.salesforceAudienceMode,
      ...withList('SALESFORCE_CLIENT_IDS', settings.salesforceClientIds),
      ...withList('SALESFORCE_ISSUERS', settings.salesforceIssuers),
      ...withFlag('SALESFORCE_REQUIRE_AT_HASH', settings.salesforceRequireAtHash),
      ...withFlag('SALESFORCE_REQUIRE_NONCE', settings.salesforceRequireNonce),
      ...withText('SALESFORCE_INTROSPECTION_SECRET_ARN', settings.salesforceIntrospectionSecretArn),
      DIRECTORY_MODE: settings.directoryMode,
      ...withList('ALLOWED_EMAIL_DOMAINS', settings.allowedEmailDomains),
      ...withFlag('LINK_ON_FIRST_SIGN_IN', settings.linkOnFirstSignIn),
      ...withText('TOKEN_USE_TABLE', tokenUseTable?.tableName),
    },
    'pre-token-generation': {
      ...withList('ALLOWED_CLIENT_IDS', settings.allowedClientIds),
      ...withList('TOKEN_SCOPES', settings.tokenScopes),
    },
    'pre-sign-up': {
      ...withList('SAML_PROVIDERS', settings.linkSamlProviders),
      ...withText('SAML_NAME_ID_ATTRIBUTE', settings.samlNameIdAttribute),
      ...withList('ALLOWED_EMAIL_DOMAINS', settings.allowedEmailDomains),
      ...withText('CREATE_LOCAL_PROFILES', settings.createLocalProfiles),
    },
  };
}

/** Omits the variable if there is no list, because the functions refuse to start with an empty list. */
function withList(name: string, values: readonly string[] | undefined): Record<string, string> {
  return withText(name, values?.join(','));
}

/** Omits the variable if the flag is off, which is the functions' default. */
function withFlag(name: string, value: boolean | undefined): Record<string, string> {
  return withText(name, value ? 'true' : undefined);
}

function withText(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
