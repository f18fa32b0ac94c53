//! Audience mode `access_token_jwt`: access tokens that Salesforce has signed for another app or user.

use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION, USER};
use integration_tests::proofs::{self, CONSUMER_KEY, Mode, OTHER_CONSUMER_KEY};
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};

use crate::attack::attacks;

fn mode() -> Builder {
    Builder::default().mode(Mode::AccessTokenJwt)
}

/// A token with this `tty` and Salesforce's signature.
fn of_type(world: &World, token_type: &Value) -> String {
    let mut header = proofs::access_header();
    header["tty"] = token_type.clone();
    world.granted(SigningKey::current().sign(&header, &proofs::access_claims(&world.domain)))
}

attacks! {
    mod claims in mode();

    // Not a JWT-based access token.
    an_opaque_token: "access-token-malformed", "use a token of any app, or the `sid` of a browser session",
        |world| world.granted(person::token_of(ORGANIZATION));
    an_opaque_token_that_contains_a_jwt: "access-token-malformed", "have one token read as two kinds",
        |world| { let token = format!("{}!{}", person::short(ORGANIZATION), world.token); world.granted(token) };
    an_id_token: "access-token-type", "use the id_token of the same login",
        |world| {
            let token = world.id_token(|claims| claims["client_id"] = json!(CONSUMER_KEY));
            world.granted(token)
        };
    a_token_of_another_type: "access-token-type", "use another kind of token that Salesforce signs",
        |world| of_type(world, &json!("sfdc-other-token"));
    a_type_in_capitals: "access-token-type", "find a comparison that folds case",
        |world| of_type(world, &json!("SFDC-CORE-TOKEN"));
    a_type_in_a_list: "access-token-type", "name two types", |world| of_type(world, &json!(["sfdc-core-token"]));
    a_type_that_is_null: "access-token-type", "leave the type out", |world| of_type(world, &Value::Null);

    // The organization.
    a_token_of_another_organization: "access-token-issuer", "use an organization that shares the signing keys",
        |world| world.jwt(|claims| {
            claims["iss"] = json!("https://evil.my.salesforce.com");
            claims["aud"] = json!(["https://evil.my.salesforce.com"]);
        });
    an_issuer_with_a_slash: "access-token-issuer", "find a comparison that trims",
        |world| { let issuer = format!("{}/", world.domain); world.jwt_with("iss", json!(issuer)) };
    an_issuer_in_capitals: "access-token-issuer", "find a comparison that folds case",
        |world| { let issuer = world.domain.to_uppercase(); world.jwt_with("iss", json!(issuer)) };
    an_issuer_that_starts_like_ours: "access-token-issuer", "find a comparison of the start",
        |world| { let issuer = format!("{}.evil.example", world.domain); world.jwt_with("iss", json!(issuer)) };
    an_audience_elsewhere: "access-token-audience", "use a token for another host",
        |world| world.jwt_with("aud", json!("https://evil.my.salesforce.com"));
    two_audiences: "access-token-audience", "use a token that is also for another host",
        |world| { let both = json!([world.domain, "https://evil.example"]); world.jwt_with("aud", both) };
    the_audience_twice: "access-token-audience", "count instead of compare",
        |world| { let both = json!([world.domain, world.domain]); world.jwt_with("aud", both) };
    no_audience: "access-token-audience", "have an empty list pass a check of each entry", |world| world.jwt_with("aud", json!([]));
    our_app_as_audience: "access-token-audience", "confuse the two kinds of tokens",
        |world| world.jwt_with("aud", json!(CONSUMER_KEY));

    // The app.
    another_apps_token: "access-token-client", "use a token of another app of the organization",
        |world| world.jwt_with("client_id", json!(OTHER_CONSUMER_KEY));
    the_command_lines_token: "access-token-client", "use a token of the Salesforce command line",
        |world| world.jwt_with("client_id", json!("PlatformCLI"));
    a_list_with_our_app: "access-token-client", "name two apps",
        |world| world.jwt_with("client_id", json!([CONSUMER_KEY, OTHER_CONSUMER_KEY]));
    our_key_in_lower_case: "access-token-client", "find a comparison that folds case",
        |world| world.jwt_with("client_id", json!(CONSUMER_KEY.to_lowercase()));
    our_key_cut_off: "access-token-client", "find a comparison of the shorter text",
        |world| world.jwt_with("client_id", json!(CONSUMER_KEY.get(..10)));
    our_key_with_a_blank: "access-token-client", "find a comparison that trims",
        |world| world.jwt_with("client_id", json!(format!("{CONSUMER_KEY} ")));
    no_app: "access-token-client", "leave the app out", |world| world.jwt_with("client_id", Value::Null);

    // The user.
    a_colleagues_token: "access-token-subject", "have UserInfo answer for another user",
        |world| world.jwt_with("sub", json!("uid:005xx000001SwiVAAS"));
    a_case_twin: "access-token-subject", "find a comparison that folds case",
        |world| world.jwt_with("sub", json!(format!("uid:{}", person::short(USER).to_lowercase())));
    a_user_without_the_prefix: "access-token-subject", "find a lenient parser",
        |world| world.jwt_with("sub", json!(USER));
    a_subject_of_the_other_form: "access-token-subject", "use the subject of an id_token",
        |world| world.jwt_with("sub", json!(format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}")));
    another_organization_at_user_info: "organization-not-allowed", "have UserInfo answer for another organization",
        |world| {
            let token = world.jwt(|_| ());
            world.salesforce.grant(&token, person::claims_in(OTHER_ORGANIZATION, &world.email));
            token
        };
}

#[tokio::test]
async fn a_claim_of_the_wrong_type_is_denied() -> anyhow::Result<()> {
    let world = mode().start().await?;
    for (claim, reason, may_be_absent) in [
        ("iss", "access-token-issuer", false),
        ("aud", "access-token-audience", false),
        ("exp", "access-token-expired", false),
        ("nbf", "access-token-not-yet-valid", true),
        ("iat", "access-token-not-yet-valid", true),
        ("client_id", "access-token-client", false),
        ("sub", "access-token-subject", false),
    ] {
        let values = crate::attack::wrong_types().into_iter();
        for value in values.filter(|value| !(may_be_absent && value.is_null())) {
            let reply = world.sign_in(&world.jwt_with(claim, value.clone())).await?;
            let reason = crate::attack::reason_for(&value, reason, "access-token-malformed", &world)?;
            crate::attack::is_refused(&world, &reply, &format!("{claim}: {value}"), reason)?;
        }
        let reply = world
            .sign_in(&world.jwt(|claims| {
                claims.as_object_mut().map(|claims| claims.remove(claim));
            }))
            .await?;
        if may_be_absent {
            assert!(reply.is_signed_in(), "{claim}");
        } else {
            crate::attack::is_refused(&world, &reply, &format!("no {claim}"), reason)?;
        }
    }
    Ok(())
}
