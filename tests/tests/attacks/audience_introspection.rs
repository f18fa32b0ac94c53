//! Audience mode `introspection`: valid tokens that were not issued to our app.

use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION, USER};
use integration_tests::proofs::{self, CONSUMER_KEY, Mode, OTHER_CONSUMER_KEY};
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::attack::attacks;

fn mode() -> Builder {
    Builder::default().mode(Mode::Introspection)
}

/// Sets the introspection response. The answer is Alice's token.
fn responds(world: &World, status: u16, text: &str) -> String {
    let answer = ResponseTemplate::new(status).set_body_raw(text.to_owned(), "application/json");
    world.salesforce.script_at(Endpoint::Introspection, answer);
    world.token.clone()
}

/// The valid introspection response with another member in front.
fn responds_with_first(world: &World, member: &str) -> String {
    responds(world, 200, &proofs::introspection().to_string().replacen('{', &format!("{{{member},"), 1))
}

fn subject(organization: &str, user: &str) -> Value {
    json!(format!("https://login.salesforce.com/id/{organization}/{user}"))
}

attacks! {
    mod answers in mode();

    // Tokens of other apps.
    a_session_id: "introspection-inactive", "use the `sid` of a browser session, which UserInfo takes",
        |world| world.granted(person::token_of(ORGANIZATION));
    an_inactive_token: "introspection-inactive", "use a token that was revoked",
        |world| world.introspected_with("active", json!(false));
    another_apps_token: "introspection-client", "use a token of another app that our app may introspect",
        |world| world.introspected_with("client_id", json!(OTHER_CONSUMER_KEY));
    a_client_credentials_token: "introspection-client", "use the run-as user of a service's app",
        |world| world.introspected(|answer| {
            answer["client_id"] = json!("3MVG9service");
            answer["scope"] = json!("api");
        });
    our_key_in_lower_case: "introspection-client", "find a comparison that folds case",
        |world| world.introspected_with("client_id", json!(CONSUMER_KEY.to_lowercase()));
    our_key_cut_off: "introspection-client", "find a comparison of the shorter text",
        |world| world.introspected_with("client_id", json!(CONSUMER_KEY.get(..10)));
    our_key_with_more: "introspection-client", "find a comparison of the start",
        |world| world.introspected_with("client_id", json!(format!("{CONSUMER_KEY}.evil")));
    our_key_in_a_list: "introspection-client", "name two apps",
        |world| world.introspected_with("client_id", json!([CONSUMER_KEY, OTHER_CONSUMER_KEY]));

    // Flags of the wrong type.
    active_as_text: "introspection-inactive", "have any text count as yes",
        |world| world.introspected_with("active", json!("true"));
    active_as_the_text_false: "introspection-inactive", "have any text count as yes",
        |world| world.introspected_with("active", json!("false"));
    active_as_a_number: "introspection-inactive", "have a number count as yes",
        |world| world.introspected_with("active", json!(1));
    active_in_a_list: "introspection-inactive", "have a list count as yes",
        |world| world.introspected_with("active", json!([true]));
    active_null: "introspection-inactive", "have null count as absent",
        |world| world.introspected_with("active", Value::Null);

    // The user.
    a_colleague: "introspection-subject", "have the two endpoints answer for two users",
        |world| world.introspected_with("sub", subject(ORGANIZATION, "005xx000001SwiVAAS"));
    another_organization: "introspection-subject", "have the two endpoints answer for two organizations",
        |world| world.introspected_with("sub", subject(OTHER_ORGANIZATION, USER));
    a_case_twin: "introspection-subject", "find a comparison that folds case",
        |world| world.introspected_with("sub", subject(ORGANIZATION, &person::short(USER).to_lowercase()));
    a_user_name_as_subject: "introspection-subject", "be identified by the user name",
        |world| world.introspected_with("sub", json!("alice@acme.example.prod"));

    // Responses in the wrong form.
    a_response_that_is_a_list: "introspection-inactive", "have members read by position",
        |world| responds(world, 200, &json!([true, CONSUMER_KEY]).to_string());
    an_empty_response: "introspection-inactive", "have absent members pass", |world| responds(world, 200, "{}");
    a_nested_response: "introspection-inactive", "nest the response",
        |world| responds(world, 200, &json!({"result": proofs::introspection()}).to_string());
    active_twice: "introspection-inactive", "show two parsers two values",
        |world| responds_with_first(world, r#""active":false"#);
    the_app_twice: "introspection-inactive", "show two parsers two apps",
        |world| responds_with_first(world, r#""client_id":"evil""#);
    the_subject_twice: "introspection-inactive", "show two parsers two users",
        |world| responds_with_first(world, r#""sub":"evil""#);

    a_jwt_that_is_not_introspected: "introspection-inactive", "use a kind of token that Salesforce does not introspect",
        |world| responds(world, 400, r#"{"error":"unsupported_token_type"}"#);
    a_token_that_introspection_calls_invalid: "introspection-inactive", "use an invented token",
        |world| responds(world, 400, r#"{"error":"invalid_token"}"#);

    // The form that Verify sends to Salesforce.
    a_second_form_field: "token-malformed", "add a field to the form",
        |world| format!("{}&client_id={CONSUMER_KEY}", world.token);
    an_encoded_form_field: "token-malformed", "add a field to the form in another encoding",
        |world| format!("{}%26token=x", world.token);
    a_plus_for_a_blank: "token-rejected", "have the two endpoints read two tokens", |world| format!("{}+", world.token);
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_denied() -> anyhow::Result<()> {
    let world = mode().start().await?;
    for (member, reason) in [
        ("active", "introspection-inactive"),
        ("client_id", "introspection-client"),
        ("sub", "introspection-subject"),
        ("exp", "introspection-expired"),
    ] {
        for value in crate::attack::wrong_types() {
            if member == "active" && value == json!(true) {
                continue;
            }
            let reply = world.sign_in(&world.introspected_with(member, value.clone())).await?;
            crate::attack::is_refused(&world, &reply, &format!("{member}: {value}"), reason)?;
        }
        let reply = world
            .sign_in(&world.introspected(|answer| {
                answer.as_object_mut().map(|members| members.remove(member));
            }))
            .await?;
        crate::attack::is_refused(&world, &reply, &format!("no {member}"), reason)?;
    }
    assert!(world.sign_in(&world.introspected(|_| ())).await?.is_signed_in());
    Ok(())
}
