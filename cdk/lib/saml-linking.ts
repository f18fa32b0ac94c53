import { Annotations, Aspects, Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { IConstruct } from 'constructs';
import { cfnUserPoolOf } from './pool-triggers.ts';
import {
  areAmbiguous,
  describeAmbiguity,
  describeEmailVerifiedNotMapped,
  findAmbiguities,
  leavesEmailUnverified,
} from './saml-providers.ts';
import { ConfigurationError, list, oneOf, type Parsed, type SettingsReader, text } from './settings-reader.ts';

/** The ways in which Pre Sign-up can name a local profile. */
export const PROFILE_NAMINGS = ['email', 'local'] as const;

/** How Pre Sign-up names the local profiles that it creates. */
export type ProfileNaming = (typeof PROFILE_NAMINGS)[number];

/**
 * Settings of Pre Sign-up, which links users at their first SAML sign-in. It is off unless `linkSamlProviders` is set.
 */
export interface SamlLinkingSettings {
  /**
   * Names of SAML providers of the pool. At the first sign-in through one of them, the identity is linked to the local
   * profile with the same verified address. This setting deploys the trigger Pre Sign-up.
   *
   * The address that such a provider sends decides whose profile a user gets. List a provider only if its
   * administrators set the addresses and its users cannot. The provider has to map `email_verified` as well as `email`.
   *
   * @default - no identity is linked at sign-in
   */
  readonly linkSamlProviders?: readonly string[];

  /**
   * The custom attribute, `custom:<name>`, to which these providers' NameIDs are mapped. Needed if the pool ignores the
   * letter case of user names: Cognito then gives the trigger the NameID in lower case, but linking needs its own case.
   *
   * @default - the NameID is taken from the user name, if the user name shows its letter case
   */
  readonly samlNameIdAttribute?: string;

  /**
   * Whether Pre Sign-up creates a local profile for a user who has none, and how it names the profile:
   *
   * - `email`: the address, for pools in which the e-mail address is the user name;
   * - `local`: `local-` with letters and digits that are derived from the address, for all other pools.
   *
   * @default - it creates no profiles
   */
  readonly createLocalProfiles?: ProfileNaming;
}

/** The names that {@link readSamlLinking} reads. */
export const SAML_LINKING_SETTING_NAMES = [
  'linkSamlProviders',
  'samlNameIdAttribute',
  'createLocalProfiles',
] as const satisfies (keyof SamlLinkingSettings)[];

/** Reads the settings. */
export function readSamlLinking(reader: SettingsReader): SamlLinkingSettings {
  const linkSamlProviders = reader.optional(
    'linkSamlProviders',
    'Okta (SAML providers of the pool, comma-separated)',
    providers,
  );
  const samlNameIdAttribute = reader.optional('samlNameIdAttribute', 'custom:name_id', text(parseCustomAttribute));
  const createLocalProfiles = reader.optional('createLocalProfiles', 'email', oneOf(PROFILE_NAMINGS));
  for (const name of ['samlNameIdAttribute', 'createLocalProfiles']) {
    if (!reader.names().includes('linkSamlProviders') && reader.names().includes(name)) {
      reader.addProblem(name, 'is used only with linkSamlProviders; remove it or set linkSamlProviders');
    }
  }
  return {
    ...(linkSamlProviders && { linkSamlProviders }),
    ...(samlNameIdAttribute !== undefined && { samlNameIdAttribute }),
    ...(createLocalProfiles && { createLocalProfiles }),
  };
}

/**
 * Compares the settings with a pool that this app defines. The properties of an imported pool are unknown at synthesis,
 * so `make attach` checks those.
 *
 * @throws ConfigurationError if `createLocalProfiles` does not fit the user names of the pool
 */
export function checkUserPool(userPool: cognito.IUserPool, settings: SamlLinkingSettings, scope: IConstruct): void {
  const resource = cfnUserPoolOf(userPool);
  if (!resource) {
    return;
  }
  const { createLocalProfiles: naming, samlNameIdAttribute } = settings;
  const problem = naming === undefined ? undefined : profileNamingProblem(naming, resource.usernameAttributes ?? []);
  if (problem !== undefined) {
    throw new ConfigurationError(`cannot synthesize: ${problem}`);
  }
  const { usernameConfiguration: configuration } = resource;
  const ignoresCase =
    configuration !== undefined && 'caseSensitive' in configuration && configuration.caseSensitive === false;
  if (ignoresCase && samlNameIdAttribute === undefined) {
    Annotations.of(scope).addWarningV2('salesforce-cognito-auth:nameIdCase', NAME_ID_CASE_WARNING);
  }
}

/**
 * Checks the providers that this app adds to a pool that it defines. The check is an aspect, so it runs after the app
 * has added all of them. Other providers of the pool are unknown at synthesis; Pre Sign-up asks the pool about them.
 */
export function checkProviders(userPool: cognito.IUserPool, settings: SamlLinkingSettings, scope: IConstruct): void {
  const { linkSamlProviders: listed = [] } = settings;
  Aspects.of(scope).add({
    visit(node) {
      if (node !== scope) {
        return;
      }
      const providers = userPool.identityProviders.flatMap((provider) => {
        const resource = provider.node.defaultChild;
        return resource instanceof cognito.CfnUserPoolIdentityProvider ? [resource] : [];
      });
      const names = providers.map(({ providerName }) => providerName);
      for (const ambiguity of findAmbiguities(listed, names)) {
        Annotations.of(scope).addError(describeAmbiguity(ambiguity));
      }
      for (const provider of providers.filter(({ providerName }) => listed.includes(providerName))) {
        if (leavesEmailUnverified(Stack.of(provider).resolve(provider.attributeMapping))) {
          const id = `salesforce-cognito-auth:emailVerified:${provider.providerName}`;
          Annotations.of(scope).addWarningV2(id, describeEmailVerifiedNotMapped(provider.providerName));
        }
      }
    },
  });
}

/** The warning about linking in a pool that ignores letter case. */
export const NAME_ID_CASE_WARNING =
  'samlNameIdAttribute is not set, and the pool ignores letter case: Cognito gives Pre Sign-up the NameIDs in lower ' +
  'case, so no identity whose NameID has letters is linked. Set samlNameIdAttribute (docs/saml.md)';

/**
 * Why Pre Sign-up could not create profiles with this naming in a pool with these `UsernameAttributes`; `undefined` if
 * it can.
 */
export function profileNamingProblem(naming: ProfileNaming, usernameAttributes: readonly string[]): string | undefined {
  const withEmail = usernameAttributes.includes('email');
  if (!withEmail && usernameAttributes.length > 0) {
    return (
      `createLocalProfiles is ${naming}, but in this pool no profile can be created: its users sign in with ` +
      `${usernameAttributes.join(' and ')} as user name, and Pre Sign-up cannot create such a name. Remove the setting`
    );
  }
  const expected = withEmail ? 'email' : 'local';
  return naming === expected
    ? undefined
    : `createLocalProfiles is ${naming}, but in this pool it has to be ${expected}, because the e-mail address is ${
        withEmail ? '' : 'not '
      }the user name`;
}

/** The social providers, whose users can choose their own e-mail address, and the pool itself. */
const NON_SAML_PROVIDERS = ['cognito', 'facebook', 'google', 'loginwithamazon', 'signinwithapple'];

function providers(value: unknown): Parsed<readonly string[]> {
  const parsed = list(parseProvider)(value);
  if ('problem' in parsed) {
    return parsed;
  }
  const names = parsed.value;
  const ambiguous = names.some((name, index) => names.slice(index + 1).some((other) => areAmbiguous(name, other)));
  return ambiguous ? { problem: 'names two providers whose user names cannot be told apart' } : parsed;
}

/**
 * At most 32 characters, no white space: `ProviderName` in the Cognito API reference. The comma separates the names.
 */
function parseProvider(name: string): Parsed<string> {
  if (NON_SAML_PROVIDERS.includes(name.toLowerCase())) {
    return { problem: 'is not a SAML provider' };
  }
  return /^[^\s\p{C},]{1,32}$/u.test(name) ? { value: name } : { problem: 'is not the name of an identity provider' };
}

/**
 * Only custom attributes keep their letter case. A pool that ignores letter case also changes `email` to lower case.
 */
function parseCustomAttribute(name: string): Parsed<string> {
  return /^custom:[^\s\p{C}]{1,20}$/u.test(name)
    ? { value: name }
    : { problem: 'is not the name of a custom attribute' };
}
