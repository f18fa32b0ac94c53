//! The reasons of denials, as stable codes for the log.

macro_rules! deny_reasons {
    ($($(#[$doc:meta])* $variant:ident = $code:literal,)*) => {
        /// The reason of a denial. The caller never learns it: only the log line of the verdict has its
        /// [`code`](Self::code). The variants have the order in which the rules apply.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum DenyReason {
            $($(#[$doc])* $variant,)*
        }

        impl DenyReason {
            /// All reasons, in the order of the rules.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code, as in logs, metrics and `docs/operations.md`.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }
    };
}

deny_reasons! {
    /// The private challenge parameters are not those that our Create trigger writes.
    ChallengeNotOurs = "challenge-not-ours",
    /// The event lacks the user pool id, or the `sub` of an existing user.
    EventIncomplete = "event-incomplete",
    /// The answer is not a string.
    AnswerNotText = "answer-not-text",
    /// The answer is longer than 16 KiB.
    AnswerTooLong = "answer-too-long",
    /// The answer starts with `{` and is not the JSON object `{"access_token", "id_token"}`.
    AnswerMalformed = "answer-malformed",
    /// The access token is empty or longer than 4096 characters, has a character that no token has, or is a JWT in a
    /// non-canonical spelling.
    TokenMalformed = "token-malformed",
    /// The audience mode needs an `id_token`, and the answer has none.
    IdTokenMissing = "id-token-missing",
    /// The prefix of the opaque token is an organization id that is not allowed, or not an organization id.
    TokenOfAnotherOrganization = "token-of-another-organization",
    /// The `id_token` is not a JWT signed with RS256 under a `kid`, or its claims are not a JSON object with each claim
    /// at most once.
    IdTokenMalformed = "id-token-malformed",
    /// Salesforce has no RSA key under the `kid` of the `id_token`.
    IdTokenKeyUnknown = "id-token-key-unknown",
    /// The signature of the `id_token` does not match the key.
    IdTokenSignatureInvalid = "id-token-signature-invalid",
    /// `iss` is not one of the configured issuers.
    IdTokenIssuer = "id-token-issuer",
    /// `aud` is missing or names a client that is not ours, or `azp` is not one of our clients.
    IdTokenAudience = "id-token-audience",
    /// `exp` is missing or has passed.
    IdTokenExpired = "id-token-expired",
    /// `iat` is missing or more than 300 seconds ago (plus 60 for clock skew).
    IdTokenTooOld = "id-token-too-old",
    /// `iat` or `nbf` is in the future.
    IdTokenNotYetValid = "id-token-not-yet-valid",
    /// `at_hash` does not match the access token, or is missing although it is required.
    IdTokenAtHash = "id-token-at-hash",
    /// `nonce` is not the nonce of the challenge, although that is required.
    IdTokenNonce = "id-token-nonce",
    /// The access token is not a JWT signed with RS256 under a `kid`.
    AccessTokenMalformed = "access-token-malformed",
    /// The header member `tty` is not the type of an access token.
    AccessTokenType = "access-token-type",
    /// Salesforce has no RSA key under the `kid` of the access token.
    AccessTokenKeyUnknown = "access-token-key-unknown",
    /// The signature of the access token does not match the key.
    AccessTokenSignatureInvalid = "access-token-signature-invalid",
    /// `iss` of the access token is not the My Domain.
    AccessTokenIssuer = "access-token-issuer",
    /// `aud` of the access token is not exactly the My Domain.
    AccessTokenAudience = "access-token-audience",
    /// `exp` of the access token is missing or has passed.
    AccessTokenExpired = "access-token-expired",
    /// `nbf` or `iat` of the access token is in the future.
    AccessTokenNotYetValid = "access-token-not-yet-valid",
    /// `client_id` of the access token is not one of our clients.
    AccessTokenClient = "access-token-client",
    /// Salesforce refused the token (HTTP 401, 403 or 404): expired, revoked, or not from this domain.
    TokenRejected = "token-rejected",
    /// UserInfo's response is JSON, but not an object with each member at most once.
    UserInfoMalformed = "user-info-malformed",
    /// `organization_id` is missing or is not an organization id.
    OrganizationInvalid = "organization-invalid",
    /// `organization_id` is not in the allow-list.
    OrganizationNotAllowed = "organization-not-allowed",
    /// `user_id` is missing or is not a user id.
    UserIdInvalid = "user-id-invalid",
    /// `sub` does not name the same organization and user as `organization_id` and `user_id`.
    SubjectMismatch = "subject-mismatch",
    /// `sub` of the `id_token` does not name the organization and user of UserInfo.
    IdTokenSubject = "id-token-subject",
    /// `sub` of the access token is not the user of UserInfo.
    AccessTokenSubject = "access-token-subject",
    /// Introspection does not say that the token is active.
    IntrospectionInactive = "introspection-inactive",
    /// Introspection names a client that is not ours.
    IntrospectionClient = "introspection-client",
    /// Introspection names another organization or user than UserInfo.
    IntrospectionSubject = "introspection-subject",
    /// Introspection says that the token has expired, or does not say when it expires.
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
    /// The domain of the e-mail address is not in `ALLOWED_EMAIL_DOMAINS`.
    EmailDomainNotAllowed = "email-domain-not-allowed",
    /// The pool has no such user (`userNotFound`).
    UserNotFound = "user-not-found",
    /// The pool user has no e-mail address, or one that is not plain ASCII.
    PoolEmailInvalid = "pool-email-invalid",
    /// Salesforce and the pool have different e-mail addresses for the user.
    EmailMismatch = "email-mismatch",
    /// `email_verified` is not true in the pool.
    PoolEmailUnverified = "pool-email-unverified",
    /// The `UserStatus` is not `CONFIRMED`, `FORCE_CHANGE_PASSWORD` or `EXTERNAL_PROVIDER`.
    PoolUserStatus = "pool-user-status",
    /// The pool user is linked to another Salesforce user.
    LinkMismatch = "link-mismatch",
    /// The search in the pool found no user with the e-mail address.
    EmailNotInPool = "email-not-in-pool",
    /// All users of the pool with the e-mail address are disabled.
    PoolUserDisabled = "pool-user-disabled",
    /// More than one enabled user of the pool has the e-mail address verified.
    EmailNotUnique = "email-not-unique",
    /// The user with the e-mail address is not the user whom Cognito is signing in.
    DifferentUser = "different-user",
    /// Another attempt has used the token: the `id_token` in that mode, otherwise the access token.
    TokenAlreadyUsed = "token-already-used",
}

/// One rule: it denies with the reason `otherwise` unless `holds` is true.
///
/// # Errors
/// `otherwise`, if `holds` is false.
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
