//! What Verify must be told, and what it refuses.

use anyhow::Result;
use integration_tests::cognito::VERIFY;
use integration_tests::person::ORGANIZATION;
use integration_tests::proofs::{Mode, SECRET_ARN};

use crate::{CANARY, refuses, refuses_each, starts};

/// The modes that fetch no secret before they start.
const WITHOUT_SECRET: [Mode; 3] = [Mode::Unchecked, Mode::IdToken, Mode::AccessTokenJwt];

/// The change that sets the audience mode.
fn mode_is(mode: Mode) -> (&'static str, Option<&'static str>) {
    ("SALESFORCE_AUDIENCE_MODE", Some(mode.name()))
}

#[test]
fn verify_needs_each_variable_that_decides_trust() -> Result<()> {
    for name in ["SALESFORCE_DOMAIN_URL", "SALESFORCE_ORGANIZATION_IDS", "SALESFORCE_AUDIENCE_MODE"] {
        refuses(VERIFY, &[(name, None)], &[name])?;
    }
    Ok(())
}

#[test]
fn verify_needs_what_lambda_sets() -> Result<()> {
    for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        refuses(VERIFY, &[(name, None)], &[name])?;
    }
    Ok(())
}

#[test]
fn verify_refuses_what_is_no_my_domain() -> Result<()> {
    let urls = [
        "http://canary7f3a.my.salesforce.com",
        "https://canary7f3a:canary7f3a@acme.my.salesforce.com",
        "https://acme.my.salesforce.com/canary7f3a",
        "https://acme.my.salesforce.com?canary7f3a",
        "http://localhost:8080",
        "https://login.salesforce.com",
        "https://test.salesforce.com",
        "https://canary7f3a.salesforce.com",
        "canary7f3a",
    ];
    refuses_each(VERIFY, "SALESFORCE_DOMAIN_URL", &urls)
}

#[test]
fn verify_refuses_what_is_no_list_of_organizations() -> Result<()> {
    let checksum = ORGANIZATION.replace("EAY", "EAZ");
    let lists = ["canary7f3a", "*", "00D", "005xx000001SwiUAAS", &format!("{ORGANIZATION},canary7f3a"), &checksum];
    refuses_each(VERIFY, "SALESFORCE_ORGANIZATION_IDS", &lists)
}

#[test]
fn verify_refuses_modes_that_it_does_not_know() -> Result<()> {
    refuses_each(VERIFY, "SALESFORCE_AUDIENCE_MODE", &["UNCHECKED", "none", "id-token", "id_token,unchecked", CANARY])?;
    refuses_each(VERIFY, "DIRECTORY_MODE", &["LIST_USERS", "list_users,event", CANARY])
}

#[test]
fn what_verify_need_not_be_told_may_be_missing() -> Result<()> {
    for mode in WITHOUT_SECRET {
        let optional = ["DIRECTORY_MODE", "ALLOWED_EMAIL_DOMAINS", "LINK_ON_FIRST_SIGN_IN", "TOKEN_USE_TABLE"];
        let absent: Vec<_> = optional.iter().map(|name| (*name, None)).chain([mode_is(mode)]).collect();
        starts(VERIFY, &absent)?;
    }
    starts(VERIFY, &[("SALESFORCE_CLIENT_IDS", None)])
}

#[test]
fn every_mode_that_checks_needs_consumer_keys() -> Result<()> {
    for mode in [Mode::IdToken, Mode::AccessTokenJwt] {
        for keys in [None, Some(""), Some("  "), Some(","), Some("canary7f3a,"), Some("canary7f3a b"), Some("a,,b")] {
            refuses(VERIFY, &[mode_is(mode), ("SALESFORCE_CLIENT_IDS", keys)], &["SALESFORCE_CLIENT_IDS"])?;
        }
    }
    let arn = ("SALESFORCE_INTROSPECTION_SECRET_ARN", Some(SECRET_ARN));
    let keys = ("SALESFORCE_CLIENT_IDS", None);
    refuses(VERIFY, &[mode_is(Mode::Introspection), arn, keys], &["SALESFORCE_CLIENT_IDS"])
}

#[test]
fn switches_are_true_or_false() -> Result<()> {
    let others = ["TRUE", "True", "1", "yes", "on", " true", "", CANARY];
    refuses_each(VERIFY, "LINK_ON_FIRST_SIGN_IN", &others)?;
    for name in ["SALESFORCE_REQUIRE_AT_HASH", "SALESFORCE_REQUIRE_NONCE"] {
        for value in others {
            refuses(VERIFY, &[mode_is(Mode::IdToken), (name, Some(value))], &[name])?;
        }
        for value in ["true", "false"] {
            starts(VERIFY, &[mode_is(Mode::IdToken), (name, Some(value))])?;
        }
    }
    starts(VERIFY, &[("LINK_ON_FIRST_SIGN_IN", Some("false"))])
}

#[test]
fn issuers_are_https_addresses() -> Result<()> {
    for issuers in ["", " ", ",", "canary7f3a", "http://canary7f3a.example", "https://a.example,", "https://", "*"] {
        refuses(VERIFY, &[mode_is(Mode::IdToken), ("SALESFORCE_ISSUERS", Some(issuers))], &["SALESFORCE_ISSUERS"])?;
    }
    let issuers = "https://login.salesforce.com, https://acme.my.site.com/";
    starts(VERIFY, &[mode_is(Mode::IdToken), ("SALESFORCE_ISSUERS", Some(issuers))])
}

#[test]
fn the_table_has_a_name() -> Result<()> {
    refuses_each(VERIFY, "TOKEN_USE_TABLE", &["", " ", "a", "canary7f3a table", "canary7f3a/table", &CANARY.repeat(26)])
}

#[test]
fn a_setting_of_another_mode_is_refused() -> Result<()> {
    for (name, value, used_in) in [
        ("SALESFORCE_ISSUERS", "https://canary7f3a.example", Mode::IdToken),
        ("SALESFORCE_REQUIRE_AT_HASH", "true", Mode::IdToken),
        ("SALESFORCE_REQUIRE_NONCE", "false", Mode::IdToken),
        ("SALESFORCE_INTROSPECTION_SECRET_ARN", SECRET_ARN, Mode::Introspection),
    ] {
        for mode in WITHOUT_SECRET.into_iter().filter(|mode| *mode != used_in) {
            for value in [value, ""] {
                refuses(VERIFY, &[mode_is(mode), (name, Some(value))], &[name])?;
            }
        }
    }
    Ok(())
}

#[test]
fn verify_refuses_what_is_no_list_of_email_domains() -> Result<()> {
    refuses_each(
        VERIFY,
        "ALLOWED_EMAIL_DOMAINS",
        &["*", "*.canary7f3a.example", "a@canary7f3a.example", "canary7f3a.example,"],
    )
}

#[test]
fn verify_refuses_an_endpoint_that_is_not_https() -> Result<()> {
    for name in [
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "AWS_ENDPOINT_URL_DYNAMODB",
    ] {
        refuses_each(VERIFY, name, &["http://canary7f3a.example", "canary7f3a"])?;
    }
    Ok(())
}

#[test]
fn every_bad_variable_is_named_at_once() -> Result<()> {
    let changes = [
        ("SALESFORCE_DOMAIN_URL", Some("http://canary7f3a.example")),
        ("SALESFORCE_ORGANIZATION_IDS", None),
        ("SALESFORCE_AUDIENCE_MODE", Some("id_token")),
        ("SALESFORCE_CLIENT_IDS", None),
        ("SALESFORCE_REQUIRE_NONCE", Some(CANARY)),
        ("SALESFORCE_INTROSPECTION_SECRET_ARN", Some(CANARY)),
        ("LINK_ON_FIRST_SIGN_IN", Some(CANARY)),
        ("TOKEN_USE_TABLE", Some("")),
        ("DIRECTORY_MODE", Some(CANARY)),
        ("ALLOWED_EMAIL_DOMAINS", Some("")),
        ("SALESFORCE_ISSUERS", Some(CANARY)),
        ("AWS_REGION", None),
    ];
    // The mode is a good one, and decides what belongs to it.
    let named: Vec<_> =
        changes.iter().map(|(name, _)| *name).filter(|name| *name != "SALESFORCE_AUDIENCE_MODE").collect();
    refuses(VERIFY, &changes, &named)
}
