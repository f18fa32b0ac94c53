//! Several variables are bad: one log line names all of them.

use anyhow::Result;
use integration_tests::cognito::{PRE_SIGN_UP, VERIFY};
use integration_tests::proofs::Mode;

use crate::variables::of;
use crate::{CANARY, Change, of_mode, refuses};

const MODE: &str = "SALESFORCE_AUDIENCE_MODE";

/// A bad value for every variable except the audience mode, because the mode decides which variables are allowed.
fn all_bad(mode: Mode) -> Vec<Change<'static>> {
    let others = of(VERIFY).iter().filter(|variable| variable.name != MODE);
    others.map(|variable| (variable.name, variable.bad_in(mode))).collect()
}

#[test]
fn every_bad_variable_is_named_at_once() -> Result<()> {
    for mode in Mode::ALL {
        let bad = all_bad(mode);
        let named: Vec<_> = bad.iter().map(|(name, _)| *name).collect();
        refuses(VERIFY, &[of_mode(mode), bad].concat(), &named)?;
    }
    Ok(())
}

#[test]
fn every_bad_variable_of_the_sign_up_trigger_is_named_at_once() -> Result<()> {
    let bad: Vec<_> =
        of(PRE_SIGN_UP).iter().map(|variable| (variable.name, variable.malformed.first().copied())).collect();
    let named: Vec<_> = bad.iter().map(|(name, _)| *name).collect();
    refuses(PRE_SIGN_UP, &bad, &named).map(drop)
}

#[test]
fn every_missing_variable_is_named_at_once() -> Result<()> {
    for mode in Mode::ALL {
        let required =
            of(VERIFY).iter().filter(|variable| variable.required_in.contains(&mode) && variable.name != MODE);
        let named: Vec<_> = required.map(|variable| variable.name).collect();
        let missing = named.iter().map(|name| (*name, None));
        refuses(VERIFY, &of_mode(mode).into_iter().chain(missing).collect::<Vec<_>>(), &named)?;
    }
    Ok(())
}

#[test]
fn any_two_bad_variables_are_both_named() -> Result<()> {
    let bad = all_bad(Mode::IdToken);
    for (index, one) in bad.iter().enumerate() {
        for other in bad.iter().skip(index + 1) {
            refuses(VERIFY, &[of_mode(Mode::IdToken), vec![*one, *other]].concat(), &[one.0, other.0])?;
        }
    }
    Ok(())
}

#[test]
fn with_an_unknown_mode_all_other_bad_variables_are_named() -> Result<()> {
    for mode in [None, Some(""), Some(CANARY)] {
        let others = of(VERIFY).iter().filter(|variable| variable.refused_in.is_empty() && variable.name != MODE);
        let bad: Vec<_> = others.map(|variable| (variable.name, variable.malformed.first().copied())).collect();
        let named: Vec<_> = bad.iter().map(|(name, _)| *name).chain([MODE]).collect();
        refuses(VERIFY, &[bad, vec![(MODE, mode)]].concat(), &named)?;
    }
    Ok(())
}
