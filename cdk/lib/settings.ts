import { Token } from 'aws-cdk-lib';
import { parseSalesforceDomainUrl } from './salesforce-domain.ts';
import { parseOrganizationId } from './salesforce-id.ts';
import { list, oneOf, type Parsed, SettingsReader, text } from './settings-reader.ts';

const AUDIENCE_MODES = ['id_token', 'introspection', 'access_token_jwt', 'unchecked'] as const;
const DIRECTORY_MODES = ['list_users', 'event'] as const;

/** How Verify learns which app a token was issued to. */
export type AudienceMode = (typeof AUDIENCE_MODES)[number];

/** How Verify learns which users of the pool have an e-mail address. */
export type DirectoryMode = (typeof DIRECTORY_MODES)[number];

const SUPPORTED_AUDIENCE_MODES: readonly AudienceMode[] = ['unchecked'];
const SUPPORTED_DIRECTORY_MODES: readonly DirectoryMode[] = ['list_users'];

/** What decides who is trusted. CDK context (`-c name=value`) uses the same names. */
export interface SalesforceSettings {
  /** The organization's My Domain, for example `https://acme.my.salesforce.com`. */
  readonly salesforceDomainUrl: string;

  /** The organizations whose users may sign in, 15 or 18 characters each; at least one. */
  readonly salesforceOrganizationIds: readonly string[];

  /** How to check which app a token was issued to. This version supports `unchecked` alone. */
  readonly salesforceAudienceMode: AudienceMode;

  /**
   * Consumer keys of the apps whose tokens are accepted; not looked at in mode `unchecked`.
   *
   * @default - none
   */
  readonly salesforceClientIds?: readonly string[];

  /**
   * How to find the users who share an e-mail address. This version supports `list_users` alone.
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
   * App clients of the pool that may use the flow. Triggers are pool-wide, and an app client created without a list
   * of flows allows CUSTOM_AUTH.
   *
   * Only ids that are known before the deployment: a reference to a client of the same pool is a dependency cycle.
   *
   * @default - every app client that allows CUSTOM_AUTH
   */
  readonly allowedClientIds?: readonly string[];
}

/** Settings that have been checked, with defaults filled in. */
export type CheckedSettings = SalesforceSettings & Required<Pick<SalesforceSettings, 'directoryMode'>>;

const NAMES = [
  'salesforceDomainUrl',
  'salesforceOrganizationIds',
  'salesforceAudienceMode',
  'salesforceClientIds',
  'directoryMode',
  'allowedEmailDomains',
  'allowedClientIds',
] satisfies (keyof SalesforceSettings)[];

const UNSUPPORTED_NAMES = ['salesforceIntrospectionSecretArn', 'salesforceIssuers'];

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
  const salesforceAudienceMode = reader.required(
    'salesforceAudienceMode',
    'unchecked',
    supported(AUDIENCE_MODES, SUPPORTED_AUDIENCE_MODES),
  );
  const salesforceClientIds = reader.optional(
    'salesforceClientIds',
    '3MVG9... (consumer keys, comma-separated)',
    list(parseConsumerKey),
  );
  const directoryMode =
    reader.optional('directoryMode', 'list_users', supported(DIRECTORY_MODES, SUPPORTED_DIRECTORY_MODES)) ??
    'list_users';
  const allowedEmailDomains = reader.optional(
    'allowedEmailDomains',
    'acme.com (e-mail domains, comma-separated)',
    list(parseEmailDomain),
  );
  const allowedClientIds = reader.optional(
    'allowedClientIds',
    '1example23456789 (app client ids, comma-separated)',
    list(parseAppClientId),
  );
  refuseOtherNames(reader);

  if (!salesforceDomainUrl || !salesforceOrganizationIds || !salesforceAudienceMode) {
    return undefined;
  }
  return {
    salesforceDomainUrl,
    salesforceOrganizationIds,
    salesforceAudienceMode,
    ...(salesforceClientIds && { salesforceClientIds }),
    directoryMode,
    ...(allowedEmailDomains && { allowedEmailDomains }),
    ...(allowedClientIds && { allowedClientIds }),
  };
}

/** A misspelt restriction that is ignored is no restriction, so names that look like settings must be settings. */
function refuseOtherNames(reader: SettingsReader): void {
  for (const name of reader.names()) {
    if (UNSUPPORTED_NAMES.includes(name)) {
      reader.refuse(name, 'is not supported in this version; remove it');
    } else if (/^(salesforce|allowed|directory)/i.test(name) && !NAMES.some((known) => known === name)) {
      reader.refuse(name, `is not a setting; the settings are ${NAMES.join(', ')}`);
    }
  }
}

function supported<T extends string>(words: readonly T[], now: readonly T[]): (value: unknown) => Parsed<T> {
  return (value) => {
    const parsed = oneOf(words)(value);
    if ('value' in parsed && !now.includes(parsed.value)) {
      return { problem: `is not supported in this version, which supports ${now.join(', ')}` };
    }
    return parsed;
  };
}

function parseConsumerKey(key: string): Parsed<string> {
  return /^[!-~]{1,255}$/.test(key) && !key.includes(',')
    ? { value: key }
    : { problem: 'is not a consumer key of a Salesforce app' };
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
