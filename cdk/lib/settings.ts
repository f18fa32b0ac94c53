import { Token } from 'aws-cdk-lib';
import { AUDIENCE_NAMES, type AudienceSettings, readAudience } from './audience.ts';
import { parseSalesforceDomainUrl } from './salesforce-domain.ts';
import { parseOrganizationId } from './salesforce-id.ts';
import { readSamlLinking, SAML_LINKING_NAMES, type SamlLinkingSettings } from './saml-linking.ts';
import { flag, list, oneOf, type Parsed, SettingsReader, text } from './settings-reader.ts';
import { parseTokenScope } from './token-scope.ts';

const DIRECTORY_MODES = ['list_users', 'event'] as const;

/** How Verify learns which users of the pool have an e-mail address. */
export type DirectoryMode = (typeof DIRECTORY_MODES)[number];

/** What decides who is trusted. CDK context (`-c name=value`) uses the same names. */
export interface SalesforceSettings extends AudienceSettings, SamlLinkingSettings {
  /** The organization's My Domain, for example `https://acme.my.salesforce.com`. */
  readonly salesforceDomainUrl: string;

  /** The organizations whose users may sign in, 15 or 18 characters each; at least one. */
  readonly salesforceOrganizationIds: readonly string[];

  /**
   * How to learn who has an e-mail address:
   *
   * - `list_users`: the pool is asked, so that two users with one address are noticed;
   * - `event`: the pool is not asked. What it says in the event about the user who signs in has to do, which is safe
   *   only where an address is unique because users sign in with it, as in the pool of this app's stack.
   *
   * @default 'list_users'
   */
  readonly directoryMode?: DirectoryMode;

  /**
   * The e-mail domains that may sign in, for example `acme.com`. Compared whole: a subdomain is another domain.
   *
   * @default - every domain
   */
  readonly allowedEmailDomains?: readonly string[];

  /**
   * Whether the first sign-in of a user writes the Salesforce user into the pool user's `custom:salesforce_user_id`.
   * From then on nobody else can sign in as that pool user, even with the same e-mail address. A link that somebody
   * has written beforehand is checked whether or not this is on.
   *
   * The pool needs the attribute, as a mutable string of up to 64 characters, and no app client that users sign in
   * with may be allowed to write it.
   *
   * @default false
   */
  readonly linkOnFirstSignIn?: boolean;

  /**
   * Whether a token signs in once and never again: the id_token with `salesforceAudienceMode` `id_token`, the access
   * token with the other modes. Verify then keeps a hash of each token that was let in, in a table that is created for
   * it: of an id_token for an hour, of a JWT-based access token until it is refused by itself, and of an opaque one for
   * good, because each use of it prolongs its life. A million entries are about 185 MB.
   *
   * Use it where a copied token is what you fear and the app gets a new one for each sign-in. Salesforce may hand out
   * the same access token again within a session: with the modes other than `id_token`, a second, honest sign-in with
   * it is denied. With `id_token`, `salesforceRequireNonce` is the better tool: it ties each id_token to one challenge
   * and needs no table.
   *
   * @default false
   */
  readonly oneTimeUse?: boolean;

  /**
   * App clients of the pool that may use the flow. Triggers are pool-wide, and an app client created without a list
   * of flows allows CUSTOM_AUTH.
   *
   * Only ids that are known before the deployment: a reference to a client of the same pool is a dependency cycle.
   *
   * @default - every app client that allows CUSTOM_AUTH
   */
  readonly allowedClientIds?: readonly string[];

  /**
   * Scopes that access tokens from this sign-in get, for example `orders/read`, so that an API can ask for them. Both
   * tokens then also say `sign_in_method: salesforce`. Switches a fourth trigger on, Pre Token Generation.
   *
   * Needs `allowedClientIds`: the tokens of those app clients alone get the scopes. Each of them must allow CUSTOM_AUTH
   * and no other way to sign in, because Cognito does not tell the trigger how somebody has signed in. The pool needs
   * the plan Essentials or Plus.
   *
   * @default - tokens are left as they are
   */
  readonly tokenScopes?: readonly string[];
}

/** Settings that have been checked, with defaults filled in. */
export type CheckedSettings = SalesforceSettings &
  Required<Pick<SalesforceSettings, 'directoryMode' | 'linkOnFirstSignIn' | 'oneTimeUse'>>;

const NAMES = [
  'salesforceDomainUrl',
  'salesforceOrganizationIds',
  ...AUDIENCE_NAMES,
  'directoryMode',
  'allowedEmailDomains',
  'linkOnFirstSignIn',
  'oneTimeUse',
  'allowedClientIds',
  'tokenScopes',
  ...SAML_LINKING_NAMES,
] satisfies (keyof SalesforceSettings)[];

/** How settings, their variables and what one could take for their names begin. */
const LIKE_A_SETTING =
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

/** Reads the settings; `undefined` if a required one is unusable, and then the reader knows why. */
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
    reader.refuse(
      'tokenScopes',
      'needs allowedClientIds: without them, the tokens of every app client would get scopes',
    );
  }
  const samlLinking = readSamlLinking(reader);
  refuseOtherNames(reader);

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

/** A misspelt restriction that is ignored is no restriction, so names that look like settings must be settings. */
function refuseOtherNames(reader: SettingsReader): void {
  for (const name of reader.names()) {
    if (LIKE_A_SETTING.test(name) && !NAMES.some((known) => known === name)) {
      reader.refuse(name, `is not a setting; the settings are ${NAMES.join(', ')}`);
    }
  }
}

/** Verify maps on addresses of at most 246 characters, and `x@` is the least that precedes a domain. */
const MAX_EMAIL_DOMAIN_LENGTH = 244;

/** What Verify accepts after the `@`: a name in plain ASCII, no `@` and no wildcard. */
function parseEmailDomain(domain: string): Parsed<string> {
  return domain.length <= MAX_EMAIL_DOMAIN_LENGTH && /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(domain)
    ? { value: domain }
    : { problem: 'is not an e-mail domain' };
}

/** At most 128 characters of `[\w+]`: `ClientId` in the Cognito API reference. */
function parseAppClientId(id: string): Parsed<string> {
  if (Token.isUnresolved(id)) {
    return { problem: 'is known only after the deployment; a client of the same pool would be a dependency cycle' };
  }
  return /^[\w+]{1,128}$/.test(id) ? { value: id } : { problem: 'is not an app client id' };
}
