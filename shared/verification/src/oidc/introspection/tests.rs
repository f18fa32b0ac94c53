//! One valid baseline. Each test changes one member and expects one verdict.

use super::*;
use serde_json::json;

const NOW: u64 = 1_800_000_000;
const SUB: &str = "https://login.salesforce.com/id/00DSG000009FYVd2AO/005SG000008eiAbYAI";

fn with(name: &str, value: Value) -> Option<DenyReason> {
    let mut answer = json!({"active": true, "client_id": "ours", "sub": SUB, "exp": NOW + 60, "scope": "id"});
    answer[name] = value;
    let found = parse(answer.to_string().as_bytes()).unwrap();
    found.check(&ClientIds::parse("ours").unwrap(), |subject| subject == SUB, NOW).err()
}

#[test]
fn the_valid_baseline_is_accepted() {
    assert_eq!(with("token_type", json!("access_token")), None);
}

#[test]
fn each_member_is_denied_by_its_own_rule() {
    for (name, reason, values) in [
        ("active", DenyReason::IntrospectionInactive, [json!(false), json!("true"), json!(1), json!(null)]),
        ("client_id", DenyReason::IntrospectionClient, [json!("theirs"), json!(["ours"]), json!(""), json!(null)]),
        (
            "sub",
            DenyReason::IntrospectionSubject,
            [json!(SUB.replace("eiAb", "eiAa")), json!("x"), json!(1), json!(null)],
        ),
        ("exp", DenyReason::IntrospectionExpired, [json!(NOW), json!("1900000000"), json!(1.5e10), json!(null)]),
    ] {
        for value in values {
            assert_eq!(with(name, value.clone()), Some(reason), "{name} {value}");
        }
    }
}

#[test]
fn json_of_another_shape_is_denied_and_other_text_is_unavailable() {
    for body in ["[]", "null", "true", r#"{"active":false,"active":true}"#] {
        let refusal = parse(body.as_bytes()).unwrap_err();
        assert_eq!(refusal, Refusal::Denied(DenyReason::IntrospectionInactive), "{body}");
    }
    for body in ["", "<html>", "{"] {
        assert_eq!(parse(body.as_bytes()).unwrap_err().to_string(), "salesforce-introspection-unreadable", "{body}");
    }
}

#[test]
fn only_two_error_codes_are_about_the_token() {
    for (body, expected) in [
        (r#"{"error":"unsupported_token_type"}"#, true),
        (r#"{"error":"invalid_token"}"#, true),
        (r#"{"error":"invalid_client"}"#, false),
        (r#"{"error":["invalid_token"]}"#, false),
        ("{}", false),
        ("invalid_token", false),
    ] {
        assert_eq!(judge_error(body.as_bytes()).is_err(), expected, "{body}");
    }
}
