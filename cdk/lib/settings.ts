import { Token } from 'aws-cdk-lib';
import { AUDIENCE_SETTING_NAMES, type AudienceSettings, readAudience } from './audience.ts';
import { parseSalesforceDomainUrl } from './salesforce-domain.ts';
import { parseOrganizationId } from './salesforce-id.ts';
import { readSamlLinking, SAML_LINKING_SETTING_NAMES, type SamlLinkingSettings } from './saml-linking.ts';
import { flag, list, oneOf, type Parsed, SettingsReader, text } from './settings-reader.ts';
import { parseTokenScope } from './token-scope.ts';

const DIRECTORY_MODES = ['list_users', 'event'] as const;

/** How Verify learns which users of the pool have the e-mail address. */
export type DirectoryMode = (typeof DIRECTORY_MODES)[number];

/** The settings that decide who can sign in. CDK context (`-c name=value`) uses the same names. */
export interface SalesforceSettings extends AudienceSettings, SamlLinkingSettings {
  /** The organization's My Domain, for example `https://acme.my.salesforce.com`. */
  readonly salesforceDomainUrl: string;

  /** The organizations whose users may sign in, 15 or 18 characters each; at least one. */
  readonly salesforceOrganizationIds: readonly string[];

  /**
   * How Verify learns which users have the e-mail address:
   *
   * - `list_users`: Verify calls ListUsers, so it detects two users with one address;
   * - `event`: Verify uses only the attributes in the event. This is safe only in a pool in which the address is unique
   *   because users sign in with it, as in the pool of this app's stack.
   *
   * @default 'list_users'
   */
  readonly directoryMode?: DirectoryMode;

  /**
   * The e-mail domains whose users can sign in, for example `acme.com`. A subdomain is another domain.
   *
   * @default - all domains
   */
  readonly allowedEmailDomains?: readonly string[];

  /**
   * Whether the first sign-in of a user writes the Salesforce user into the pool user's `custom:salesforce_user_id`.
   * From then on, no other Salesforce user can sign in as that pool user, even with the same e-mail address. Verify
   * checks an existing link, also if this setting is off.
   *
   * The pool needs the attribute, as a mutable string of up to 64 characters. Users must not be able to write it
   * through any app client.
   *
   * @default false
   */
  readonly linkOnFirstSignIn?: boolean;

  /**
   * Whether each token signs in only once: the id_token in mode `id_token`, the access token in the other modes. Verify
   * then writes a hash of each accepted token into a table of this stack. The table keeps the hash of an id_token for
   * an hour, of a JWT-based access token until Verify denies it as expired, and of an opaque access token forever,
   * because each use prolongs the token's life. A million entries are about 185 MB.
   *
   * Use it against copied tokens if the app gets a new token for each sign-in. Salesforce may issue the same access
   * token again within a session, and in the modes other than `id_token` an honest second sign-in with it is then
   * denied. In mode `id_token`, prefer `salesforceRequireNonce`: it binds each id_token to one challenge and needs no
   * table.
   *
   * @default false
   */
  readonly oneTimeUse?: boolean;

  /**
   * App clients of the pool that can use the flow. Triggers are pool-wide, and an app client without a list of flows
   * allows CUSTOM_AUTH.
   *
   * The ids have to be known before the deployment, because a reference to a client of the same pool is a dependency
   * cycle.
   *
   * @default - all app clients that allow CUSTOM_AUTH
   */
  readonly allowedClientIds?: readonly string[];

  /**
   * Scopes that are added to access tokens of this sign-in, for example `orders/read`, so that an API can require them.
   * The ID token and the access token then also have the claim `sign_in_method: salesforce`. This setting deploys the
   * trigger Pre Token Generation.
   *
   * Needs `allowedClientIds`: only tokens of those app clients get the scopes. Each of them must allow only
   * CUSTOM_AUTH, because Cognito does not tell the trigger how the user signed in. The pool needs the plan Essentials
   * or Plus.
   *
   * @default - tokens are not changed
   */
  readonly tokenScopes?: readonly string[];
}

/** Settings that have been checked, with defaults filled in. */
export type CheckedSettings = SalesforceSettings &
  Required<Pick<SalesforceSettings, 'directoryMode' | 'linkOnFirstSignIn' | 'oneTimeUse'>>;

const NAMES = [
  'salesforceDomainUrl',
  'salesforceOrganizationIds',
  ...AUDIENCE_SETTING_NAMES,
  'directoryMode',
  'allowedEmailDomains',
  'linkOnFirstSignIn',
  'oneTimeUse',
  'allowedClientIds',
  'tokenScopes',
  ...SAML_LINKING_SETTING_NAMES,
] satisfies (keyof SalesforceSettings)[];

/** Matches settings, their environment variables, and names that an operator could mistake for them. */
const RESEMBLES_A_SETTING =
  /^(salesforce|directory|allowed|link_?(on|saml)|saml|create_?local|one_?time|token_?(use|scope))/i;

/**
 * Checks settings that were passed as props.
 *
 * @throws ConfigurationError that names every problem
 */
export function checkSettings(settings: SalesforceSettings): CheckedSettings {
  const reader = new SettingsReader({ ...settings });
  return reader.finish(readSettings(reader));
}

/**
 * Reads the settings. Returns `undefined` if a required one is missing or unusable; the reader then has the problem.
 */
export function readSettings(reader: SettingsReader): CheckedSettings | undefined {
  const salesforceDomainUrl = reader.required(
    'salesforceDomainUrl',
    'https://acme.my.salesforce.com',
    text(parseSalesforceDomainUrl),
  );
  const salesforceOrganizationIds = reader.required(
    'salesforceOrganizationIds',
    '00D... (organization ids, comma-separated)',
    list(parseOrganizationId),
  );
  const audience = readAudience(reader);
  const directoryMode = reader.optional('directoryMode', 'list_users', oneOf(DIRECTORY_MODES)) ?? 'list_users';
  const allowedEmailDomains = reader.optional(
    'allowedEmailDomains',
    'acme.com (e-mail domains, comma-separated)',
    list(parseEmailDomain),
  );
  const linkOnFirstSignIn = reader.optional('linkOnFirstSignIn', 'true', flag) ?? false;
  const oneTimeUse = reader.optional('oneTimeUse', 'true', flag) ?? false;
  const allowedClientIds = reader.optional(
    'allowedClientIds',
    '1example23456789 (app client ids, comma-separated)',
    list(parseAppClientId),
  );
  const tokenScopes = reader.optional('tokenScopes', 'orders/read (scopes, comma-separated)', list(parseTokenScope));
  if (tokenScopes && !allowedClientIds) {
    reader.addProblem(
      'tokenScopes',
      'needs allowedClientIds, because otherwise tokens of every app client would get the scopes',
    );
  }
  const samlLinking = readSamlLinking(reader);
  rejectUnknownNames(reader);

  if (!salesforceDomainUrl || !salesforceOrganizationIds || !audience) {
    return undefined;
  }
  return {
    salesforceDomainUrl,
    salesforceOrganizationIds,
    ...audience,
    directoryMode,
    ...(allowedEmailDomains && { allowedEmailDomains }),
    linkOnFirstSignIn,
    oneTimeUse,
    ...(allowedClientIds && { allowedClientIds }),
    ...(tokenScopes && { tokenScopes }),
    ...samlLinking,
  };
}

/** Rejects unknown names that resemble settings, because a restriction with a misspelt name would be ignored. */
function rejectUnknownNames(reader: SettingsReader): void {
  for (const name of reader.names()) {
    if (RESEMBLES_A_SETTING.test(name) && !NAMES.some((known) => known === name)) {
      reader.addProblem(name, `is not a setting; the settings are ${NAMES.join(', ')}`);
    }
  }
}

/** Verify accepts addresses of at most 246 characters, and at least two of them, such as `x@`, precede the domain. */
const MAX_EMAIL_DOMAIN_LENGTH = 244;

/** Accepts what Verify accepts after the `@`: a plain ASCII domain name without a wildcard. */
function parseEmailDomain(domain: string): Parsed<string> {
  return domain.length <= MAX_EMAIL_DOMAIN_LENGTH && /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(domain)
    ? { value: domain }
    : { problem: 'is not an e-mail domain' };
}

/** At most 128 characters of `[\w+]`: `ClientId` in the Cognito API reference. */
function parseAppClientId(id: string): Parsed<string> {
  if (Token.isUnresolved(id)) {
    return {
      problem: 'is known only after the deployment; an app client of the same pool would be a dependency cycle',
    };
  }
  return /^[\w+]{1,128}$/.test(id) ? { value: id } : { problem: 'is not an app client id' };
}
