//! Mode `introspection`: Salesforce names the app of the token (RFC 7662).

use serde::Deserialize;
use serde_json::Value;

use super::ClientIds;
use crate::deny_reason::{DenyReason, require};
use crate::refusal::Refusal;
use crate::salesforce_id::{Identity, parse_subject};
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

/// Whether the body of an error says that the *token* is at fault (RFC 6749 section 5.2), and not our client.
pub fn blames_token(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Problem {
        #[serde(default)]
        error: Value,
    }
    let problem: Result<Members<Problem>, _> = serde_json::from_slice(body);
    problem.is_ok_and(|Members(problem)| problem.error == "unsupported_token_type" || problem.error == "invalid_token")
}

impl Introspection {
    pub(crate) fn check(&self, clients: &ClientIds, identity: Identity, now: u64) -> Result<(), DenyReason> {
        // 1. The token is active: the boolean, not a word.
        require(self.active == Value::Bool(true), DenyReason::IntrospectionInactive)?;
        // 2. It was issued to our app.
        require(text(&self.client_id).is_some_and(|id| clients.contain(id)), DenyReason::IntrospectionClient)?;
        // 3. It is the token of the person whom UserInfo names.
        let subject = text(&self.sub).and_then(parse_subject);
        require(subject == Some(identity), DenyReason::IntrospectionSubject)?;
        // 4. It ends in the future, by Salesforce's own clock and ours.
        require(seconds(&self.exp).is_some_and(|exp| now < exp), DenyReason::IntrospectionExpired)
    }
}

#[cfg(test)]
mod tests;
