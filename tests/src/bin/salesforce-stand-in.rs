//! A Salesforce stand-in as a process of its own, for the demo. Prints its address and its people's tokens as
//! one line of JSON, and serves until it is ended.

use anyhow::Result;
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION};
use integration_tests::salesforce::Salesforce;
use serde_json::json;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is how the demo learns the address and the tokens")]
async fn main() -> Result<()> {
    let email = "alice@acme.example";
    let salesforce = Salesforce::start().await;
    let grant = |organization: &str, claims| {
        let token = person::token_of(organization);
        salesforce.grant(&token, claims);
        token
    };
    let mut unverified = person::claims(email);
    if let Some(claim) = unverified.get_mut("email_verified") {
        *claim = json!(false);
    }
    let line = json!({
        "origin": salesforce.origin(),
        "email": email,
        "alice": grant(ORGANIZATION, person::claims(email)),
        "alice_second": grant(ORGANIZATION, person::claims(email)),
        "other_organization": grant(OTHER_ORGANIZATION, person::claims_in(OTHER_ORGANIZATION, email)),
        "unverified_email": grant(ORGANIZATION, unverified),
    });
    println!("{line}");
    std::future::pending().await
}
