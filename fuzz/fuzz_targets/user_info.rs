//! The body of UserInfo: a claim has the value in the JSON if its type is right, and is absent otherwise.
#![no_main]

use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::members::members;
use serde_json::Value;
use salesforce::{UserInfo, user_info};
use verification::{Cause, DenyReason, Refusal};

const NAMES: [&str; 8] = [
    "sub",
    "organization_id",
    "user_id",
    "email",
    "email_verified",
    "active",
    "user_type",
    "is_salesforce_integration_user",
];

fuzz_target!(|body: &[u8]| {
    let said = std::str::from_utf8(body).ok().and_then(|_| members(body, &NAMES));
    match user_info::parse(body) {
        Ok(info) => {
            let said = said.expect("the claims are from an object without repeated members");
            agree(&info, |name| said.get(name));
        }
        Err(Refusal::Denied(reason)) => {
            assert_eq!((reason, said), (DenyReason::UserInfoMalformed, None));
        }
        Err(Refusal::Unavailable(unavailable)) => {
            assert_eq!((unavailable.cause, said), (Cause::Unreadable, None));
            assert!(serde_json::from_slice::<Value>(body).is_err());
        }
    }
});

fn agree<'a>(info: &UserInfo, said: impl Fn(&str) -> Option<&'a Value>) {
    let text = |name| said(name).and_then(Value::as_str);
    let flag = |name| said(name).and_then(Value::as_bool);
    assert_eq!(info.sub.as_deref(), text("sub"));
    assert_eq!(info.organization_id.as_deref(), text("organization_id"));
    assert_eq!(info.user_id.as_deref(), text("user_id"));
    assert_eq!(info.email.as_deref(), text("email"));
    assert_eq!(info.user_type.as_deref(), text("user_type"));
    assert_eq!((info.email_verified, info.active), (flag("email_verified"), flag("active")));
    let integration_user = match said("is_salesforce_integration_user") {
        None => "Absent",
        Some(Value::Bool(false)) => "NotMarked",
        Some(_) => "Marked",
    };
    assert_eq!(format!("{:?}", info.integration_user), integration_user);
}
