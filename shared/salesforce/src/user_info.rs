//! Parses Salesforce's UserInfo response. Pure: the client only fetches it.
//!
//! A claim of the wrong type becomes `None`, and the rules deny because of it. For example, `"true"` is not `true`.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use verification::strict_json::{self, Members, ParseError};
use verification::{Cause, DenyReason, Refusal, Service, Unavailable};

/// The claims of the UserInfo endpoint that the rules read.
/// <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_userinfo_endpoint.htm>
#[derive(Clone, Default)]
pub struct UserInfo {
    /// A URL that ends in `/id/<organization>/<user>`; its host varies.
    pub sub: Option<String>,
    /// The organization of the user, 18 characters in practice.
    pub organization_id: Option<String>,
    /// The user, 18 characters in practice.
    pub user_id: Option<String>,
    /// The user's e-mail address. It is not unique, neither in an organization nor across organizations.
    pub email: Option<String>,
    /// Whether the user has verified `email`.
    pub email_verified: Option<bool>,
    /// `false` for a deactivated user.
    pub active: Option<bool>,
    /// `STANDARD` for the organization's own users. Portal and guest users have other types.
    pub user_type: Option<String>,
    /// Whether this is an integration user, as which systems sign in.
    pub integration_user: IntegrationUser,
}

/// The claim `is_salesforce_integration_user`. Older responses leave it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IntegrationUser {
    /// The claim is absent.
    #[default]
    Absent,
    /// The claim is `false`.
    NotMarked,
    /// The claim has any other value.
    Marked,
}

/// Judges the status and the content type. `Ok` means that the body has to be read.
///
/// Salesforce responds to a bad token with 403 and the text `Bad_OAuth_Token`, where RFC 6750 requires 401. It responds
/// with 404 for an unknown or inactive user or organization. The body of such a response is not read.
///
/// # Errors
/// A [`Refusal`], which follows only from the status and the content type.
pub fn judge_head(status: u16, content_type: Option<&str>) -> Result<(), Refusal> {
    match status {
        401 | 403 | 404 => Err(DenyReason::TokenRejected.into()),
        _ => match Cause::from_head(status, content_type) {
            Some(cause) => Err(unavailable(cause, format_args!("HTTP status {status}"))),
            None => Ok(()),
        },
    }
}

fn unavailable(cause: Cause, detail: impl fmt::Display) -> Refusal {
    Unavailable::new(Service::Salesforce, cause, detail).into()
}

/// Unknown members are skipped. Each of these members may occur at most once.
#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    organization_id: Value,
    #[serde(default)]
    user_id: Value,
    #[serde(default)]
    email: Value,
    #[serde(default)]
    email_verified: Value,
    #[serde(default)]
    active: Value,
    #[serde(default)]
    user_type: Value,
    #[serde(default, deserialize_with = "present")]
    is_salesforce_integration_user: IntegrationUser,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<IntegrationUser, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(if value == Value::Bool(false) { IntegrationUser::NotMarked } else { IntegrationUser::Marked })
}

/// Reads the body of a response with status 200.
///
/// # Errors
/// Unavailable if the body is not JSON. Denied if it is JSON of another shape, because that is a definite response.
pub fn parse(body: &[u8]) -> Result<UserInfo, Refusal> {
    let Members(wire): Members<Wire> = strict_json::read(body).map_err(|error| match error {
        ParseError::WrongShape => DenyReason::UserInfoMalformed.into(),
        ParseError::NotJson => unavailable(Cause::Unreadable, "the body is not JSON"),
    })?;
    Ok(UserInfo {
        sub: text(wire.sub),
        organization_id: text(wire.organization_id),
        user_id: text(wire.user_id),
        email: text(wire.email),
        email_verified: wire.email_verified.as_bool(),
        active: wire.active.as_bool(),
        user_type: text(wire.user_type),
        integration_user: wire.is_salesforce_integration_user,
    })
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn claims(body: &str) -> UserInfo {
        parse(body.as_bytes()).unwrap()
    }

    fn cause<T>(refused: Result<T, Refusal>) -> Option<Cause> {
        match refused {
            Err(Refusal::Unavailable(unavailable)) => Some(unavailable.cause),
            _ => None,
        }
    }

    fn denial(body: &str) -> Option<DenyReason> {
        match parse(body.as_bytes()) {
            Err(Refusal::Denied(reason)) => Some(reason),
            _ => None,
        }
    }

    #[test]
    fn a_claim_of_the_wrong_type_counts_as_absent() {
        let info = claims(r#"{"email_verified":"true","active":1,"email":["a@example.com"],"user_id":null,"sub":5}"#);
        assert_eq!((info.email_verified, info.active), (None, None));
        assert_eq!((info.email, info.user_id, info.sub), (None, None, None));
    }

    #[test]
    fn an_integration_user_claim_other_than_false_counts_as_marked() {
        assert_eq!(claims("{}").integration_user, IntegrationUser::Absent);
        for (value, expected) in [
            ("false", IntegrationUser::NotMarked),
            ("true", IntegrationUser::Marked),
            ("\"false\"", IntegrationUser::Marked),
            ("null", IntegrationUser::Marked),
            ("0", IntegrationUser::Marked),
        ] {
            let info = claims(&format!(r#"{{"is_salesforce_integration_user":{value}}}"#));
            assert_eq!(info.integration_user, expected, "{value}");
        }
    }

    #[test]
    fn a_repeated_claim_is_denied_because_two_readers_could_differ() {
        assert_eq!(denial(r#"{"email":"a@example.com","email":"b@example.com"}"#), Some(DenyReason::UserInfoMalformed));
    }

    #[test]
    fn json_that_is_not_an_object_is_denied() {
        for body in ["[]", " [null, null]", "null", "\"a\"", "1", r#"[{"errorCode":"INVALID_SESSION_ID"}]"#] {
            assert_eq!(denial(body), Some(DenyReason::UserInfoMalformed), "{body}");
        }
    }

    #[test]
    fn a_body_that_is_not_json_is_unavailable() {
        let deep = format!("{{\"email\":{}", "[".repeat(60_000));
        for body in ["", "<html>", "{\"email\":", "Bad_OAuth_Token", "{} {}", deep.as_str()] {
            assert_eq!(cause(parse(body.as_bytes())), Some(Cause::Unreadable), "{body:.20}");
        }
        for body in [b"{\"email\":\"\xff\"}".as_slice(), b"{\"other\":\"\xff\"}"] {
            assert_eq!(cause(parse(body)), Some(Cause::Unreadable));
        }
    }

    #[test]
    fn an_unpaired_surrogate_in_a_claim_is_denied() {
        assert_eq!(denial(r#"{"email":"\ud800@example.com"}"#), Some(DenyReason::UserInfoMalformed));
    }

    #[test]
    fn the_response_head_is_accepted_denied_or_unavailable() {
        let json = Some("application/json;charset=UTF-8");
        assert_eq!(judge_head(200, json), Ok(()));
        assert_eq!(judge_head(200, Some("APPLICATION/JSON")), Ok(()));
        for status in [401, 403, 404] {
            assert_eq!(judge_head(status, json), Err(DenyReason::TokenRejected.into()), "{status}");
        }
        for content_type in [None, Some(""), Some("text/html"), Some("application/jsonp"), Some("text/json")] {
            assert_eq!(cause(judge_head(200, content_type)), Some(Cause::NotJson), "{content_type:?}");
        }
        for (status, cause) in [
            (429, Cause::Throttled),
            (302, Cause::Redirected),
            (307, Cause::Redirected),
            (500, Cause::Failed),
            (503, Cause::Failed),
            (204, Cause::Failed),
            (206, Cause::Failed),
            (400, Cause::Failed),
            (100, Cause::Failed),
        ] {
            assert_eq!(self::cause(judge_head(status, json)), Some(cause), "{status}");
        }
    }

    /// JSON values of all types, for claims.
    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
            proptest::collection::vec(any::<bool>(), 0..3).prop_map(Value::from),
            Just(Value::Object(serde_json::Map::new())),
        ]
    }

    proptest! {
        #[test]
        fn a_claim_is_the_value_in_the_body_or_absent(
            text in value(), flag in value(), integration in proptest::option::of(value()), other in "[a-z]{3}",
        ) {
            let mut body = serde_json::json!({"email": text, "organization_id": text, "active": flag, "x": other});
            if let Some(integration) = &integration {
                body["is_salesforce_integration_user"] = integration.clone();
            }
            let info = claims(&body.to_string());
            prop_assert_eq!((info.email.as_deref(), info.organization_id.as_deref()), (text.as_str(), text.as_str()));
            prop_assert_eq!((info.active, info.email_verified), (flag.as_bool(), None));
            let expected = match integration {
                None => IntegrationUser::Absent,
                Some(Value::Bool(false)) => IntegrationUser::NotMarked,
                Some(_) => IntegrationUser::Marked,
            };
            prop_assert_eq!(info.integration_user, expected);
        }

        #[test]
        fn a_claim_that_occurs_twice_is_denied(first in value(), second in value(), place in 0..8_usize) {
            let name = ["sub", "organization_id", "user_id", "email", "email_verified", "active", "user_type",
                "is_salesforce_integration_user"][place];
            let body = format!(r#"{{"{name}":{first},"other":1,"{name}":{second}}}"#);
            prop_assert_eq!(denial(&body), Some(DenyReason::UserInfoMalformed));
        }

        #[test]
        fn the_parser_never_panics_on_a_body(body in proptest::collection::vec(any::<u8>(), 0..128)) {
            let _ = parse(&body);
        }
    }
}
