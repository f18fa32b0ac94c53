import { Annotations, Aspects, Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { IConstruct } from 'constructs';
import { resourceOf } from './pool-triggers.ts';
import {
  ambiguitiesOf,
  describeAmbiguity,
  describeUnverified,
  leavesEmailUnverified,
  readAlike,
} from './saml-providers.ts';
import { ConfigurationError, list, oneOf, type Parsed, type SettingsReader, text } from './settings-reader.ts';

/** The ways to name a local profile. */
export const LOCAL_NAMES = ['email', 'local'] as const;

/** How a local profile is named that the trigger creates. */
export type LocalNames = (typeof LOCAL_NAMES)[number];

/** What links people at their first SAML sign-in; off unless `linkSamlProviders` is set. */
export interface SamlLinkingSettings {
  /**
   * SAML providers of the pool, by their names there, whose identities are linked to the local profile with the same
   * verified address when somebody signs in through them for the first time. Switches a trigger on, Pre Sign-up.
   *
   * The address that such a provider sends decides whose profile a person gets. List a provider only if its
   * administrators set the addresses, and its users cannot. It has to map `email_verified` as well as `email`.
   *
   * @default - nobody is linked at sign-in
   */
  readonly linkSamlProviders?: readonly string[];

  /**
   * The custom attribute, `custom:<name>`, to which these providers' NameIDs are mapped. Needed where user names do not
   * tell letter case apart: Cognito then hands the trigger the NameID in small letters, and linking needs it as it is.
   *
   * @default - the NameID is taken from the user name, if that shows its letter case
   */
  readonly samlNameIdAttribute?: string;

  /**
   * Whether people without a profile get a local one, and how it is named:
   *
   * - `email`: by the address, for pools whose users sign in with their e-mail address as user name;
   * - `local`: `local-` with letters and digits that follow from the address, for all others.
   *
   * @default - nobody gets one
   */
  readonly createLocalProfiles?: LocalNames;
}

/** The names that {@link readSamlLinking} reads. */
export const SAML_LINKING_NAMES = [
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
  const createLocalProfiles = reader.optional('createLocalProfiles', 'email', oneOf(LOCAL_NAMES));
  for (const name of ['samlNameIdAttribute', 'createLocalProfiles']) {
    if (!reader.names().includes('linkSamlProviders') && reader.names().includes(name)) {
      reader.refuse(name, 'is used with linkSamlProviders alone; remove it');
    }
  }
  return {
    ...(linkSamlProviders && { linkSamlProviders }),
    ...(samlNameIdAttribute !== undefined && { samlNameIdAttribute }),
    ...(createLocalProfiles && { createLocalProfiles }),
  };
}

/**
 * Compares the settings with a pool that is made by this app. Of an imported one nothing is known here; `make attach`
 * looks at it.
 *
 * @throws ConfigurationError if the pool names its users in another way than `createLocalProfiles` says
 */
export function checkPool(userPool: cognito.IUserPool, settings: SamlLinkingSettings, scope: IConstruct): void {
  const resource = resourceOf(userPool);
  if (!resource) {
    return;
  }
  const { createLocalProfiles: names, samlNameIdAttribute } = settings;
  const problem = names === undefined ? undefined : problemOfNames(names, resource.usernameAttributes ?? []);
  if (problem !== undefined) {
    throw new ConfigurationError(`cannot synthesize: ${problem}`);
  }
  const { usernameConfiguration: configuration } = resource;
  const folds =
    configuration !== undefined && 'caseSensitive' in configuration && configuration.caseSensitive === false;
  if (folds && samlNameIdAttribute === undefined) {
    Annotations.of(scope).addWarningV2('salesforce-cognito-auth:nameIdCase', NAME_ID_CASE);
  }
}

/**
 * Looks at the providers that this app adds to a pool of its own, when all of them are there. Of others nothing is known
 * here: the trigger asks the pool.
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
      for (const ambiguity of ambiguitiesOf(listed, names)) {
        Annotations.of(scope).addError(describeAmbiguity(ambiguity));
      }
      for (const provider of providers.filter(({ providerName }) => listed.includes(providerName))) {
        if (leavesEmailUnverified(Stack.of(provider).resolve(provider.attributeMapping))) {
          const id = `salesforce-cognito-auth:emailVerified:${provider.providerName}`;
          Annotations.of(scope).addWarningV2(id, describeUnverified(provider.providerName));
        }
      }
    },
  });
}

/** What to tell whoever links people in a pool that folds letter case. */
export const NAME_ID_CASE =
  'samlNameIdAttribute is not set, and the pool does not tell letter case apart: Cognito hands the pre sign-up trigger ' +
  'NameIDs in small letters, so that nobody whose NameID has letters is linked';

/**
 * Why profiles cannot be named in this way in a pool with these user name attributes; nothing if they can. No
 * person without a profile would get one.
 */
export function problemOfNames(names: LocalNames, usernameAttributes: readonly string[]): string | undefined {
  const withEmail = usernameAttributes.includes('email');
  if (!withEmail && usernameAttributes.length > 0) {
    return (
      `createLocalProfiles is ${names}, and in this pool no profile can be created: its users sign in with ` +
      `${usernameAttributes.join(' and ')} as user name, and neither email nor local names are any. Remove the setting`
    );
  }
  const expected = withEmail ? 'email' : 'local';
  return names === expected
    ? undefined
    : `createLocalProfiles is ${names}, and in this pool it has to be ${expected}: users ${
        withEmail ? 'sign in with their e-mail address as' : 'do not have their e-mail address as'
      } user name`;
}

/** Providers that let people choose the address that they send, and the pool itself. */
const NOT_SAML = ['cognito', 'facebook', 'google', 'loginwithamazon', 'signinwithapple'];

function providers(value: unknown): Parsed<readonly string[]> {
  const parsed = list(parseProvider)(value);
  if ('problem' in parsed) {
    return parsed;
  }
  const names = parsed.value;
  const ambiguous = names.some((name, at) => names.slice(at + 1).some((other) => readAlike(name, other)));
  return ambiguous ? { problem: 'names two providers between which a user name does not decide' } : parsed;
}

/** At most 32 characters and no blanks: `ProviderName` in the Cognito API reference. A comma would end the name. */
function parseProvider(name: string): Parsed<string> {
  if (NOT_SAML.includes(name.toLowerCase())) {
    return { problem: 'is not a SAML provider' };
  }
  return /^[^\s\p{C},]{1,32}$/u.test(name) ? { value: name } : { problem: 'is not the name of an identity provider' };
}

/** Custom attributes alone keep their letter case: pools that fold it fold `email` as well. */
function parseCustomAttribute(name: string): Parsed<string> {
  return /^custom:[^\s\p{C}]{1,20}$/u.test(name)
    ? { value: name }
    : { problem: 'is not the name of a custom attribute' };
}
