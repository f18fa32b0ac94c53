//! The modes themselves; what each of them requires is tested beside its rules.

use super::*;

pub(crate) const DOMAIN: &str = "https://acme.my.salesforce.com";

fn clients() -> ClientIds {
    ClientIds::parse("ours, also-ours").unwrap()
}

/// Each mode once, for the app `ours` of the organization at [`DOMAIN`].
pub(crate) fn modes() -> [AudienceMode; 4] {
    let rules = IdTokenRules {
        clients: clients(),
        issuers: vec![DOMAIN.to_owned()],
        require_at_hash: false,
        require_nonce: false,
    };
    [
        AudienceMode::Unchecked,
        AudienceMode::IdToken(rules),
        AudienceMode::Introspection(clients()),
        AudienceMode::AccessTokenJwt { clients: clients(), domain: DOMAIN.to_owned() },
    ]
}

#[test]
fn a_mode_is_logged_by_the_name_under_which_it_is_configured() {
    assert_eq!(modes().map(|mode| mode.name()), ["unchecked", "id_token", "introspection", "access_token_jwt"]);
}

#[test]
fn a_client_is_known_by_its_whole_key() {
    for (client, expected) in [("ours", true), ("also-ours", true), ("our", false), ("OURS", false), ("", false)] {
        assert_eq!(clients().contain(client), expected, "{client}");
    }
}

#[test]
fn a_list_with_an_entry_that_is_no_consumer_key_is_refused() {
    let (longest, too_long) = ("a".repeat(255), "a".repeat(256));
    assert!(ClientIds::parse(&longest).is_ok());
    for text in ["", ",", "a,", "a b", "a\u{e4}", "a\n,b c", too_long.as_str()] {
        assert!(ClientIds::parse(text).is_err(), "{text:?}");
    }
}
