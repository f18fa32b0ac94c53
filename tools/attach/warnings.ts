import type { IdentityProviderType, UserPoolClientType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import { NAME_ID_CASE } from '../../cdk/lib/saml-linking.ts';
import { describeUnverified, leavesEmailUnverified } from '../../cdk/lib/saml-providers.ts';
import type { DeployedTriggers } from './deployed-triggers.ts';

/** The attribute that `linkOnFirstSignIn` writes. */
const LINK = 'custom:salesforce_user_id';

/** A pool, and what belongs to it. */
export interface Surveyed {
  readonly pool: UserPoolType;
  readonly clients: readonly UserPoolClientType[];
  /** Those whose identities are to be linked, as far as the pool has them. */
  readonly providers: readonly IdentityProviderType[];
}

/** What somebody should know who attaches the triggers to this pool; it stands in nobody's way. */
export function warningsFor({ pool, clients, providers }: Surveyed, deployed: DeployedTriggers): string[] {
  return [
    ...aboutClients(clients, deployed.allowedClientIds),
    ...aboutMfa(pool),
    ...aboutDevices(pool),
    ...aboutSignUp(pool),
    ...(deployed.linkOnFirstSignIn ? aboutTheLink(pool, clients) : []),
    ...(deployed.triggers.PreSignUp ? [...aboutNameIds(pool, deployed), ...aboutProviders(providers, deployed)] : []),
    ...(deployed.triggers.PreTokenGenerationConfig ? aboutTokens(pool, clients, deployed.allowedClientIds) : []),
  ];
}

/** Triggers belong to the pool, so every client that allows the flow gets it. */
function aboutClients(clients: readonly UserPoolClientType[], allowed: readonly string[] | undefined): string[] {
  const open = clients.filter(allowsCustomAuth);
  if (open.length === 0) {
    return ['no app client of the pool allows CUSTOM_AUTH: nobody can sign in this way until one does'];
  }
  if (allowed === undefined) {
    const list = open.map((client) => `  ${client.ClientId} ${client.ClientName ?? ''}${why(client)}`);
    return [
      `each of these app clients can use the triggers, because it allows CUSTOM_AUTH:\n${list.join('\n')}\n` +
        'Deploy with allowedClientIds=<the ids that should> to keep the others out.',
    ];
  }
  const unknown = allowed.filter((id) => !open.some((client) => client.ClientId === id));
  return unknown.length === 0
    ? []
    : [
        `allowedClientIds names app clients that the pool does not have, or that do not allow CUSTOM_AUTH: ${unknown.join(', ')}`,
      ];
}

/** Without a list, the API's default applies: SRP, refresh and CUSTOM_AUTH. */
export function allowsCustomAuth(client: UserPoolClientType): boolean {
  const flows = client.ExplicitAuthFlows ?? [];
  return flows.length === 0 || flows.includes('ALLOW_CUSTOM_AUTH') || flows.includes('CUSTOM_AUTH_FLOW_ONLY');
}

function why(client: UserPoolClientType): string {
  return client.ExplicitAuthFlows?.length ? '' : ' (it names no flows, and the default has this one)';
}

function aboutMfa(pool: UserPoolType): string[] {
  return pool.MfaConfiguration === 'ON' || pool.MfaConfiguration === 'OPTIONAL'
    ? [
        `the pool's MFA is ${pool.MfaConfiguration}: AWS does not document whether it applies to CUSTOM_AUTH. Do not ` +
          'count on it for this sign-in, and try whether it stands in its way.',
      ]
    : [];
}

/** AWS, "Working with user devices": a tracked device sends its key with each refresh. */
function aboutDevices(pool: UserPoolType): string[] {
  return pool.DeviceConfiguration === undefined
    ? []
    : [
        'the pool tracks devices (DeviceConfiguration): the answer to a sign-in may bring NewDeviceMetadata, and an app ' +
          'that refreshes has to send DEVICE_KEY then. Try a refresh with your app.',
      ];
}

/** Three pages of 60 are read for an address: with more accounts than that, nothing is known of the others. */
function aboutSignUp(pool: UserPoolType): string[] {
  const isUnique = [...(pool.UsernameAttributes ?? []), ...(pool.AliasAttributes ?? [])].includes('email');
  return pool.AdminCreateUserConfig?.AllowAdminCreateUserOnly === true || isUnique
    ? []
    : [
        'anybody can sign up, and an e-mail address need not be unique in the pool: about 180 unverified accounts with ' +
          "somebody's address keep that person out. Use a pool in which e-mail is an alias or the user name, and then " +
          'directoryMode=event.',
      ];
}

function aboutTheLink(pool: UserPoolType, clients: readonly UserPoolClientType[]): string[] {
  const attribute = pool.SchemaAttributes?.find(({ Name }) => Name === LINK);
  if (attribute === undefined) {
    return [
      `linkOnFirstSignIn is on, and the pool has no ${LINK}: every sign-in fails until it is added (add-custom-attributes)`,
    ];
  }
  // Without a list, a client may write every mutable attribute.
  const writers = clients.filter((client) => !client.WriteAttributes?.length || client.WriteAttributes.includes(LINK));
  return writers.length === 0
    ? []
    : [
        `users of these app clients can write ${LINK} themselves, and so keep others out: ` +
          writers.map((client) => client.ClientId).join(', '),
      ];
}

function aboutNameIds(pool: UserPoolType, { samlNameIdAttribute }: DeployedTriggers): string[] {
  return pool.UsernameConfiguration?.CaseSensitive === false && samlNameIdAttribute === undefined
    ? [`${NAME_ID_CASE}.`]
    : [];
}

function aboutProviders(
  providers: readonly IdentityProviderType[],
  { linkSamlProviders: listed }: DeployedTriggers,
): string[] {
  const absent = listed.filter((name) => !providers.some(({ ProviderName }) => ProviderName === name));
  return [
    ...absent.map((name) => `linkSamlProviders names ${name}, and the pool has no provider of this name`),
    ...providers
      .filter(({ AttributeMapping }) => leavesEmailUnverified(AttributeMapping))
      .map(({ ProviderName }) => `${describeUnverified(ProviderName ?? '')}.`),
  ];
}

/** The trigger cannot see how somebody has signed in, only through which client. */
function aboutTokens(
  pool: UserPoolType,
  clients: readonly UserPoolClientType[],
  allowed: readonly string[] | undefined,
): string[] {
  const mixed = clients.filter(
    (client) => allowed?.includes(client.ClientId ?? '') && allowsCustomAuth(client) && allowsAnotherWay(client),
  );
  return [
    ...(pool.UserPoolTier === 'LITE'
      ? ["the pool's plan is Lite, and Cognito adds scopes to access tokens in Essentials and Plus alone"]
      : []),
    ...(mixed.length === 0
      ? []
      : [
          'these app clients allow other ways to sign in than CUSTOM_AUTH, and tokens from those get the scopes and the ' +
            `claim of this sign-in as well: ${mixed.map((client) => client.ClientId).join(', ')}`,
        ]),
  ];
}

/** Tokens of managed login are told apart when they are issued, and no longer when they are refreshed. */
function allowsAnotherWay(client: UserPoolClientType): boolean {
  const flows = client.ExplicitAuthFlows ?? [];
  const ours = ['ALLOW_CUSTOM_AUTH', 'CUSTOM_AUTH_FLOW_ONLY', 'ALLOW_REFRESH_TOKEN_AUTH'];
  const managedLogin = client.AllowedOAuthFlowsUserPoolClient === true && !!client.AllowedOAuthFlows?.length;
  return flows.length === 0 || flows.some((flow) => !ours.includes(flow)) || managedLogin;
}
