//! UserInfo answers in odd forms: what a person or a proxy could make Salesforce say.

use integration_tests::person;
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::attack::attacks;

fn unchecked() -> Builder {
    Builder::default()
}

/// Alice's token still; UserInfo answers with these bytes.
fn says(world: &World, content_type: &str, body: impl Into<Vec<u8>>) -> String {
    world.salesforce.script_at(Endpoint::UserInfo, ResponseTemplate::new(200).set_body_raw(body, content_type));
    world.token.clone()
}

fn says_json(world: &World, body: impl Into<Vec<u8>>) -> String {
    says(world, "application/json", body)
}

/// Alice's claims, with another member in front.
fn says_first(world: &World, member: &str) -> String {
    says_json(world, claims(world).replacen('{', &format!("{{{member},"), 1))
}

fn claims(world: &World) -> String {
    person::claims(&world.email).to_string()
}

attacks! {
    mod bodies in unchecked();

    two_organizations: "user-info-malformed", "show two readers two organizations",
        |world| says_first(world, r#""organization_id":"00Dyy0000004hTkEAI""#);
    two_users: "user-info-malformed", "show two readers two users",
        |world| says_first(world, r#""user_id":"005xx000001SwiVAAS""#);
    two_subjects: "user-info-malformed", "show two readers two subjects", |world| says_first(world, r#""sub":null"#);
    two_flags: "user-info-malformed", "show two readers two flags",
        |world| says_first(world, r#""email_verified":false"#);
    two_states: "user-info-malformed", "show two readers two states", |world| says_first(world, r#""active":false"#);
    two_types: "user-info-malformed", "show two readers two types", |world| says_first(world, r#""user_type":"GUEST""#);
    two_addresses_in_two_spellings: "user-info-malformed", "hide the second key in an escape",
        |world| says_first(world, r#""em\u0061il":"m@evil.example""#);
    claims_in_a_list: "user-info-malformed", "have claims read by position",
        |world| { let list = format!("[{}]", claims(world)); says_json(world, list) };
    claims_in_text: "user-info-malformed", "have claims decoded twice",
        |world| { let text = json!(claims(world)).to_string(); says_json(world, text) };
    claims_inside_others: "organization-invalid", "nest the claims",
        |world| { let nested = format!(r#"{{"user":{}}}"#, claims(world)); says_json(world, nested) };
    claims_with_keys_in_capitals: "organization-invalid", "find a reader that folds case",
        |world| { let claims = claims(world).replace("organization_id", "Organization_Id"); says_json(world, claims) };
    no_claims: "organization-invalid", "have nothing said against it", |world| says_json(world, "{}");
    a_portal_user: "user-type-not-allowed", "come from a portal where anybody registers",
        |world| { world.claim("user_type", json!("PORTAL")); world.token.clone() };
    a_guest: "user-type-not-allowed", "come as nobody",
        |world| { world.claim("user_type", json!("GUEST")); world.token.clone() };
    no_user_type: "user-type-not-allowed", "leave the type out",
        |world| { world.claim("user_type", Value::Null); world.token.clone() };
    active_as_a_number: "user-inactive", "have a number count as yes",
        |world| { world.claim("active", json!(1)); world.token.clone() };
    active_null: "user-inactive", "have null count as not said",
        |world| { world.claim("active", Value::Null); world.token.clone() };
    an_integration_flag_of_text: "integration-user", "have a text count as no",
        |world| { world.claim("is_salesforce_integration_user", json!("false")); world.token.clone() };

    // No answer at all: nobody gets in, and nobody is told no.
    ten_megabytes: "salesforce-too-large", "exhaust the memory",
        |world| {
            let pad = "a".repeat(10 * 1024 * 1024);
            let body = claims(world).replacen('{', &format!(r#"{{"pad":"{pad}","#), 1);
            says_json(world, body)
        };
    ten_megabytes_of_blanks: "salesforce-too-large", "exhaust the memory",
        |world| { let body = format!("{}{}", " ".repeat(10 * 1024 * 1024), claims(world)); says_json(world, body) };
    deep_json: "salesforce-unreadable", "exhaust the stack",
        |world| says_json(world, format!("{{\"urls\":{}", "[".repeat(60_000)));
    two_answers: "salesforce-unreadable", "have a second answer read",
        |world| { let body = format!("{0}{0}", claims(world)); says_json(world, body) };
    a_byte_order_mark: "salesforce-unreadable", "have the answer read as something else",
        |world| { let body = format!("\u{feff}{}", claims(world)); says_json(world, body) };
    another_encoding: "salesforce-unreadable", "have the answer read as something else",
        |world| {
            let body: Vec<u8> = claims(world).encode_utf16().flat_map(u16::to_le_bytes).collect();
            says_json(world, body)
        };
    a_callback: "salesforce-unreadable", "answer in JSONP",
        |world| { let body = format!("callback({})", claims(world)); says_json(world, body) };
    a_page: "salesforce-not-json", "answer as a page of the organization's site",
        |world| { let body = claims(world); says(world, "text/html", body) };
    a_script: "salesforce-not-json", "answer as a script",
        |world| { let body = claims(world); says(world, "text/javascript;application/json", body) };
}
