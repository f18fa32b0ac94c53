//! The Salesforce stand-in as a process, for the demo. It prints its origin and its tokens as one line of JSON, and
//! serves until the demo ends it.

use std::sync::Arc;

use anyhow::Result;
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION};
use integration_tests::proofs::{CONSUMER_KEY, id_claims, id_header};
use integration_tests::salesforce::{Salesforce, parse_form};
use integration_tests::signing_keys::SigningKey;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the demo reads the origin and the tokens from the output")]
async fn main() -> Result<()> {
    let email = "alice@acme.example";
    let salesforce = Arc::new(Salesforce::start().await);
    let grant = |organization: &str, claims: Value| {
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
        "consumer_key": CONSUMER_KEY,
        "alice": grant(ORGANIZATION, person::claims(email)),
        "alice_second": grant(ORGANIZATION, person::claims(email)),
        "other_organization": grant(OTHER_ORGANIZATION, person::claims_in(OTHER_ORGANIZATION, email)),
        "unverified_email": grant(ORGANIZATION, unverified),
    });
    // Generate the key now, so that the first login does not wait for it.
    let issuer = salesforce.origin();
    SigningKey::current();
    let at = Mock::given(method("POST")).and(path("/services/oauth2/token"));
    let org = Arc::clone(&salesforce);
    salesforce.serve_also(at, move |request: &Request| log_in(&org, &issuer, email, request)).await;
    println!("{line}");
    std::future::pending().await
}

/// The result of Alice's login: an access token, and an `id_token` with the nonce of the request. At Salesforce, the
/// app sends the nonce to the login page (`/services/oauth2/authorize`); the stand-in has no login page.
fn log_in(salesforce: &Salesforce, issuer: &str, email: &str, request: &Request) -> ResponseTemplate {
    let form = parse_form(&request.body);
    let token = person::token_of(ORGANIZATION);
    salesforce.grant(&token, person::claims(email));
    let mut claims = id_claims(issuer);
    if let Some(claims) = claims.as_object_mut() {
        claims.insert("nonce".to_owned(), json!(form.get("nonce")));
    }
    let id_token = SigningKey::current().sign(&id_header(), &claims);
    let body = json!({"access_token": token, "id_token": id_token, "token_type": "Bearer", "scope": "openid id"});
    ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/json")
}
