//! The list of our client ids.

use super::*;

fn clients() -> ClientIds {
    ClientIds::parse("ours, also-ours").unwrap()
}

#[test]
fn a_client_id_is_compared_as_a_whole() {
    for (client, expected) in [("ours", true), ("also-ours", true), ("our", false), ("OURS", false), ("", false)] {
        assert_eq!(clients().contain(client), expected, "{client}");
    }
}

#[test]
fn a_list_with_an_invalid_client_id_is_refused() {
    let (longest, too_long) = ("a".repeat(255), "a".repeat(256));
    assert!(ClientIds::parse(&longest).is_ok());
    for text in ["", ",", "a,", "a b", "a\u{e4}", "a\n,b c", too_long.as_str()] {
        assert!(ClientIds::parse(text).is_err(), "{text:?}");
    }
}
