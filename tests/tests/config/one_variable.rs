//! One variable is missing, empty, malformed or belongs to another mode. All others are valid.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::Result;
use integration_tests::ca::CertificateAuthority;
use integration_tests::cognito::{CREATE, DEFINE, PRE_SIGN_UP, VERIFY};
use integration_tests::proofs::Mode;
use integration_tests::secrets::Secrets;

use crate::variables::{Variable, of};
use crate::{Change, of_mode, refuses, starts, starts_in};

/// Every variable of every function, with a mode in which the variable is allowed, and the changes for this mode.
fn all() -> impl Iterator<Item = (&'static str, &'static Variable, Mode, Vec<Change<'static>>)> {
    [DEFINE, CREATE, VERIFY, PRE_SIGN_UP].into_iter().flat_map(|function| {
        of(function).iter().map(move |variable| {
            let is_allowed = |mode: &Mode| !variable.refused_in.contains(mode);
            let mode = Mode::ALL.into_iter().find(is_allowed).unwrap_or_default();
            (function, variable, mode, if function == VERIFY { of_mode(mode) } else { Vec::new() })
        })
    })
}

#[test]
fn a_required_variable_that_is_missing_is_named() -> Result<()> {
    for variable in of(VERIFY) {
        for mode in variable.required_in {
            refuses(VERIFY, &[of_mode(*mode), vec![(variable.name, None)]].concat(), &[variable.name])?;
        }
    }
    let required = of(PRE_SIGN_UP).iter().filter(|variable| !variable.required_in.is_empty());
    for variable in required {
        refuses::<&str>(PRE_SIGN_UP, &[(variable.name, None)], &[variable.name])?;
    }
    Ok(())
}

#[tokio::test]
async fn an_optional_variable_may_be_missing() -> Result<()> {
    starts(DEFINE, &[("ALLOWED_CLIENT_IDS", None)])?;
    starts(CREATE, &[("SALESFORCE_DOMAIN_URL", None)])?;
    let optional = of(PRE_SIGN_UP).iter().filter(|variable| variable.required_in.is_empty());
    starts(PRE_SIGN_UP, &optional.map(|variable| (variable.name, None)).collect::<Vec<_>>())?;
    let secrets = Secrets::start().await;
    for mode in Mode::ALL {
        let optional = of(VERIFY).iter().filter(|variable| !variable.required_in.contains(&mode));
        starts_in(mode, &secrets, &optional.map(|variable| (variable.name, None)).collect::<Vec<_>>())?;
    }
    Ok(())
}

#[test]
fn an_empty_or_blank_value_is_refused() -> Result<()> {
    for (function, variable, _, mode) in all() {
        for blank in ["", "  "] {
            if !(blank.is_empty() && variable.may_be_empty) {
                let changes = [mode.clone(), vec![(variable.name, Some(blank))]].concat();
                refuses(function, &changes, &[variable.name])?;
            }
        }
    }
    Ok(())
}

#[test]
fn an_empty_variable_of_lambda_counts_as_absent() -> Result<()> {
    for function in [VERIFY, PRE_SIGN_UP] {
        for variable in of(function).iter().filter(|variable| variable.may_be_empty) {
            starts(function, &[(variable.name, Some(""))])?;
        }
    }
    Ok(())
}

#[test]
fn malformed_values_are_refused() -> Result<()> {
    for (function, variable, _, mode) in all() {
        for value in variable.malformed {
            refuses(function, &[mode.clone(), vec![(variable.name, Some(*value))]].concat(), &[variable.name])?;
        }
    }
    Ok(())
}

#[test]
fn a_value_that_is_not_utf8_is_refused() -> Result<()> {
    for (function, variable, _, mode) in all() {
        let mode = mode.into_iter().map(|(name, value)| (name, value.map(OsStr::new)));
        let bytes = (variable.name, Some(OsStr::from_bytes(b"a\xff")));
        refuses(function, &mode.chain([bytes]).collect::<Vec<_>>(), &[variable.name])?;
    }
    Ok(())
}

#[tokio::test]
async fn valid_values_are_accepted() -> Result<()> {
    let secrets = Secrets::start().await;
    for (function, variable, mode, _) in all() {
        // `starts_in` sets the mode, with the endpoint of Secrets Manager.
        let values = variable.valid.iter().filter(|_| variable.name != "SALESFORCE_AUDIENCE_MODE");
        for value in values {
            match function {
                VERIFY => starts_in(mode, &secrets, &[(variable.name, Some(*value))])?,
                _ => starts(function, &[(variable.name, Some(*value))])?,
            }
        }
    }
    Ok(())
}

#[test]
fn a_ca_bundle_is_accepted() -> Result<()> {
    let ca = CertificateAuthority::new()?;
    let file = ca.file().to_string_lossy().into_owned();
    [VERIFY, PRE_SIGN_UP].iter().try_for_each(|function| starts(function, &[("SSL_CERT_FILE", Some(file.as_str()))]))
}

#[test]
fn a_setting_of_another_mode_is_refused() -> Result<()> {
    for variable in of(VERIFY) {
        for mode in variable.refused_in {
            for value in variable.valid.iter().chain(&[""]) {
                refuses(VERIFY, &[of_mode(*mode), vec![(variable.name, Some(*value))]].concat(), &[variable.name])?;
            }
        }
    }
    Ok(())
}
