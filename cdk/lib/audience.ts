import { parseIssuer } from './salesforce-issuer.ts';
import { parseSecretArn } from './secret-arn.ts';
import { flag, list, oneOf, type Parsed, type SettingsReader, text } from './settings-reader.ts';

const AUDIENCE_MODES = ['id_token', 'introspection', 'access_token_jwt', 'unchecked'] as const;

/** How Verify learns which app a token was issued to. */
export type AudienceMode = (typeof AUDIENCE_MODES)[number];

/** How Verify checks that a token was issued to a trusted app. */
export interface AudienceSettings {
  /**
   * How Verify learns which app a token was issued to:
   *
   * - `id_token`: the client sends an id_token together with the access token;
   * - `introspection`: Verify asks Salesforce (RFC 7662), with the credentials of an app that may introspect;
   * - `access_token_jwt`: the access token is a JWT that names the app;
   * - `unchecked`: Verify does not check it. A token of any app of the organization signs its user in.
   */
  readonly salesforceAudienceMode: AudienceMode;

  /**
   * Consumer keys of the apps whose tokens are accepted. Required, except in mode `unchecked`, which ignores them.
   *
   * @default - none
   */
  readonly salesforceClientIds?: readonly string[];

  /**
   * The issuers whose id_tokens are accepted. Verify compares them with `iss` character by character, so
   * `https://acme.my.site.com` and `https://acme.my.site.com/` are two issuers. Each Experience Cloud site of the
   * organization has its own issuer. Mode `id_token` only.
   *
   * @default - only salesforceDomainUrl
   */
  readonly salesforceIssuers?: readonly string[];

  /**
   * Whether Verify denies an id_token without `at_hash`. The claim prevents a client from combining an id_token with
   * the access token of another login. If the claim is present, Verify always checks it. Mode `id_token` only.
   *
   * @default false
   */
  readonly salesforceRequireAtHash?: boolean;

  /**
   * Whether the `nonce` of the id_token must be the nonce of the challenge. An id_token then answers only that
   * challenge. The app has to request the id_token from Salesforce after it received the challenge. Mode `id_token`
   * only.
   *
   * @default false
   */
  readonly salesforceRequireNonce?: boolean;

  /**
   * The ARN of the Secrets Manager secret that holds the credentials for introspection, as JSON `{"client_id": "...",
   * "client_secret": "..."}`. Required in mode `introspection`, and accepted only in that mode.
   *
   * Prefer the complete ARN, with the six characters that Secrets Manager appends. For an ARN without them, the policy
   * allows any six characters. If the name itself ends in a hyphen and six characters (`acme-secret`), the policy
   * allows the ARN both as it is and with six more. A CDK token for the whole ARN, such as `secret.secretArn`, must
   * resolve to the complete ARN.
   *
   * If the secret is encrypted with a customer managed key, the role of Verify also needs `kms:Decrypt` on that key.
   * The ARN does not name the key, so the owner of the key has to grant this.
   *
   * @default - none
   */
  readonly salesforceIntrospectionSecretArn?: string;
}

/** Settings that only one mode uses, with that mode. */
const MODE_BY_SETTING = {
  salesforceIssuers: 'id_token',
  salesforceRequireAtHash: 'id_token',
  salesforceRequireNonce: 'id_token',
  salesforceIntrospectionSecretArn: 'introspection',
} as const satisfies Partial<Record<keyof AudienceSettings, AudienceMode>>;

/** The names that {@link readAudience} reads. */
export const AUDIENCE_SETTING_NAMES = [
  'salesforceAudienceMode',
  'salesforceClientIds',
  'salesforceIssuers',
  'salesforceRequireAtHash',
  'salesforceRequireNonce',
  'salesforceIntrospectionSecretArn',
] as const satisfies (keyof AudienceSettings)[];

/** Reads the settings. Returns `undefined` if the mode is missing or unusable; the reader then has the problem. */
export function readAudience(reader: SettingsReader): AudienceSettings | undefined {
  // The example is a mode that checks, so that an operator who copies it from the message does not disable the check.
  const mode = reader.required('salesforceAudienceMode', 'id_token', oneOf(AUDIENCE_MODES));
  const salesforceClientIds = readClientIds(reader, mode);
  const salesforceIssuers = readIfUsed(
    reader,
    mode,
    'salesforceIssuers',
    'https://acme.my.salesforce.com (issuers, comma-separated)',
    list(parseIssuer),
  );
  const salesforceRequireAtHash = readIfUsed(reader, mode, 'salesforceRequireAtHash', 'true', flag);
  const salesforceRequireNonce = readIfUsed(reader, mode, 'salesforceRequireNonce', 'true', flag);
  const salesforceIntrospectionSecretArn = readSecretArn(reader, mode);
  if (!mode) {
    return undefined;
  }
  return {
    salesforceAudienceMode: mode,
    ...(salesforceClientIds && { salesforceClientIds }),
    ...(salesforceIssuers && { salesforceIssuers }),
    ...(salesforceRequireAtHash !== undefined && { salesforceRequireAtHash }),
    ...(salesforceRequireNonce !== undefined && { salesforceRequireNonce }),
    ...(salesforceIntrospectionSecretArn && { salesforceIntrospectionSecretArn }),
  };
}

function readClientIds(reader: SettingsReader, mode: AudienceMode | undefined): readonly string[] | undefined {
  const setting = ['salesforceClientIds', '3MVG9... (consumer keys, comma-separated)', list(parseConsumerKey)] as const;
  return mode === undefined || mode === 'unchecked' ? reader.optional(...setting) : reader.required(...setting);
}

function readSecretArn(reader: SettingsReader, mode: AudienceMode | undefined): string | undefined {
  const setting = ['salesforceIntrospectionSecretArn', 'arn:aws:secretsmanager:...', text(parseSecretArn)] as const;
  return mode === 'introspection' ? reader.required(...setting) : readIfUsed(reader, mode, ...setting);
}

/**
 * Rejects a setting that the mode does not use, because the operator would expect a check that Verify does not make.
 */
function readIfUsed<T>(
  reader: SettingsReader,
  mode: AudienceMode | undefined,
  name: keyof typeof MODE_BY_SETTING,
  example: string,
  parse: (value: unknown) => Parsed<T>,
): T | undefined {
  if (mode === undefined || mode === MODE_BY_SETTING[name]) {
    return reader.optional(name, example, parse);
  }
  if (reader.names().includes(name)) {
    reader.addProblem(name, `is used only with salesforceAudienceMode=${MODE_BY_SETTING[name]}; remove it`);
  }
  return undefined;
}

function parseConsumerKey(key: string): Parsed<string> {
  return /^[!-~]{1,255}$/.test(key) && !key.includes(',')
    ? { value: key }
    : { problem: 'is not a consumer key of a Salesforce app' };
}
