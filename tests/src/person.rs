//! The people of the tests, as Salesforce and the pool know them. All ids are made up and carry valid checksums.

use serde_json::{Value, json};

/// The organization that the triggers trust.
pub const ORGANIZATION: &str = "00Dxx0000001gPLEAY";
/// An organization that somebody else made.
pub const OTHER_ORGANIZATION: &str = "00Dyy0000004hTkEAI";

/// Alice's claims at UserInfo: the valid baseline.
pub fn claims(email: &str) -> Value {
    claims_in(ORGANIZATION, email)
}

/// The same claims from another organization.
pub fn claims_in(organization: &str, email: &str) -> Value {
    let user = "005xx000001SwiUAAS";
    json!({
        "sub": format!("https://login.salesforce.com/id/{organization}/{user}"),
        "user_id": user, "organization_id": organization,
        "preferred_username": "alice@acme.example.prod", "nickname": "alice", "name": "Alice Example",
        "email": email, "email_verified": true, "given_name": "Alice", "family_name": "Example",
        "zoneinfo": "Europe/Berlin", "active": true, "user_type": "STANDARD", "language": "en_US", "locale": "en_US",
        "is_salesforce_integration_user": false, "updated_at": "2026-01-02T03:04:05Z",
        "urls": {"custom_domain": "https://acme.my.salesforce.com"},
    })
}

/// A token in the form of an opaque access token of the organization, different at each call.
pub fn token_of(organization: &str) -> String {
    format!("{}!{}", &organization[..15], random_text())
}

/// An address that nobody else in the test run has.
pub fn email_of(name: &str) -> String {
    format!("{name}.{}@acme.example", random_text().to_lowercase())
}

fn random_text() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
