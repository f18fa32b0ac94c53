//! The names that the three challenge triggers share. Create writes them, the client and Verify read them, and Define
//! uses them to recognise our challenge.

/// `challengeName` of our challenge.
pub const CUSTOM_CHALLENGE: &str = "CUSTOM_CHALLENGE";

/// `challengeMetadata` of our challenge, and the value of the public parameter [`TYPE`].
///
/// Cognito passes the metadata to Define in `session[]`. No client can set it.
pub const SALESFORCE_TOKEN: &str = "SALESFORCE_TOKEN";

/// Public parameter: the kind of answer that is expected.
pub const TYPE: &str = "type";

/// Public and private parameter: 128 random bits, base64url. A client that gets an `id_token` from Salesforce can pass
/// it there as the OpenID Connect `nonce`.
pub const NONCE: &str = "nonce";

/// Public parameter: the Salesforce origin from which the token must come.
pub const SALESFORCE_DOMAIN_URL: &str = "salesforceDomainUrl";

/// Private parameter: 128 random bits that identify this attempt.
pub const ATTEMPT_ID: &str = "attemptId";
