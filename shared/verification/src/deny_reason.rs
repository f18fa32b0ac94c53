//! Why a sign-in was denied, as stable codes for the log.

macro_rules! deny_reasons {
    ($($(#[$doc:meta])* $variant:ident = $code:literal,)*) => {
        /// Why a sign-in was denied. The caller never learns it; the log line of the verdict carries
        /// [`code`](Self::code). The variants stand in the order in which [`rules`](crate) apply.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum DenyReason {
            $($(#[$doc])* $variant,)*
        }

        impl DenyReason {
            /// Every reason, in the order of the rules.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code: logs, metrics and `docs/operations.md` use it.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }
    };
}

deny_reasons! {
    /// The private challenge parameters are not those that our Create trigger makes.
    ChallengeNotOurs = "challenge-not-ours",
    /// The event lacks the user pool id, or the `sub` of an existing user.
    EventIncomplete = "event-incomplete",
    /// The answer is not a string.
    AnswerNotText = "answer-not-text",
    /// The answer is longer than 16 KiB.
    AnswerTooLong = "answer-too-long",
    /// The answer starts like JSON and is not `{"access_token", "id_token"}`.
    AnswerMalformed = "answer-malformed",
    /// The access token is empty, longer than 4096 characters, holds a character that none has, or is a JWT that is not
    /// spelt canonically.
    TokenMalformed = "token-malformed",
    /// The audience mode needs an `id_token`, and the answer has none.
    IdTokenMissing = "id-token-missing",
    /// The prefix of the opaque token names an organization that is not allowed, or none.
    TokenOfAnotherOrganization = "token-of-another-organization",
    /// The `id_token` is not a JWT signed with RS256 under a `kid`, or its claims are not an object with each claim once.
    IdTokenMalformed = "id-token-malformed",
    /// Salesforce has no RSA key under the `kid` of the `id_token`.
    IdTokenKeyUnknown = "id-token-key-unknown",
    /// The signature of the `id_token` does not fit the key.
    IdTokenSignatureInvalid = "id-token-signature-invalid",
    /// `iss` is not one of the configured issuers.
    IdTokenIssuer = "id-token-issuer",
    /// `aud` is not ours alone, or `azp` is somebody else's.
    IdTokenAudience = "id-token-audience",
    /// `exp` is missing or past.
    IdTokenExpired = "id-token-expired",
    /// `iat` is missing or more than 300 seconds ago.
    IdTokenTooOld = "id-token-too-old",
    /// `iat` or `nbf` lies in the future.
    IdTokenNotYetValid = "id-token-not-yet-valid",
    /// `at_hash` does not fit the access token, or is missing where it is required.
    IdTokenAtHash = "id-token-at-hash",
    /// `nonce` is not that of the challenge, where that is required.
    IdTokenNonce = "id-token-nonce",
    /// The access token is not a JWT signed with RS256 under a `kid`.
    AccessTokenMalformed = "access-token-malformed",
    /// The `tty` of the access token is not that of an access token.
    AccessTokenType = "access-token-type",
    /// Salesforce has no RSA key under the `kid` of the access token.
    AccessTokenKeyUnknown = "access-token-key-unknown",
    /// The signature of the access token does not fit the key.
    AccessTokenSignatureInvalid = "access-token-signature-invalid",
    /// `iss` of the access token is not the My Domain.
    AccessTokenIssuer = "access-token-issuer",
    /// `aud` of the access token is not the My Domain alone.
    AccessTokenAudience = "access-token-audience",
    /// `exp` of the access token is missing or past.
    AccessTokenExpired = "access-token-expired",
    /// `nbf` or `iat` of the access token lies in the future.
    AccessTokenNotYetValid = "access-token-not-yet-valid",
    /// `client_id` of the access token is not ours.
    AccessTokenClient = "access-token-client",
    /// Salesforce refused the token (HTTP 401, 403 or 404): expired, revoked, or not from this domain.
    TokenRejected = "token-rejected",
    /// Salesforce's answer is JSON, but not an object whose members each occur once.
    UserInfoMalformed = "user-info-malformed",
    /// `organization_id` is missing or no organization id.
    OrganizationInvalid = "organization-invalid",
    /// `organization_id` is not in the allow-list.
    OrganizationNotAllowed = "organization-not-allowed",
    /// `user_id` is missing or no user id.
    UserIdInvalid = "user-id-invalid",
    /// `sub` does not name the same organization and user as `organization_id` and `user_id`.
    SubjectMismatch = "subject-mismatch",
    /// `sub` does not name the organization and user of UserInfo.
    IdTokenSubject = "id-token-subject",
    /// `sub` of the access token is not the user of UserInfo.
    AccessTokenSubject = "access-token-subject",
    /// Introspection says that the token is not active.
    IntrospectionInactive = "introspection-inactive",
    /// Introspection names an app that is not ours.
    IntrospectionClient = "introspection-client",
    /// Introspection names another organization or user than UserInfo.
    IntrospectionSubject = "introspection-subject",
    /// Introspection says that the token has ended, or not when it ends.
    IntrospectionExpired = "introspection-expired",
    /// `active` is not `true`.
    UserInactive = "user-inactive",
    /// `user_type` is not `STANDARD`.
    UserTypeNotAllowed = "user-type-not-allowed",
    /// `is_salesforce_integration_user` is present and not `false`.
    IntegrationUser = "integration-user",
    /// `email_verified` is not `true` in Salesforce.
    SalesforceEmailUnverified = "salesforce-email-unverified",
    /// `email` is missing or not a plain ASCII address.
    SalesforceEmailInvalid = "salesforce-email-invalid",
    /// The domain of the e-mail is not in `ALLOWED_EMAIL_DOMAINS`.
    EmailDomainNotAllowed = "email-domain-not-allowed",
    /// The pool has no such user (`userNotFound`).
    UserNotFound = "user-not-found",
    /// The pool user has no e-mail, or none that is a plain ASCII address.
    PoolEmailInvalid = "pool-email-invalid",
    /// Salesforce and the pool have different addresses for the person.
    EmailMismatch = "email-mismatch",
    /// `email_verified` is not true in the pool.
    PoolEmailUnverified = "pool-email-unverified",
    /// The `UserStatus` is none of `CONFIRMED`, `FORCE_CHANGE_PASSWORD` and `EXTERNAL_PROVIDER`.
    PoolUserStatus = "pool-user-status",
    /// The pool user is linked to somebody else at Salesforce.
    LinkMismatch = "link-mismatch",
    /// No user of the pool was found by the e-mail.
    EmailNotInPool = "email-not-in-pool",
    /// Every user of the pool with the e-mail is disabled.
    PoolUserDisabled = "pool-user-disabled",
    /// More than one enabled user of the pool has the e-mail verified.
    EmailNotUnique = "email-not-unique",
    /// The user with the e-mail is not the one whom Cognito is signing in.
    DifferentUser = "different-user",
    /// Another attempt has used the token already: the `id_token` in that mode, otherwise the access token.
    TokenAlreadyUsed = "token-already-used",
}

/// A rule: `otherwise` is why it denies.
///
/// # Errors
/// `otherwise`, unless it `holds`.
pub fn require(holds: bool, otherwise: DenyReason) -> Result<(), DenyReason> {
    if holds { Ok(()) } else { Err(otherwise) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let codes: HashSet<_> = DenyReason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), DenyReason::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    }
}
