//! Denials because of the event, the answer, the Salesforce user, the pool user or a used token.

use anyhow::Result;
use integration_tests::cognito::User;
use integration_tests::directory::{LINK, user};
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION, USER};
use integration_tests::token_store;
use integration_tests::world::{ALICE, World};
use serde_json::{Value, json};
use verification::DenyReason;
use wiremock::ResponseTemplate;

use crate::Change::{Event, SignIn};
use crate::Reached::{Directory, NoService, UserInfo};
use crate::{ALICES_IDS, NO_IDS, denials, denies};

/// `sub` of another pool user.
const BOB: &str = "3f1d6c4e-0000-4000-8000-000000000b0b";

/// Changes one UserInfo claim of Alice. The answer is her token.
fn claim(world: &World, name: &str, value: Value) -> String {
    world.claim(name, value);
    world.token.clone()
}

/// Changes one attribute of Alice in the event. The answer is her token.
fn attribute(world: &mut World, name: &str, value: Value) -> String {
    world.attributes(&[(name, value)]);
    world.token.clone()
}

/// Replaces the users of the directory by users with Alice's address. The answer is her token.
fn directory_users(world: &World, users: &[(&str, bool, bool)]) -> String {
    world
        .set_directory_users(users.iter().map(|(sub, verified, enabled)| user(sub, &world.email, *verified, *enabled)));
    world.token.clone()
}

/// A token of the other organization, for a user with Alice's address, verified there.
fn of_other_organization(world: &World, prefix: &str) -> String {
    let token = person::token_of(prefix);
    world.salesforce.grant(&token, person::claims_in(OTHER_ORGANIZATION, &world.email));
    token
}

fn scripted(world: &World, body: &str) -> String {
    world.salesforce.script(ResponseTemplate::new(200).set_body_raw(body, "application/json"));
    world.token.clone()
}

denials! {
    // Denials because of the event or the answer, without a call.
    a_challenge_without_private_parameters: ChallengeNotOurs, NoService,
        Event(|event| event["request"]["privateChallengeParameters"] = Value::Null);
    a_challenge_of_another_create_trigger: ChallengeNotOurs, NoService,
        Event(|event| event["request"]["privateChallengeParameters"] = json!({"answer": "42"}));
    an_event_without_a_pool: EventIncomplete, NoService,
        Event(|event| event["userPoolId"] = Value::Null);
    an_answer_that_is_missing: AnswerNotText, NoService,
        Event(|event| event["request"]["challengeAnswer"] = Value::Null);
    an_answer_that_is_an_object: AnswerNotText, NoService,
        Event(|event| event["request"]["challengeAnswer"] = json!({"access_token": "a"}));
    an_answer_of_more_than_16_kib: AnswerTooLong, NoService,
        SignIn(|_| "a".repeat(16 * 1024 + 1));
    an_answer_in_json_with_an_unknown_member: AnswerMalformed, NoService,
        SignIn(|world| json!({"access_token": world.token, "answerCorrect": true}).to_string());
    an_answer_in_json_with_two_tokens: AnswerMalformed, NoService,
        SignIn(|world| format!(r#"{{"access_token":"a","access_token":"{}"}}"#, world.token));
    an_empty_answer: TokenMalformed, NoService,
        SignIn(|_| String::new());
    a_token_of_more_than_4096_characters: TokenMalformed, NoService,
        SignIn(|_| "a".repeat(4097));
    a_token_with_the_prefix_of_another_organization: TokenOfAnotherOrganization, NoService,
        SignIn(|world| of_other_organization(world, OTHER_ORGANIZATION));
    a_token_with_the_organizations_prefix_in_another_letter_case: TokenOfAnotherOrganization, NoService,
        SignIn(|world| of_other_organization(world, &ORGANIZATION.replace("xx", "XX")));
    a_jwt_based_token_in_another_spelling: TokenMalformed, NoService,
        SignIn(|world| world.granted("e30.e31.c2ln".to_owned()));
    a_token_with_a_prefix_that_is_not_an_organization_id: TokenOfAnotherOrganization, NoService,
        SignIn(|world| format!("00D!{}", world.token));

    // Salesforce rejects the token, or its response is not usable.
    a_token_that_salesforce_does_not_know: TokenRejected, NO_IDS,
        SignIn(|_| person::token_of(ORGANIZATION));
    a_token_that_salesforce_answers_401_for: TokenRejected, NO_IDS,
        SignIn(|world| { world.salesforce.script(ResponseTemplate::new(401)); world.token.clone() });
    a_user_info_that_is_a_list: UserInfoMalformed, NO_IDS,
        SignIn(|world| scripted(world, r#"[{"errorCode":"INVALID_SESSION_ID"}]"#));
    a_user_info_that_names_two_addresses: UserInfoMalformed, NO_IDS,
        SignIn(|world| scripted(world, &person::claims(&world.email).to_string().replacen('{', r#"{"email":"a@b.c","#, 1)));

    // The event's user.
    a_user_whom_the_pool_does_not_have: UserNotFound, Directory,
        SignIn(|world| { world.cognito.remove(&world.email); world.token.clone() });
    a_pool_user_without_a_sub: EventIncomplete, Directory,
        SignIn(|world| attribute(world, "sub", Value::Null));

    // The Salesforce user.
    an_organization_that_is_missing: OrganizationInvalid, UserInfo(None, Some(USER)),
        SignIn(|world| claim(world, "organization_id", Value::Null));
    an_organization_id_with_a_wrong_checksum: OrganizationInvalid, UserInfo(None, Some(USER)),
        SignIn(|world| claim(world, "organization_id", json!(ORGANIZATION.replace("EAY", "EAI"))));
    the_victims_verified_email_in_another_organization: OrganizationNotAllowed,
        UserInfo(Some(OTHER_ORGANIZATION), Some(USER)),
        SignIn(|world| of_other_organization(world, ORGANIZATION));
    the_same_organization_id_in_another_letter_case: OrganizationNotAllowed,
        UserInfo(Some("00DXX0000001gPL2AY"), Some(USER)),
        SignIn(|world| claim(world, "organization_id", json!("00DXX0000001gPL")));
    a_user_id_that_is_missing: UserIdInvalid, UserInfo(Some(ORGANIZATION), None),
        SignIn(|world| claim(world, "user_id", Value::Null));
    a_user_id_of_another_kind: UserIdInvalid, UserInfo(Some(ORGANIZATION), None),
        SignIn(|world| claim(world, "user_id", json!("003xx000001SwiU")));
    a_subject_of_another_organization: SubjectMismatch, ALICES_IDS,
        SignIn(|world| claim(world, "sub", json!(format!("https://a.example/id/{OTHER_ORGANIZATION}/{USER}"))));
    a_subject_of_another_user: SubjectMismatch, ALICES_IDS,
        SignIn(|world| claim(world, "sub", json!(format!("https://a.example/id/{ORGANIZATION}/005xx000001SwiV"))));
    a_deactivated_salesforce_user: UserInactive, ALICES_IDS,
        SignIn(|world| claim(world, "active", json!(false)));
    an_active_flag_that_is_text: UserInactive, ALICES_IDS,
        SignIn(|world| claim(world, "active", json!("true")));
    a_portal_user: UserTypeNotAllowed, ALICES_IDS,
        SignIn(|world| claim(world, "user_type", json!("CSP_LITE_PORTAL")));
    an_integration_user: IntegrationUser, ALICES_IDS,
        SignIn(|world| claim(world, "is_salesforce_integration_user", json!(true)));

    // The e-mail addresses.
    an_email_that_salesforce_has_not_verified: SalesforceEmailUnverified, ALICES_IDS,
        SignIn(|world| claim(world, "email_verified", json!(false)));
    an_email_verified_flag_that_is_text: SalesforceEmailUnverified, ALICES_IDS,
        SignIn(|world| claim(world, "email_verified", json!("true")));
    an_email_with_a_look_alike_letter: SalesforceEmailInvalid, ALICES_IDS,
        SignIn(|world| claim(world, "email", json!(world.email.replace("alice", "\u{430}lice"))));
    an_email_of_a_domain_that_is_not_allowed: EmailDomainNotAllowed, ALICES_IDS,
        SignIn(|world| claim(world, "email", json!(world.email.replace("acme", "sub.acme"))));
    a_pool_user_without_an_email: PoolEmailInvalid, Directory,
        SignIn(|world| attribute(world, "email", Value::Null));
    a_token_of_a_colleague: EmailMismatch, Directory,
        SignIn(|world| claim(world, "email", json!("bob@acme.example")));
    an_email_that_the_event_says_is_unverified: PoolEmailUnverified, Directory,
        SignIn(|world| attribute(world, "email_verified", json!("false")));
    an_email_that_the_directory_says_is_unverified: PoolEmailUnverified, Directory,
        SignIn(|world| directory_users(world, &[(ALICE, false, true)]));

    // The pool user.
    an_email_that_the_directory_does_not_find: EmailNotInPool, Directory,
        SignIn(|world| directory_users(world, &[]));
    a_disabled_pool_user: PoolUserDisabled, Directory,
        SignIn(|world| directory_users(world, &[(ALICE, true, false)]));
    a_second_pool_user_with_the_same_email: EmailNotUnique, Directory,
        SignIn(|world| directory_users(world, &[(ALICE, true, true), (BOB, true, true)]));
    a_pool_user_who_has_not_confirmed_the_sign_up: PoolUserStatus, Directory,
        SignIn(|world| attribute(world, "cognito:user_status", json!("UNCONFIRMED")));
    a_pool_user_with_status_reset_required_in_the_directory: PoolUserStatus, Directory,
        SignIn(|world| {
            let mut alice = user(ALICE, &world.email, true, true);
            alice["UserStatus"] = json!("RESET_REQUIRED");
            world.set_directory_users([alice]);
            world.token.clone()
        });
    an_email_that_another_pool_user_has: DifferentUser, Directory,
        SignIn(|world| directory_users(world, &[(BOB, true, true)]));
    another_pool_user_with_the_same_email_in_the_event: DifferentUser, Directory,
        SignIn(|world| { world.cognito.add(&world.email, User::new(BOB, &world.email)); world.token.clone() });
    a_pool_user_who_is_linked_to_another_salesforce_user: LinkMismatch, Directory,
        SignIn(|world| attribute(world, LINK, json!(format!("{ORGANIZATION}/005xx000001SwiVAAS"))));

    // The last check.
    a_token_that_was_used: TokenAlreadyUsed, Directory, SignIn(|world| {
        let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
        world.token_store.script(token_store::answer(400, &json!({"__type": kind, "message": "no"})));
        world.token.clone()
    });
}

#[tokio::test]
async fn disabled_and_unverified_users_with_the_address_do_not_count() -> Result<()> {
    for other in [(BOB, true, false), (BOB, false, true), (BOB, false, false)] {
        let world = World::start().await?;
        let token = directory_users(&world, &[other, (ALICE, true, true)]);
        assert!(world.sign_in(&token).await?.is_signed_in(), "{other:?}");
    }
    Ok(())
}
