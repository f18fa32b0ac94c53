import { parseIssuer } from './salesforce-issuer.ts';
import { parseSecretArn } from './secret-arn.ts';
import { flag, list, oneOf, type Parsed, type SettingsReader, text } from './settings-reader.ts';

const AUDIENCE_MODES = ['id_token', 'introspection', 'access_token_jwt', 'unchecked'] as const;

/** How Verify learns which app a token was issued to. */
export type AudienceMode = (typeof AUDIENCE_MODES)[number];

/** How to check that a token was issued to an app that is trusted. */
export interface AudienceSettings {
  /**
   * How to check which app a token was issued to:
   *
   * - `id_token`: the client sends an id_token beside the access token;
   * - `introspection`: Salesforce is asked, in the name of a consumer that may introspect;
   * - `access_token_jwt`: the access token itself is a JWT and says so;
   * - `unchecked`: not at all. A token of any app in the organization signs its user in.
   */
  readonly salesforceAudienceMode: AudienceMode;

  /**
   * Consumer keys of the apps whose tokens are accepted. Required, except in mode `unchecked`, which does not look
   * at them.
   *
   * @default - none
   */
  readonly salesforceClientIds?: readonly string[];

  /**
   * The issuers whose id_tokens are accepted: exactly as they stand in `iss`, so that `https://acme.my.site.com` and
   * `https://acme.my.site.com/` are two. A site of the organization has one of its own. Mode `id_token` only.
   *
   * @default - salesforceDomainUrl alone
   */
  readonly salesforceIssuers?: readonly string[];

  /**
   * Whether an id_token without `at_hash` is denied. With it, an id_token cannot be paired with another access token;
   * if it is there, it is checked in any case. Mode `id_token` only.
   *
   * @default false
   */
  readonly salesforceRequireAtHash?: boolean;

  /**
   * Whether the id_token's `nonce` must be the one of the challenge: an id_token then answers one challenge and no
   * other. The app has to ask Salesforce for an id_token after it has received the challenge. Mode `id_token` only.
   *
   * @default false
   */
  readonly salesforceRequireNonce?: boolean;

  /**
   * The ARN of the Secrets Manager secret with which to introspect, as JSON `{"client_id": "...", "client_secret":
   * "..."}`. Required in mode `introspection`, and for that mode only.
   *
   * Better the complete ARN, with the six characters that Secrets Manager appends: a partial one makes the policy
   * match any six, and one whose name ends like such a suffix (`acme-secret`) is taken for complete and grants
   * nothing. A token that stands for the whole ARN, such as `secret.secretArn`, must stand for the complete one.
   *
   * A secret that is encrypted with a customer managed key also needs `kms:Decrypt` on that key for the role of
   * Verify: the ARN does not tell which key it is, so granting it is up to the owner of the key.
   *
   * @default - none
   */
  readonly salesforceIntrospectionSecretArn?: string;
}

/** The settings that one mode uses and no other. */
const MODE_OF = {
  salesforceIssuers: 'id_token',
  salesforceRequireAtHash: 'id_token',
  salesforceRequireNonce: 'id_token',
  salesforceIntrospectionSecretArn: 'introspection',
} as const satisfies Partial<Record<keyof AudienceSettings, AudienceMode>>;

/** The names that {@link readAudience} reads. */
export const AUDIENCE_NAMES = [
  'salesforceAudienceMode',
  'salesforceClientIds',
  'salesforceIssuers',
  'salesforceRequireAtHash',
  'salesforceRequireNonce',
  'salesforceIntrospectionSecretArn',
] as const satisfies (keyof AudienceSettings)[];

/** Reads the settings; `undefined` without a mode, and then the reader knows why. */
export function readAudience(reader: SettingsReader): AudienceSettings | undefined {
  // The example is a mode that checks: whoever copies it from the message must not have switched the check off.
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

/** In a mode that does not use it, a setting would promise a check that is never made. */
function readIfUsed<T>(
  reader: SettingsReader,
  mode: AudienceMode | undefined,
  name: keyof typeof MODE_OF,
  example: string,
  parse: (value: unknown) => Parsed<T>,
): T | undefined {
  if (mode === undefined || mode === MODE_OF[name]) {
    return reader.optional(name, example, parse);
  }
  if (reader.names().includes(name)) {
    reader.refuse(name, `is used with salesforceAudienceMode=${MODE_OF[name]} alone; remove it`);
  }
  return undefined;
}

function parseConsumerKey(key: string): Parsed<string> {
  return /^[!-~]{1,255}$/.test(key) && !key.includes(',')
    ? { value: key }
    : { problem: 'is not a consumer key of a Salesforce app' };
}
