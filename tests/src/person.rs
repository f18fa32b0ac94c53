//! The Salesforce users of the tests. All ids are invented, and have valid checksums.

use serde_json::{Value, json};

/// The organization that the triggers trust.
pub const ORGANIZATION: &str = "00Dxx0000001gPLEAY";
/// An organization that the triggers do not trust.
pub const OTHER_ORGANIZATION: &str = "00Dyy0000004hTkEAI";

/// The Salesforce user id of Alice.
pub const USER: &str = "005xx000001SwiUAAS";

/// The UserInfo claims of Alice: the valid baseline.
pub fn claims(email: &str) -> Value {
    claims_in(ORGANIZATION, email)
}

/// The same claims from another organization.
pub fn claims_in(organization: &str, email: &str) -> Value {
    json!({
        "sub": format!("https://login.salesforce.com/id/{organization}/{USER}"),
        "user_id": USER, "organization_id": organization,
        "preferred_username": "alice@acme.example.prod", "nickname": "alice", "name": "Alice Example",
        "email": email, "email_verified": true, "given_name": "Alice", "family_name": "Example",
        "zoneinfo": "Europe/Berlin", "active": true, "user_type": "STANDARD", "language": "en_US", "locale": "en_US",
        "is_salesforce_integration_user": false, "updated_at": "2026-01-02T03:04:05Z",
        "urls": {"custom_domain": "https://acme.my.salesforce.com"},
    })
}

/// A new opaque access token of the organization.
pub fn token_of(organization: &str) -> String {
    format!("{}!{}", short(organization), random_text())
}

/// A new e-mail address.
pub fn email_of(name: &str) -> String {
    format!("{name}.{}@acme.example", random_text().to_lowercase())
}

/// The 15 characters that both forms of an id have in common.
pub fn short(id: &str) -> &str {
    id.get(..15).unwrap_or(id)
}

/// 128 random bits, as 32 characters.
pub fn random_text() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(bytes))
}
