//! Who the person is, in Salesforce's words and in the pool's; and whether the token was used before.

use anyhow::Result;
use integration_tests::cognito::User;
use integration_tests::directory::{LINK, user};
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION, USER};
use integration_tests::token_store;
use integration_tests::world::{ALICE, World};
use serde_json::{Value, json};
use verification::DenyReason;
use wiremock::ResponseTemplate;

use crate::Broken::{Event, SignIn};
use crate::{BY_SALESFORCE, HER, Learned, NOBODY, denials, denies};

/// `sub` of somebody else in the pool.
const BOB: &str = "3f1d6c4e-0000-4000-8000-000000000b0b";

/// Alice's token still, with one claim of hers changed.
fn claim(world: &World, name: &str, value: Value) -> String {
    world.claim(name, value);
    world.token.clone()
}

/// Alice's token still, with one attribute of hers changed in the pool.
fn attribute(world: &mut World, name: &str, value: Value) -> String {
    world.attributes(&[(name, value)]);
    world.token.clone()
}

/// Alice's token still, with others in the directory.
fn found(world: &World, users: &[(&str, bool, bool)]) -> String {
    world.found(users.iter().map(|(sub, verified, enabled)| user(sub, &world.email, *verified, *enabled)));
    world.token.clone()
}

/// A token under which Salesforce names the other organization, and Alice's address as verified.
fn from_elsewhere(world: &World, prefix: &str) -> String {
    let token = person::token_of(prefix);
    world.salesforce.grant(&token, person::claims_in(OTHER_ORGANIZATION, &world.email));
    token
}

fn scripted(world: &World, body: &str) -> String {
    world.salesforce.script(ResponseTemplate::new(200).set_body_raw(body, "application/json"));
    world.token.clone()
}

denials! {
    // What the event alone says: nothing leaves the process.
    a_challenge_without_private_parameters: ChallengeNotOurs, Learned::Nothing,
        Event(|event| event["request"]["privateChallengeParameters"] = Value::Null);
    a_challenge_of_another_create_trigger: ChallengeNotOurs, Learned::Nothing,
        Event(|event| event["request"]["privateChallengeParameters"] = json!({"answer": "42"}));
    an_event_without_a_pool: EventIncomplete, Learned::Nothing,
        Event(|event| event["userPoolId"] = Value::Null);
    an_answer_that_is_missing: AnswerNotText, Learned::Nothing,
        Event(|event| event["request"]["challengeAnswer"] = Value::Null);
    an_answer_that_is_an_object: AnswerNotText, Learned::Nothing,
        Event(|event| event["request"]["challengeAnswer"] = json!({"access_token": "a"}));
    an_answer_of_more_than_16_kib: AnswerTooLong, Learned::Nothing,
        SignIn(|_| "a".repeat(16 * 1024 + 1));
    an_answer_in_json_with_a_key_too_many: AnswerMalformed, Learned::Nothing,
        SignIn(|world| json!({"access_token": world.token, "answerCorrect": true}).to_string());
    an_answer_in_json_with_two_tokens: AnswerMalformed, Learned::Nothing,
        SignIn(|world| format!(r#"{{"access_token":"a","access_token":"{}"}}"#, world.token));
    an_empty_answer: TokenMalformed, Learned::Nothing,
        SignIn(|_| String::new());
    a_token_of_more_than_4096_characters: TokenMalformed, Learned::Nothing,
        SignIn(|_| "a".repeat(4097));
    a_token_with_the_prefix_of_another_organization: TokenOfAnotherOrganization, Learned::Nothing,
        SignIn(|world| from_elsewhere(world, OTHER_ORGANIZATION));
    a_token_with_the_organizations_prefix_in_another_letter_case: TokenOfAnotherOrganization, Learned::Nothing,
        SignIn(|world| from_elsewhere(world, &ORGANIZATION.replace("xx", "XX")));
    a_jwt_based_token_in_another_spelling: TokenMalformed, Learned::Nothing,
        SignIn(|world| world.granted("e30.e31.c2ln".to_owned()));
    a_token_with_a_prefix_that_is_no_organization: TokenOfAnotherOrganization, Learned::Nothing,
        SignIn(|world| format!("00D!{}", world.token));

    // Salesforce refuses, or says nothing of use.
    a_token_that_salesforce_does_not_know: TokenRejected, NOBODY,
        SignIn(|_| person::token_of(ORGANIZATION));
    a_token_that_salesforce_answers_401_for: TokenRejected, NOBODY,
        SignIn(|world| { world.salesforce.script(ResponseTemplate::new(401)); world.token.clone() });
    a_user_info_that_is_a_list: UserInfoMalformed, NOBODY,
        SignIn(|world| scripted(world, r#"[{"errorCode":"INVALID_SESSION_ID"}]"#));
    a_user_info_that_names_two_addresses: UserInfoMalformed, NOBODY,
        SignIn(|world| scripted(world, &person::claims(&world.email).to_string().replacen('{', r#"{"email":"a@b.c","#, 1)));

    // The user whom Cognito signs in.
    a_user_whom_the_pool_does_not_have: UserNotFound, HER,
        SignIn(|world| { world.cognito.remove(&world.email); world.token.clone() });
    a_pool_user_without_a_sub: EventIncomplete, HER,
        SignIn(|world| attribute(world, "sub", Value::Null));

    // Who Salesforce says that the person is.
    an_organization_that_is_missing: OrganizationInvalid, Learned::Salesforce(None, Some(USER)),
        SignIn(|world| claim(world, "organization_id", Value::Null));
    an_organization_id_with_a_wrong_checksum: OrganizationInvalid, Learned::Salesforce(None, Some(USER)),
        SignIn(|world| claim(world, "organization_id", json!(ORGANIZATION.replace("EAY", "EAI"))));
    the_victims_verified_email_in_another_organization: OrganizationNotAllowed,
        Learned::Salesforce(Some(OTHER_ORGANIZATION), Some(USER)),
        SignIn(|world| from_elsewhere(world, ORGANIZATION));
    the_same_organization_id_in_another_letter_case: OrganizationNotAllowed,
        Learned::Salesforce(Some("00DXX0000001gPL2AY"), Some(USER)),
        SignIn(|world| claim(world, "organization_id", json!("00DXX0000001gPL")));
    a_user_id_that_is_missing: UserIdInvalid, Learned::Salesforce(Some(ORGANIZATION), None),
        SignIn(|world| claim(world, "user_id", Value::Null));
    a_user_id_of_another_kind: UserIdInvalid, Learned::Salesforce(Some(ORGANIZATION), None),
        SignIn(|world| claim(world, "user_id", json!("003xx000001SwiU")));
    a_subject_of_another_organization: SubjectMismatch, BY_SALESFORCE,
        SignIn(|world| claim(world, "sub", json!(format!("https://a.example/id/{OTHER_ORGANIZATION}/{USER}"))));
    a_subject_of_another_user: SubjectMismatch, BY_SALESFORCE,
        SignIn(|world| claim(world, "sub", json!(format!("https://a.example/id/{ORGANIZATION}/005xx000001SwiV"))));
    a_deactivated_salesforce_user: UserInactive, BY_SALESFORCE,
        SignIn(|world| claim(world, "active", json!(false)));
    an_active_flag_that_is_text: UserInactive, BY_SALESFORCE,
        SignIn(|world| claim(world, "active", json!("true")));
    a_portal_user: UserTypeNotAllowed, BY_SALESFORCE,
        SignIn(|world| claim(world, "user_type", json!("CSP_LITE_PORTAL")));
    an_integration_user: IntegrationUser, BY_SALESFORCE,
        SignIn(|world| claim(world, "is_salesforce_integration_user", json!(true)));

    // Whether the address is the person's.
    an_email_that_salesforce_has_not_verified: SalesforceEmailUnverified, BY_SALESFORCE,
        SignIn(|world| claim(world, "email_verified", json!(false)));
    an_email_verified_flag_that_is_text: SalesforceEmailUnverified, BY_SALESFORCE,
        SignIn(|world| claim(world, "email_verified", json!("true")));
    an_email_with_a_look_alike_letter: SalesforceEmailInvalid, BY_SALESFORCE,
        SignIn(|world| claim(world, "email", json!(world.email.replace("alice", "\u{430}lice"))));
    an_email_of_a_domain_that_is_not_allowed: EmailDomainNotAllowed, BY_SALESFORCE,
        SignIn(|world| claim(world, "email", json!(world.email.replace("acme", "sub.acme"))));
    a_pool_user_without_an_email: PoolEmailInvalid, HER,
        SignIn(|world| attribute(world, "email", Value::Null));
    a_token_of_a_colleague: EmailMismatch, HER,
        SignIn(|world| claim(world, "email", json!("bob@acme.example")));
    an_email_that_the_event_says_is_unverified: PoolEmailUnverified, HER,
        SignIn(|world| attribute(world, "email_verified", json!("false")));
    an_email_that_the_directory_says_is_unverified: PoolEmailUnverified, HER,
        SignIn(|world| found(world, &[(ALICE, false, true)]));

    // Whether the address names one user, and her.
    an_email_that_the_directory_does_not_find: EmailNotInPool, HER,
        SignIn(|world| found(world, &[]));
    a_disabled_pool_user: PoolUserDisabled, HER,
        SignIn(|world| found(world, &[(ALICE, true, false)]));
    a_second_pool_user_with_the_same_email: EmailNotUnique, HER,
        SignIn(|world| found(world, &[(ALICE, true, true), (BOB, true, true)]));
    a_pool_user_who_has_not_confirmed_the_sign_up: PoolUserStatus, HER,
        SignIn(|world| attribute(world, "cognito:user_status", json!("UNCONFIRMED")));
    a_pool_user_who_must_reset_the_password_as_the_directory_says: PoolUserStatus, HER,
        SignIn(|world| {
            let mut alice = user(ALICE, &world.email, true, true);
            alice["UserStatus"] = json!("RESET_REQUIRED");
            world.found([alice]);
            world.token.clone()
        });
    an_email_that_another_pool_user_has: DifferentUser, HER,
        SignIn(|world| found(world, &[(BOB, true, true)]));
    a_pool_user_whom_cognito_is_not_signing_in: DifferentUser, HER,
        SignIn(|world| { world.cognito.add(&world.email, User::new(BOB, &world.email)); world.token.clone() });
    a_pool_user_who_is_linked_to_somebody_else: LinkMismatch, HER,
        SignIn(|world| attribute(world, LINK, json!(format!("{ORGANIZATION}/005xx000001SwiVAAS"))));

    // Last of all.
    a_token_that_was_used: TokenAlreadyUsed, HER, SignIn(|world| {
        let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
        world.token_store.script(token_store::answer(400, &json!({"__type": kind, "message": "no"})));
        world.token.clone()
    });
}

#[tokio::test]
async fn disabled_and_unverified_users_with_the_address_do_not_count() -> Result<()> {
    for other in [(BOB, true, false), (BOB, false, true), (BOB, false, false)] {
        let world = World::start().await?;
        let token = found(&world, &[other, (ALICE, true, true)]);
        assert!(world.sign_in(&token).await?.is_signed_in(), "{other:?}");
    }
    Ok(())
}
