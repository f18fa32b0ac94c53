//! Mode `introspection`: Salesforce names the app of the token (RFC 7662).

use serde::Deserialize;
use serde_json::Value;

use super::ClientIds;
use crate::deny_reason::{DenyReason, require};
use crate::refusal::Refusal;
use crate::strict_json::{self, Members, Unreadable, seconds, text};
use crate::unavailable::{Cause, Service, Unavailable};

/// The members of an introspection answer that the rules look at.
#[derive(Debug, Deserialize)]
pub struct Introspection {
    #[serde(default)]
    active: Value,
    #[serde(default)]
    client_id: Value,
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    exp: Value,
}

/// Reads the body of a 200 answer.
///
/// # Errors
/// Unavailable if it is not JSON. JSON of another shape is an answer, and denied.
pub fn parse(body: &[u8]) -> Result<Introspection, Refusal> {
    match strict_json::read(body) {
        Ok(Members(found)) => Ok(found),
        Err(Unreadable::OtherShape) => Err(DenyReason::IntrospectionInactive.into()),
        Err(Unreadable::NotJson) => {
            Err(Unavailable::new(Service::SalesforceIntrospection, Cause::Unreadable, "the body is not JSON").into())
        }
    }
}

/// Judges the body of an error: denied if the *token* is at fault (RFC 6749 section 5.2), and not our client.
///
/// # Errors
/// The denial.
pub fn judge_error(body: &[u8]) -> Result<(), DenyReason> {
    #[derive(Deserialize)]
    struct Problem {
        #[serde(default)]
        error: Value,
    }
    let problem: Result<Members<Problem>, _> = serde_json::from_slice(body);
    let of_token = problem
        .is_ok_and(|Members(problem)| problem.error == "unsupported_token_type" || problem.error == "invalid_token");
    require(!of_token, DenyReason::IntrospectionInactive)
}

impl Introspection {
    /// Judges the answer. `is_person` says whether a subject is the person whom the provider named for the token.
    ///
    /// # Errors
    /// The rule that denies.
    pub fn check(&self, clients: &ClientIds, is_person: impl Fn(&str) -> bool, now: u64) -> Result<(), DenyReason> {
        // 1. The token is active: the boolean, not a word.
        require(self.active == Value::Bool(true), DenyReason::IntrospectionInactive)?;
        // 2. It was issued to our app.
        require(text(&self.client_id).is_some_and(|id| clients.contain(id)), DenyReason::IntrospectionClient)?;
        // 3. It is the token of that person.
        require(text(&self.sub).is_some_and(is_person), DenyReason::IntrospectionSubject)?;
        // 4. It ends in the future, by the provider's own clock and ours.
        require(seconds(&self.exp).is_some_and(|exp| now < exp), DenyReason::IntrospectionExpired)
    }
}

#[cfg(test)]
mod tests;
