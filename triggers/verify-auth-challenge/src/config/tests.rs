//! The configuration as a list of variables. One is valid, and each test changes one thing.

use super::*;

const VALID: [(&str, &str); 7] = [
    ("SALESFORCE_DOMAIN_URL", "https://acme.my.salesforce.com"),
    ("SALESFORCE_ORGANIZATION_IDS", "00DSG000009FYVd"),
    ("SALESFORCE_AUDIENCE_MODE", "unchecked"),
    ("AWS_LAMBDA_FUNCTION_NAME", "verify"),
    ("AWS_REGION", "eu-west-1"),
    ("AWS_ACCESS_KEY_ID", "key"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

/// The valid configuration with one variable changed or removed.
fn read_with(name: &str, value: Option<&str>) -> Result<Config, String> {
    let lookup = |wanted: &str| {
        if wanted == name {
            return value.map(str::to_owned);
        }
        VALID.iter().find(|(key, _)| *key == wanted).map(|(_, value)| (*value).to_owned())
    };
    Config::read(&lookup).map_err(|error| error.to_string())
}

#[test]
fn the_valid_configuration_is_read() {
    assert!(read_with("", None).is_ok());
}

#[test]
fn each_required_variable_that_is_missing_or_empty_is_named() {
    for (name, _) in VALID {
        for value in [None, Some(""), Some("  ")] {
            let error = read_with(name, value).unwrap_err();
            assert!(error.contains(name), "{name}: {error}");
            assert_eq!(error.matches("set it to").count(), 1, "{error}");
        }
    }
}

#[test]
fn all_missing_variables_are_named_together() {
    let error = Config::read(&|_| None).unwrap_err().to_string();
    for (name, _) in VALID {
        assert!(error.contains(name), "{name}: {error}");
    }
}

#[test]
fn malformed_values_are_refused() {
    for (name, value) in [
        ("SALESFORCE_DOMAIN_URL", "http://acme.my.salesforce.com"),
        ("SALESFORCE_DOMAIN_URL", "https://login.salesforce.com"),
        ("SALESFORCE_ORGANIZATION_IDS", "00D"),
        ("SALESFORCE_ORGANIZATION_IDS", "00DSG000009FYVd,"),
        ("SALESFORCE_AUDIENCE_MODE", "none"),
        ("ALLOWED_EMAIL_DOMAINS", ""),
        ("ALLOWED_EMAIL_DOMAINS", "*"),
        ("DIRECTORY_MODE", "ldap"),
        ("LINK_ON_FIRST_SIGN_IN", "yes"),
        ("LINK_ON_FIRST_SIGN_IN", ""),
        ("TOKEN_USE_TABLE", "a table"),
        ("TOKEN_USE_TABLE", ""),
        ("AWS_LAMBDA_FUNCTION_NAME", "a function"),
        ("AWS_REGION", "eu-west-1.example/"),
        ("AWS_REGION", "EU-WEST-1"),
        ("AWS_ACCESS_KEY_ID", "a key"),
        ("AWS_SECRET_ACCESS_KEY", "a\nkey"),
        ("AWS_SESSION_TOKEN", "\u{fffd}"),
        ("AWS_SESSION_TOKEN", " "),
        ("AWS_ENDPOINT_URL", "http://directory.example"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("SSL_CERT_FILE", "/dev/null"),
    ] {
        assert!(read_with(name, Some(value)).unwrap_err().contains(name), "{name}={value}");
    }
}

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-AbCdEf";

/// The valid configuration with another audience mode and more variables.
fn read_mode(mode: &str, others: &[(&str, &str)]) -> Result<Config, String> {
    let lookup = |wanted: &str| {
        let mode = [("SALESFORCE_AUDIENCE_MODE", mode)];
        let mut variables = others.iter().chain(&mode).chain(&VALID);
        variables.find(|(key, _)| *key == wanted).map(|(_, value)| (*value).to_owned())
    };
    Config::read(&lookup).map_err(|error| error.to_string())
}

#[test]
fn every_mode_is_read_with_its_settings() {
    let clients = ("SALESFORCE_CLIENT_IDS", "3MVG9.one,3MVG9.two");
    let secret = ("SALESFORCE_INTROSPECTION_SECRET_ARN", ARN);
    assert!(matches!(read_mode("unchecked", &[]).unwrap().provider_policy.audience, AudienceMode::Unchecked));
    assert!(matches!(read_mode("unchecked", &[clients]).unwrap().provider_policy.audience, AudienceMode::Unchecked));
    let introspection = read_mode("introspection", &[clients, secret]).unwrap();
    assert!(matches!(introspection.provider_policy.audience, AudienceMode::Introspection(_)));
    assert_eq!(introspection.introspection_secret.as_deref(), Some(ARN));
    let jwt = read_mode("access_token_jwt", &[clients]).unwrap().provider_policy.audience;
    assert!(matches!(jwt, AudienceMode::AccessTokenJwt { domain, .. } if domain == "https://acme.my.salesforce.com"));
}

#[test]
fn the_issuer_of_an_id_token_is_the_domain_unless_others_are_listed() {
    let clients = ("SALESFORCE_CLIENT_IDS", "3MVG9.one");
    let id_token_rules = |more: &[(&str, &str)]| match read_mode("id_token", more).unwrap().provider_policy.audience {
        AudienceMode::IdToken(found) => found,
        other => panic!("{other:?}"),
    };
    let default = id_token_rules(&[clients]);
    assert_eq!(default.issuers, ["https://acme.my.salesforce.com"]);
    assert!(!default.require_at_hash && !default.require_nonce);
    let listed = id_token_rules(&[
        clients,
        ("SALESFORCE_ISSUERS", "https://login.salesforce.com, https://site.example/, https://a.my.site.com/b"),
        ("SALESFORCE_REQUIRE_AT_HASH", "true"),
        ("SALESFORCE_REQUIRE_NONCE", "true"),
    ]);
    assert_eq!(listed.issuers, ["https://login.salesforce.com", "https://site.example/", "https://a.my.site.com/b"]);
    assert!(listed.require_at_hash && listed.require_nonce);
}

#[test]
fn a_malformed_issuer_is_refused() {
    for issuer in [
        "",
        "acme",
        "http://acme.example",
        "https://",
        "https://a.example/?x",
        "https://a.example#x",
        "https://u@a.example",
    ] {
        let more = [("SALESFORCE_CLIENT_IDS", "a"), ("SALESFORCE_ISSUERS", issuer)];
        assert!(read_mode("id_token", &more).unwrap_err().contains("SALESFORCE_ISSUERS"), "{issuer}");
    }
}

#[test]
fn every_mode_except_unchecked_needs_client_ids() {
    for mode in ["id_token", "introspection", "access_token_jwt"] {
        let error = read_mode(mode, &[]).unwrap_err();
        assert!(error.contains("SALESFORCE_CLIENT_IDS is not set"), "{error}");
        for ids in ["", ",", "a,", "a b"] {
            let error = read_mode(mode, &[("SALESFORCE_CLIENT_IDS", ids)]).unwrap_err();
            assert!(error.contains("SALESFORCE_CLIENT_IDS"), "{ids:?}: {error}");
        }
    }
}

#[test]
fn introspection_needs_the_arn_of_a_secret() {
    for arn in [None, Some(""), Some("canary"), Some("arn:aws:s3:::canary")] {
        let more: Vec<_> = arn.map(|arn| ("SALESFORCE_INTROSPECTION_SECRET_ARN", arn)).into_iter().collect();
        let error = read_mode("introspection", &[more, vec![("SALESFORCE_CLIENT_IDS", "a")]].concat()).unwrap_err();
        assert!(error.contains("SALESFORCE_INTROSPECTION_SECRET_ARN") && !error.contains("canary"), "{error}");
    }
}

#[test]
fn a_setting_of_another_mode_is_refused() {
    for (name, value, used_in) in [
        ("SALESFORCE_ISSUERS", "https://acme.my.salesforce.com", "id_token"),
        ("SALESFORCE_REQUIRE_AT_HASH", "true", "id_token"),
        ("SALESFORCE_REQUIRE_NONCE", "false", "id_token"),
        ("SALESFORCE_INTROSPECTION_SECRET_ARN", ARN, "introspection"),
    ] {
        for mode in ["id_token", "introspection", "access_token_jwt", "unchecked"] {
            let needed = [("SALESFORCE_CLIENT_IDS", "a"), (name, value)];
            let named =
                read_mode(mode, &needed).err().is_some_and(|error| error.contains(&format!("{name} has no effect")));
            assert_eq!(named, mode != used_in, "{name} in {mode}");
        }
    }
}

#[test]
fn an_empty_session_token_or_endpoint_counts_as_absent() {
    for name in ["SSL_CERT_FILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"]
    {
        assert!(read_with(name, Some("")).is_ok(), "{name}");
    }
}

/// The CDK app checks the same vectors: `cdk/test/vectors.test.ts`.
#[test]
fn the_shared_vectors_have_the_same_result_as_in_the_cdk_app() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../../shared/settings/vectors.json")).unwrap();
    for name in [
        "SALESFORCE_DOMAIN_URL",
        "SALESFORCE_ORGANIZATION_IDS",
        "SALESFORCE_CLIENT_IDS",
        "SALESFORCE_ISSUERS",
        "ALLOWED_EMAIL_DOMAINS",
    ] {
        let read = |value: &str| {
            let lookup = |wanted: &str| match wanted {
                _ if wanted == name => Some(value.to_owned()),
                "SALESFORCE_AUDIENCE_MODE" => Some("id_token".to_owned()),
                "SALESFORCE_CLIENT_IDS" => Some("ours".to_owned()),
                _ => VALID.iter().find(|(key, _)| *key == wanted).map(|(_, value)| (*value).to_owned()),
            };
            Config::read(&lookup).map_err(|error| error.to_string())
        };
        let values = |kind: &str| vectors[name][kind].as_array().unwrap().iter().map(|value| value.as_str().unwrap());
        for value in values("accepted") {
            assert!(read(value).is_ok(), "{name}: {value}");
        }
        for value in values("refused") {
            assert!(read(value).is_err_and(|error| error.contains(name)), "{name}: {value}");
        }
    }
}
