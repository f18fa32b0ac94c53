//! Every variable that a function reads, with valid and malformed values.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::{CREATE, DEFINE, PRE_SIGN_UP, VERIFY};
use integration_tests::person::ORGANIZATION;
use integration_tests::proofs::{Mode, SECRET_ARN};
use integration_tests::repository;

/// A variable of a function. Each malformed value contains the canary, if it can.
pub struct Variable {
    pub name: &'static str,
    /// The audience modes in which the function does not start without it.
    pub required_in: &'static [Mode],
    /// The audience modes in which it has no effect. The function does not start with it.
    pub refused_in: &'static [Mode],
    /// Whether an empty value counts as absent, as AWS SDKs read the variables of Lambda.
    pub may_be_empty: bool,
    pub valid: &'static [&'static str],
    pub malformed: &'static [&'static str],
}

impl Variable {
    /// A value with which the function does not start in this mode.
    pub fn bad_in(&self, mode: Mode) -> Option<&'static str> {
        let values = if self.refused_in.contains(&mode) { self.valid } else { self.malformed };
        values.first().copied()
    }
}

const OPTIONAL: Variable =
    Variable { name: "", required_in: &[], refused_in: &[], may_be_empty: false, valid: &[], malformed: &[] };
const REQUIRED: Variable = Variable { required_in: &Mode::ALL, ..OPTIONAL };
const OF_ID_TOKEN: Variable =
    Variable { refused_in: &[Mode::Unchecked, Mode::Introspection, Mode::AccessTokenJwt], ..OPTIONAL };
const ENDPOINT: Variable = Variable {
    may_be_empty: true,
    valid: &["https://127.0.0.1:9/", "http://127.0.0.1:9"],
    malformed: &["http://canary7f3a.example", "canary7f3a", "https://canary7f3a.example/path"],
    ..OPTIONAL
};
/// These endpoints are not supported, so a value that requests them is refused.
const OTHER_ENDPOINTS: Variable = Variable {
    may_be_empty: true,
    valid: &["false", "False"],
    malformed: &["canary7f3a", "true", "TRUE", "1", " false"],
    ..OPTIONAL
};
const CREDENTIAL: Variable = Variable {
    valid: &["test/+="],
    malformed: &["canary7f3a canary7f3a", "canary7f3a\n", "canary7f3a\u{e4}"],
    ..REQUIRED
};

const REGION: Variable = Variable {
    name: "AWS_REGION",
    valid: &["eu-west-1", "us-gov-west-1"],
    malformed: &["canary7f3a.example/", "eu west 1", "EU-WEST-1", "eu-west-1\n"],
    ..REQUIRED
};
const EMAIL_DOMAINS: Variable = Variable {
    name: "ALLOWED_EMAIL_DOMAINS",
    valid: &["acme.example", "acme.example, sub.acme.example"],
    malformed: &["*.canary7f3a.example", "*", "a@canary7f3a.example", "canary7f3a.example,"],
    ..OPTIONAL
};
// A valid value is a file: see `a_ca_bundle_is_accepted`.
const CA_BUNDLE: Variable = Variable {
    name: "SSL_CERT_FILE",
    may_be_empty: true,
    malformed: &["canary7f3a", "/dev/null", "/canary7f3a.pem"],
    ..OPTIONAL
};

/// Neither `true` nor `false`.
const NOT_BOOLEAN: &[&str] = &["canary7f3a", "TRUE", "True", "1", "yes", "on", " true"];

/// The variables of a function.
pub fn of(function: &str) -> &'static [Variable] {
    match function {
        DEFINE => &[Variable {
            name: "ALLOWED_CLIENT_IDS",
            valid: &["1example23456789", "1example23456789, other+id"],
            malformed: &["canary7f3a,", ",", "canary7f3a;b", "*", "canary7f3a b", LONG],
            ..OPTIONAL
        }],
        CREATE => &[Variable {
            name: "SALESFORCE_DOMAIN_URL",
            valid: &["https://acme.my.salesforce.com"],
            malformed: &["http://canary7f3a.example", "canary7f3a", "https://a.example/canary7f3a"],
            ..OPTIONAL
        }],
        PRE_SIGN_UP => &OF_PRE_SIGN_UP,
        _ => &OF_VERIFY,
    }
}

/// 130 characters: longer than any id or name may be.
const LONG: &str = "canary7f3acanary7f3acanary7f3acanary7f3acanary7f3acanary7f3acanary7f3acanary7f3acanary7f3a\
                    canary7f3acanary7f3acanary7f3acanary7f3a";

const OF_VERIFY: [Variable; 24] = [
    Variable {
        name: "SALESFORCE_DOMAIN_URL",
        valid: &["https://127.0.0.1:9/", "http://127.0.0.1:9"],
        malformed: &[
            "http://canary7f3a.my.salesforce.com",
            "https://canary7f3a:canary7f3a@acme.my.salesforce.com",
            "https://acme.my.salesforce.com/canary7f3a",
            "https://acme.my.salesforce.com?canary7f3a",
            "http://localhost:8080",
            "https://login.salesforce.com",
            "https://test.salesforce.com",
            "https://canary7f3a.salesforce.com",
            "canary7f3a",
        ],
        ..REQUIRED
    },
    Variable {
        name: "SALESFORCE_ORGANIZATION_IDS",
        valid: &[ORGANIZATION, "00Dxx0000001gPL, 00Dyy0000004hTkEAI"],
        // The last value has a wrong checksum.
        malformed: &[
            "canary7f3a",
            "*",
            "00D",
            "005xx000001SwiUAAS",
            "00Dxx0000001gPL,canary7f3a",
            "00Dxx0000001gPLEAZ",
        ],
        ..REQUIRED
    },
    Variable {
        name: "SALESFORCE_AUDIENCE_MODE",
        valid: &["unchecked"],
        malformed: &["canary7f3a", "UNCHECKED", "none", "id-token", "id_token,unchecked"],
        ..REQUIRED
    },
    Variable {
        name: "SALESFORCE_CLIENT_IDS",
        required_in: &[Mode::IdToken, Mode::Introspection, Mode::AccessTokenJwt],
        valid: &["3MVG9example", "3MVG9.one, 3MVG9_two"],
        malformed: &["canary7f3a,", ",", "canary7f3a b", "a,,b"],
        ..OPTIONAL
    },
    Variable {
        name: "SALESFORCE_ISSUERS",
        valid: &["https://login.salesforce.com, https://acme.my.site.com/", "https://acme.my.site.com/a"],
        malformed: &["canary7f3a", ",", "http://canary7f3a.example", "https://a.example,", "https://", "*"],
        ..OF_ID_TOKEN
    },
    Variable { name: "SALESFORCE_REQUIRE_AT_HASH", valid: &["true", "false"], malformed: NOT_BOOLEAN, ..OF_ID_TOKEN },
    Variable { name: "SALESFORCE_REQUIRE_NONCE", valid: &["true", "false"], malformed: NOT_BOOLEAN, ..OF_ID_TOKEN },
    Variable {
        name: "SALESFORCE_INTROSPECTION_SECRET_ARN",
        required_in: &[Mode::Introspection],
        refused_in: &[Mode::Unchecked, Mode::IdToken, Mode::AccessTokenJwt],
        valid: &[SECRET_ARN],
        malformed: &["canary7f3a", "arn:aws:s3:::canary7f3a", "arn:aws:secretsmanager:eu-west-1:1:secret:"],
        ..OPTIONAL
    },
    Variable {
        name: "DIRECTORY_MODE",
        valid: &["list_users", "event"],
        malformed: &["canary7f3a", "LIST_USERS", "list_users,event"],
        ..OPTIONAL
    },
    EMAIL_DOMAINS,
    Variable { name: "LINK_ON_FIRST_SIGN_IN", valid: &["true", "false"], malformed: NOT_BOOLEAN, ..OPTIONAL },
    Variable {
        name: "TOKEN_USE_TABLE",
        valid: &["used-tokens", "a.b_c"],
        malformed: &["canary7f3a table", "a", "canary7f3a/table"],
        ..OPTIONAL
    },
    FUNCTION_NAME,
    REGION,
    Variable { name: "AWS_ACCESS_KEY_ID", ..CREDENTIAL },
    Variable { name: "AWS_SECRET_ACCESS_KEY", ..CREDENTIAL },
    Variable { name: "AWS_SESSION_TOKEN", required_in: &[], may_be_empty: true, ..CREDENTIAL },
    Variable { name: "AWS_ENDPOINT_URL", ..ENDPOINT },
    Variable { name: "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", ..ENDPOINT },
    Variable { name: "AWS_ENDPOINT_URL_SECRETS_MANAGER", ..ENDPOINT },
    Variable { name: "AWS_ENDPOINT_URL_DYNAMODB", ..ENDPOINT },
    Variable { name: "AWS_USE_FIPS_ENDPOINT", ..OTHER_ENDPOINTS },
    Variable { name: "AWS_USE_DUALSTACK_ENDPOINT", ..OTHER_ENDPOINTS },
    CA_BUNDLE,
];

const FUNCTION_NAME: Variable = Variable {
    name: "AWS_LAMBDA_FUNCTION_NAME",
    valid: &["verify-auth-challenge", "Verify_2"],
    malformed: &["canary7f3a function", "canary7f3a:1", "canary7f3a\n", LONG],
    ..REQUIRED
};

const OF_PRE_SIGN_UP: [Variable; 16] = [
    Variable {
        name: "SAML_PROVIDERS",
        valid: &["Okta", "Okta, Entra_ID"],
        malformed: &[
            "canary7f3a,",
            ",",
            "canary7f3a b",
            "Google",
            "Cognito",
            "canary7f3a,CANARY7f3a",
            "canary7f3a,canary7f3a_eu",
            LONG,
        ],
        ..REQUIRED
    },
    Variable {
        name: "SAML_NAME_ID_ATTRIBUTE",
        valid: &["custom:name_id"],
        malformed: &["canary7f3a", "email", "custom:", "custom:canary7f3acanary7f3ac"],
        ..OPTIONAL
    },
    EMAIL_DOMAINS,
    Variable {
        name: "CREATE_LOCAL_PROFILES",
        valid: &["email", "local"],
        malformed: &["canary7f3a", "true", "Email", "email,local"],
        ..OPTIONAL
    },
    FUNCTION_NAME,
    REGION,
    Variable { name: "AWS_ACCESS_KEY_ID", ..CREDENTIAL },
    Variable { name: "AWS_SECRET_ACCESS_KEY", ..CREDENTIAL },
    Variable { name: "AWS_SESSION_TOKEN", required_in: &[], may_be_empty: true, ..CREDENTIAL },
    Variable { name: "AWS_ENDPOINT_URL", ..ENDPOINT },
    Variable { name: "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", ..ENDPOINT },
    Variable { name: "AWS_ENDPOINT_URL_SECRETS_MANAGER", ..ENDPOINT },
    Variable { name: "AWS_ENDPOINT_URL_DYNAMODB", ..ENDPOINT },
    Variable { name: "AWS_USE_FIPS_ENDPOINT", ..OTHER_ENDPOINTS },
    Variable { name: "AWS_USE_DUALSTACK_ENDPOINT", ..OTHER_ENDPOINTS },
    CA_BUNDLE,
];

/// The variable names in the code of a trigger, without its tests: the capitalized texts in quotation marks.
fn names_in_code(trigger: &str) -> Result<BTreeSet<String>> {
    let mut files = Vec::new();
    let mut folders = vec![repository::root().join("triggers").join(trigger).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let code = std::fs::read_to_string(&path)?;
                let module = path.file_stem().context("no name")?.to_string_lossy().into_owned();
                files.push((format!("#[cfg(test)]\nmod {module};"), code));
            }
        }
    }
    // Libraries read the variables of Lambda, for the triggers that call AWS.
    if [VERIFY, PRE_SIGN_UP].contains(&trigger) {
        for library in ["shared/aws/src/environment.rs", "shared/http/src/tls.rs"] {
            let code = std::fs::read_to_string(repository::root().join(library))?;
            files.push(("#[cfg(test)]\nmod of_a_library;".to_owned(), code));
        }
    }
    let only_tested = |declaration: &str| files.iter().any(|(_, code)| code.contains(declaration));
    let shipped = files.iter().filter(|(declaration, _)| !only_tested(declaration));
    let shipped = shipped.filter_map(|(_, code)| code.split("#[cfg(test)]").next());
    // These look like variable names, and are user states of Cognito.
    let states = ["EXTERNAL_PROVIDER", "FORCE_CHANGE_PASSWORD"];
    let is_name = |text: &&str| {
        let capitals = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        capitals && text.contains('_') && !states.contains(text)
    };
    Ok(shipped.flat_map(|code| code.split('"')).filter(is_name).map(str::to_owned).collect())
}

/// The variable names in the README's table for a trigger.
fn names_in_readme(trigger: &str) -> Result<BTreeSet<String>> {
    let readme = std::fs::read_to_string(repository::root().join("README.md"))?;
    let function = trigger.strip_suffix("-auth-challenge").unwrap_or(trigger);
    let rows = readme.lines().filter_map(|line| line.strip_prefix(&format!("| {function} | ")));
    let names = rows.filter_map(|row| row.split(" | ").next());
    Ok(names.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect())
}

#[test]
fn every_variable_that_a_function_reads_is_listed_here_and_in_the_readme() -> Result<()> {
    for function in [DEFINE, CREATE, VERIFY, PRE_SIGN_UP] {
        let listed: BTreeSet<_> = of(function).iter().map(|variable| variable.name.to_owned()).collect();
        ensure!(names_in_code(function)? == listed, "{function}: {:?}", names_in_code(function)?);
        let explained = names_in_readme(function)?;
        let of_lambda = |name: &String| name.starts_with("AWS_") || name == "SSL_CERT_FILE";
        ensure!(listed.difference(&explained).all(of_lambda), "{function}: {explained:?}");
        ensure!(explained.is_subset(&listed), "{function}: {explained:?}");
    }
    Ok(())
}

#[test]
fn every_variable_has_valid_and_malformed_values() -> Result<()> {
    for variable in [DEFINE, CREATE, VERIFY, PRE_SIGN_UP].into_iter().flat_map(of) {
        let first = variable.malformed.first().with_context(|| variable.name)?;
        let is_file = variable.name == "SSL_CERT_FILE";
        ensure!(first.contains("canary7f3a") && variable.valid.is_empty() == is_file, "{}", variable.name);
    }
    Ok(())
}
