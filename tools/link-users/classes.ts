/** What a person or a profile is in for, and what an operator does about it. */
export const CLASSES = {
  'can-sign-in': 'nothing: a local profile that the custom challenge can find',
  linked: 'nothing: a local profile with a SAML identity; AWS allows API sign-in after the first SAML sign-in',
  'needs-link': 'APPLY=1 links the SAML identity to the local profile',
  'needs-profile-and-link': 'APPLY=1 creates a local profile and links the SAML identity to it',
  federated:
    'the person has signed in by SAML: AWS links an identity only before its first sign-in. Nothing is done; ' +
    'docs/saml.md says what can be',
  'blocked-by-federated':
    'the person has a SAML profile of the same address beside the local one, and two profiles are one too many: ' +
    'see the line of the SAML profile',
  'federated-with-password':
    'a SAML profile that was given a password: AWS documents API sign-in for it; not linked, and left alone',
  'duplicate-email': 'more than one profile has the address, verified or federated: disable or correct all but one',
  'email-missing': 'set the address, if it is known',
  'email-invalid': 'not plain ASCII, or too long: Verify refuses it',
  'email-unverified': 'verify the address, once you know who owns it',
  'not-confirmed': 'the status does not allow signing in: confirm the profile or reset it',
  disabled: 'nothing, unless the person should be able to sign in',
  'identity-conflict': 'the identity or the profile is taken; see the note, and decide by hand',
  'other-provider': 'nothing: a profile of an identity provider other than PROVIDER',
} as const;

/** One of the classes. */
export type Class = keyof typeof CLASSES;

/** All classes, in the order of a report. */
export const CLASS_NAMES = Object.keys(CLASSES) as Class[];
