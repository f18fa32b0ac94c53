/** A listed provider, and another one of the pool from which a user name does not tell it. */
export interface Ambiguity {
  readonly listed: string;
  readonly other: string;
}

/**
 * The listed providers whose user names, `<provider>_<NameID>`, can be read as those of another provider of the pool, or
 * the other way round. The pre sign-up trigger links no identity of them (`is_ambiguous` in `shared/linking`).
 */
export function ambiguitiesOf(listed: readonly string[], names: readonly string[]): Ambiguity[] {
  return listed.flatMap((provider) =>
    names
      .filter((name) => name !== provider && readAlike(provider, name))
      .map((other) => ({ listed: provider, other })),
  );
}

/** What to tell of an ambiguity. */
export function describeAmbiguity({ listed, other }: Ambiguity): string {
  return (
    `linkSamlProviders names ${listed}, and the pool has a provider ${other}: a user name does not tell the two apart, ` +
    `and a user of ${other} could be taken for a user of ${listed}. Rename one of them`
  );
}

/**
 * Whether each sign-in through a provider with this mapping makes the address of the profile unverified, a linked one
 * included. A provider that maps no `email` leaves both attributes alone.
 *
 * @see https://repost.aws/knowledge-center/cognito-email-verified-attribute
 */
export function leavesEmailUnverified(mapping: Readonly<Record<string, unknown>> | undefined): boolean {
  return !!mapping?.email && !mapping.email_verified;
}

/** What to tell of such a provider. */
export function describeUnverified(provider: string): string {
  return (
    `the SAML provider ${provider} maps email and not email_verified: each sign-in through it makes the address ` +
    'unverified, and Verify denies the person. No identity of it is linked until it maps both (docs/saml.md)'
  );
}

/**
 * Whether one of two names with `_` behind it begins the other, in any letter case: pools that fold letter case hand user
 * names over in small letters.
 */
export function readAlike(one: string, other: string): boolean {
  const [start, otherStart] = [`${one.toLowerCase()}_`, `${other.toLowerCase()}_`];
  return start.startsWith(otherStart) || otherStart.startsWith(start);
}
