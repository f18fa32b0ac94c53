//! Mode `introspection`: the introspection endpoint (RFC 7662) says to which client the token was issued.

use serde::Deserialize;
use serde_json::Value;

use super::ClientIds;
use crate::deny_reason::{DenyReason, require};
use crate::refusal::Refusal;
use crate::strict_json::{self, Members, ParseError, seconds, text};
use crate::unavailable::{Cause, Service, Unavailable};

/// The members of an introspection response that the rules read.
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

/// Reads the body of a response with status 200.
///
/// # Errors
/// Unavailable if the body is not JSON. Denied if it is JSON of another shape, because that is a definite response.
pub fn parse(body: &[u8]) -> Result<Introspection, Refusal> {
    match strict_json::read(body) {
        Ok(Members(found)) => Ok(found),
        Err(ParseError::WrongShape) => Err(DenyReason::IntrospectionInactive.into()),
        Err(ParseError::NotJson) => {
            Err(Unavailable::new(Service::SalesforceIntrospection, Cause::Unreadable, "the body is not JSON").into())
        }
    }
}

/// Judges the body of an error response. It is a denial only if the *token* is at fault (RFC 6749 section 5.2). Any
/// other error is about our own client.
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
    /// Judges the response. `is_person` says whether a subject is the user that UserInfo names for the token.
    ///
    /// # Errors
    /// The reason of the first rule that denies.
    pub fn check(&self, clients: &ClientIds, is_person: impl Fn(&str) -> bool, now: u64) -> Result<(), DenyReason> {
        // 1. The token is active: `true`, not `"true"`.
        require(self.active == Value::Bool(true), DenyReason::IntrospectionInactive)?;
        // 2. The token was issued to our app.
        require(text(&self.client_id).is_some_and(|id| clients.contain(id)), DenyReason::IntrospectionClient)?;
        // 3. The token belongs to that user.
        require(text(&self.sub).is_some_and(is_person), DenyReason::IntrospectionSubject)?;
        // 4. The token has not expired by our clock, without skew. The provider has already checked it by its own clock
        //    (`active`).
        require(seconds(&self.exp).is_some_and(|exp| now < exp), DenyReason::IntrospectionExpired)
    }
}

#[cfg(test)]
mod tests;
