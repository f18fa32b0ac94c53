//! UserInfo responses in unusual forms, as a user or a proxy could cause them.

use integration_tests::person;
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::attack::attacks;

fn unchecked() -> Builder {
    Builder::default()
}

/// Sets the UserInfo response. The answer is Alice's token.
fn responds(world: &World, content_type: &str, body: impl Into<Vec<u8>>) -> String {
    world.salesforce.script_at(Endpoint::UserInfo, ResponseTemplate::new(200).set_body_raw(body, content_type));
    world.token.clone()
}

fn responds_json(world: &World, body: impl Into<Vec<u8>>) -> String {
    responds(world, "application/json", body)
}

/// The valid response with another member in front.
fn responds_with_first(world: &World, member: &str) -> String {
    responds_json(world, claims(world).replacen('{', &format!("{{{member},"), 1))
}

fn claims(world: &World) -> String {
    person::claims(&world.email).to_string()
}

attacks! {
    mod bodies in unchecked();

    two_organizations: "user-info-malformed", "show two parsers two organizations",
        |world| responds_with_first(world, r#""organization_id":"00Dyy0000004hTkEAI""#);
    two_users: "user-info-malformed", "show two parsers two users",
        |world| responds_with_first(world, r#""user_id":"005xx000001SwiVAAS""#);
    two_subjects: "user-info-malformed", "show two parsers two subjects", |world| responds_with_first(world, r#""sub":null"#);
    two_flags: "user-info-malformed", "show two parsers two flags",
        |world| responds_with_first(world, r#""email_verified":false"#);
    two_states: "user-info-malformed", "show two parsers two states", |world| responds_with_first(world, r#""active":false"#);
    two_types: "user-info-malformed", "show two parsers two types", |world| responds_with_first(world, r#""user_type":"GUEST""#);
    two_addresses_in_two_spellings: "user-info-malformed", "hide the second key in an escape",
        |world| responds_with_first(world, r#""em\u0061il":"m@evil.example""#);
    claims_in_a_list: "user-info-malformed", "have claims read by position",
        |world| { let list = format!("[{}]", claims(world)); responds_json(world, list) };
    claims_in_text: "user-info-malformed", "have claims decoded twice",
        |world| { let text = json!(claims(world)).to_string(); responds_json(world, text) };
    nested_claims: "organization-invalid", "nest the claims",
        |world| { let nested = format!(r#"{{"user":{}}}"#, claims(world)); responds_json(world, nested) };
    claims_with_keys_in_capitals: "organization-invalid", "find a parser that folds case",
        |world| { let claims = claims(world).replace("organization_id", "Organization_Id"); responds_json(world, claims) };
    no_claims: "organization-invalid", "have absent members pass", |world| responds_json(world, "{}");
    a_portal_user: "user-type-not-allowed", "register at a portal that is open to the public",
        |world| { world.claim("user_type", json!("PORTAL")); world.token.clone() };
    a_guest: "user-type-not-allowed", "sign in without an account",
        |world| { world.claim("user_type", json!("GUEST")); world.token.clone() };
    no_user_type: "user-type-not-allowed", "leave the type out",
        |world| { world.claim("user_type", Value::Null); world.token.clone() };
    active_as_a_number: "user-inactive", "have a number count as yes",
        |world| { world.claim("active", json!(1)); world.token.clone() };
    active_null: "user-inactive", "have null count as absent",
        |world| { world.claim("active", Value::Null); world.token.clone() };
    an_integration_flag_of_text: "integration-user", "have a text count as no",
        |world| { world.claim("is_salesforce_integration_user", json!("false")); world.token.clone() };

    // Unavailable: there is no sign-in and no denial.
    ten_megabytes: "salesforce-too-large", "exhaust the memory",
        |world| {
            let pad = "a".repeat(10 * 1024 * 1024);
            let body = claims(world).replacen('{', &format!(r#"{{"pad":"{pad}","#), 1);
            responds_json(world, body)
        };
    ten_megabytes_of_blanks: "salesforce-too-large", "exhaust the memory",
        |world| { let body = format!("{}{}", " ".repeat(10 * 1024 * 1024), claims(world)); responds_json(world, body) };
    deep_json: "salesforce-unreadable", "exhaust the stack",
        |world| responds_json(world, format!("{{\"urls\":{}", "[".repeat(60_000)));
    two_responses: "salesforce-unreadable", "have a second response read",
        |world| { let body = format!("{0}{0}", claims(world)); responds_json(world, body) };
    a_byte_order_mark: "salesforce-unreadable", "have the response decoded differently",
        |world| { let body = format!("\u{feff}{}", claims(world)); responds_json(world, body) };
    another_encoding: "salesforce-unreadable", "have the response decoded differently",
        |world| {
            let body: Vec<u8> = claims(world).encode_utf16().flat_map(u16::to_le_bytes).collect();
            responds_json(world, body)
        };
    a_callback: "salesforce-unreadable", "respond with JSONP",
        |world| { let body = format!("callback({})", claims(world)); responds_json(world, body) };
    an_html_page: "salesforce-not-json", "respond with a page of the organization's site",
        |world| { let body = claims(world); responds(world, "text/html", body) };
    a_script: "salesforce-not-json", "respond with a script",
        |world| { let body = claims(world); responds(world, "text/javascript;application/json", body) };
}
