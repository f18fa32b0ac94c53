//! The names that the three triggers share. Create writes them, the client and Verify read them,
//! and Define recognises by them that a finished challenge was ours.

/// `challengeName` of the only challenge that this suite knows.
pub const CUSTOM_CHALLENGE: &str = "CUSTOM_CHALLENGE";

/// `challengeMetadata` of our challenge, and the value of the public parameter [`TYPE`].
///
/// Cognito hands the metadata back to Define in `session[]`; no client can set it.
pub const SALESFORCE_TOKEN: &str = "SALESFORCE_TOKEN";

/// Public parameter: what kind of answer is expected.
pub const TYPE: &str = "type";

/// Public and private parameter: 128 random bits, base64url. A client that can ask Salesforce for
/// an `id_token` passes it on as the OpenID Connect `nonce`.
pub const NONCE: &str = "nonce";

/// Public parameter: the Salesforce origin that the token must come from.
pub const SALESFORCE_DOMAIN_URL: &str = "salesforceDomainUrl";

/// Private parameter: 128 random bits that name this one attempt.
pub const ATTEMPT_ID: &str = "attemptId";
