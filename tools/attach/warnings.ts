import type { IdentityProviderType, UserPoolClientType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import { NAME_ID_CASE_WARNING } from '../../cdk/lib/saml-linking.ts';
import { describeEmailVerifiedNotMapped, leavesEmailUnverified } from '../../cdk/lib/saml-providers.ts';
import type { DeployedTriggers } from './deployed-triggers.ts';

/** The attribute that `linkOnFirstSignIn` writes. */
const LINK = 'custom:salesforce_user_id';

/** A pool with its app clients and providers. */
export interface PoolDetails {
  readonly pool: UserPoolType;
  readonly clients: readonly UserPoolClientType[];
  /** The providers of the pool that `linkSamlProviders` names. */
  readonly providers: readonly IdentityProviderType[];
}

/** Warnings for the operator who attaches the triggers to this pool. They do not prevent it. */
export function warningsFor({ pool, clients, providers }: PoolDetails, deployed: DeployedTriggers): string[] {
  return [
    ...appClientWarnings(clients, deployed.allowedClientIds),
    ...mfaWarnings(pool),
    ...deviceWarnings(pool),
    ...signUpWarnings(pool),
    ...(deployed.linkOnFirstSignIn ? linkWarnings(pool, clients) : []),
    ...(deployed.triggers.PreSignUp
      ? [...nameIdWarnings(pool, deployed), ...providerWarnings(providers, deployed)]
      : []),
    ...(deployed.triggers.PreTokenGenerationConfig ? tokenWarnings(pool, clients, deployed.allowedClientIds) : []),
  ];
}

/** Triggers are pool-wide, so every app client that allows CUSTOM_AUTH can use them. */
function appClientWarnings(clients: readonly UserPoolClientType[], allowed: readonly string[] | undefined): string[] {
  const open = clients.filter(allowsCustomAuth);
  if (open.length === 0) {
    return ['no app client of the pool allows CUSTOM_AUTH, so no user can sign in this way: create one that allows it'];
  }
  if (allowed === undefined) {
    const list = open.map((client) => `  ${client.ClientId} ${client.ClientName ?? ''}${defaultFlowsNote(client)}`);
    return [
      `these app clients can use the triggers, because they allow CUSTOM_AUTH:\n${list.join('\n')}\n` +
        'To restrict this, deploy with allowedClientIds=<comma-separated ids>.',
    ];
  }
  const unknown = allowed.filter((id) => !open.some((client) => client.ClientId === id));
  return unknown.length === 0
    ? []
    : [
        'allowedClientIds names app clients that do not exist in the pool or do not allow CUSTOM_AUTH: ' +
          `${unknown.join(', ')}`,
      ];
}

/** Without a list of flows, the default of the API applies: SRP, refresh and CUSTOM_AUTH. */
export function allowsCustomAuth(client: UserPoolClientType): boolean {
  const flows = client.ExplicitAuthFlows ?? [];
  return flows.length === 0 || flows.includes('ALLOW_CUSTOM_AUTH') || flows.includes('CUSTOM_AUTH_FLOW_ONLY');
}

function defaultFlowsNote(client: UserPoolClientType): string {
  return client.ExplicitAuthFlows?.length ? '' : ' (it has no list of flows, and the default allows CUSTOM_AUTH)';
}

function mfaWarnings(pool: UserPoolType): string[] {
  return pool.MfaConfiguration === 'ON' || pool.MfaConfiguration === 'OPTIONAL'
    ? [
        `the pool's MFA is ${pool.MfaConfiguration}: AWS does not document whether MFA applies to CUSTOM_AUTH. Do ` +
          'not rely on MFA for this sign-in, and test whether it prevents this sign-in.',
      ]
    : [];
}

/** With device tracking, a refresh has to send the device key: AWS, "Working with user devices". */
function deviceWarnings(pool: UserPoolType): string[] {
  return pool.DeviceConfiguration === undefined
    ? []
    : [
        'the pool tracks devices (DeviceConfiguration): a sign-in may return NewDeviceMetadata, and then the app has ' +
          'to send DEVICE_KEY when it refreshes. Test a refresh with your app.',
      ];
}

/** Verify and Pre Sign-up read at most three pages of 60 users for an address, so they do not see further users. */
function signUpWarnings(pool: UserPoolType): string[] {
  const isUnique = [...(pool.UsernameAttributes ?? []), ...(pool.AliasAttributes ?? [])].includes('email');
  return pool.AdminCreateUserConfig?.AllowAdminCreateUserOnly === true || isUnique
    ? []
    : [
        'anyone can sign up, and an e-mail address need not be unique in the pool: with about 180 unverified accounts ' +
          'that have the address of a user, an attacker can lock that user out. Use a pool in which e-mail is an ' +
          'alias or the user name, and set directoryMode=event.',
      ];
}

function linkWarnings(pool: UserPoolType, clients: readonly UserPoolClientType[]): string[] {
  const attribute = pool.SchemaAttributes?.find(({ Name }) => Name === LINK);
  if (attribute === undefined) {
    return [
      `linkOnFirstSignIn is on, but the pool has no ${LINK}: every sign-in fails until you add it ` +
        '(add-custom-attributes)',
    ];
  }
  // Without a list, users can write every mutable attribute through the client.
  const writers = clients.filter((client) => !client.WriteAttributes?.length || client.WriteAttributes.includes(LINK));
  return writers.length === 0
    ? []
    : [
        `users can write ${LINK} through these app clients, and so lock other users out; give the clients a list of ` +
          'writable attributes without it: ' +
          writers.map((client) => client.ClientId).join(', '),
      ];
}

function nameIdWarnings(pool: UserPoolType, { samlNameIdAttribute }: DeployedTriggers): string[] {
  return pool.UsernameConfiguration?.CaseSensitive === false && samlNameIdAttribute === undefined
    ? [`${NAME_ID_CASE_WARNING}.`]
    : [];
}

function providerWarnings(
  providers: readonly IdentityProviderType[],
  { linkSamlProviders: listed }: DeployedTriggers,
): string[] {
  const missing = listed.filter((name) => !providers.some(({ ProviderName }) => ProviderName === name));
  return [
    ...missing.map((name) => `linkSamlProviders names ${name}, but the pool has no provider with this name`),
    ...providers
      .filter(({ AttributeMapping }) => leavesEmailUnverified(AttributeMapping))
      .map(({ ProviderName }) => `${describeEmailVerifiedNotMapped(ProviderName ?? '')}.`),
  ];
}

/** Cognito tells Pre Token Generation the app client, but not how the user signed in. */
function tokenWarnings(
  pool: UserPoolType,
  clients: readonly UserPoolClientType[],
  allowed: readonly string[] | undefined,
): string[] {
  const withOtherSignIns = clients.filter(
    (client) => allowed?.includes(client.ClientId ?? '') && allowsCustomAuth(client) && allowsOtherSignIns(client),
  );
  return [
    ...(pool.UserPoolTier === 'LITE'
      ? ["the pool's plan is Lite, but Cognito adds scopes to access tokens only in Essentials and Plus: change it"]
      : []),
    ...(withOtherSignIns.length === 0
      ? []
      : [
          'these app clients allow other ways to sign in than CUSTOM_AUTH, and tokens of those sign-ins also get the ' +
            'scopes and the claim; use app clients that allow only CUSTOM_AUTH: ' +
            withOtherSignIns.map((client) => client.ClientId).join(', '),
        ]),
  ];
}

/**
 * Includes managed login: the trigger can tell its tokens apart when they are issued, but not when they are refreshed.
 */
function allowsOtherSignIns(client: UserPoolClientType): boolean {
  const flows = client.ExplicitAuthFlows ?? [];
  const expected = ['ALLOW_CUSTOM_AUTH', 'CUSTOM_AUTH_FLOW_ONLY', 'ALLOW_REFRESH_TOKEN_AUTH'];
  const managedLogin = client.AllowedOAuthFlowsUserPoolClient === true && !!client.AllowedOAuthFlows?.length;
  return flows.length === 0 || flows.some((flow) => !expected.includes(flow)) || managedLogin;
}
