/** Two providers of the pool whose user names cannot be told apart. `linkSamlProviders` lists the first one. */
export interface Ambiguity {
  readonly listed: string;
  readonly other: string;
}

/**
 * Finds listed providers whose user names, `<provider>_<NameID>`, could belong to another provider of the pool, or the
 * other way round. Pre Sign-up links no identity of such a provider (`is_ambiguous` in `shared/linking`).
 */
export function findAmbiguities(listed: readonly string[], names: readonly string[]): Ambiguity[] {
  return listed.flatMap((provider) =>
    names
      .filter((name) => name !== provider && areAmbiguous(provider, name))
      .map((other) => ({ listed: provider, other })),
  );
}

/** The message about an ambiguity. */
export function describeAmbiguity({ listed, other }: Ambiguity): string {
  return (
    `linkSamlProviders names ${listed}, and the pool has a provider ${other}: a user name of ${other} could be read ` +
    `as one of ${listed}, or the other way round, so the wrong profile could be linked. Rename one of them`
  );
}

/**
 * Whether each sign-in through a provider with this mapping marks the address of the profile as unverified, also of a
 * linked profile. A provider that does not map `email` changes neither attribute.
 *
 * @see https://repost.aws/knowledge-center/cognito-email-verified-attribute
 */
export function leavesEmailUnverified(mapping: Readonly<Record<string, unknown>> | undefined): boolean {
  return !!mapping?.email && !mapping.email_verified;
}

/** The message about a provider for which {@link leavesEmailUnverified} holds. */
export function describeEmailVerifiedNotMapped(provider: string): string {
  return (
    `the SAML provider ${provider} maps email but not email_verified: each sign-in through it marks the address as ` +
    'unverified, and Verify then denies the user. No identity of this provider is linked until you map ' +
    'email_verified too (docs/saml.md)'
  );
}

/**
 * Whether one of two names, followed by `_`, is a prefix of the other one followed by `_`. Letter case is ignored,
 * because a pool that ignores letter case gives the trigger user names in lower case.
 */
export function areAmbiguous(one: string, other: string): boolean {
  const [prefix, otherPrefix] = [`${one.toLowerCase()}_`, `${other.toLowerCase()}_`];
  return prefix.startsWith(otherPrefix) || otherPrefix.startsWith(prefix);
}
