//! Attacks on the release binaries, by theme. Each is a way to sign in as another user, and must fail for its own
//! reason. Alice signs in first, so a broken set-up is never the reason.
//!
//! `denials` has the denials that do not depend on the audience mode.

#![expect(clippy::indexing_slicing, reason = "a JSON value is indexed by name, and made if it is missing")]

mod answers;
mod attack;
mod audience_access_token_jwt;
mod audience_id_token;
mod audience_introspection;
mod client_metadata;
mod forgeries;
mod hosts;
mod identity;
mod keys;
mod replays;
mod sessions;
mod times;
mod user_info;

use std::collections::HashSet;

/// Every table of named attacks.
const TABLES: &[&[&str]] = &[
    answers::json_answers::NAMES,
    audience_access_token_jwt::claims::NAMES,
    audience_id_token::claims::NAMES,
    audience_id_token::requiring_all::NAMES,
    audience_introspection::answers::NAMES,
    forgeries::id_token::NAMES,
    forgeries::access_token_jwt::NAMES,
    hosts::with_id_token::NAMES,
    hosts::with_access_token_jwt::NAMES,
    identity::ids::NAMES,
    identity::addresses::NAMES,
    identity::links::NAMES,
    identity::links_by_event::NAMES,
    replays::used_id_token::NAMES,
    replays::used_jwt::NAMES,
    replays::used_token_unchecked::NAMES,
    replays::nonces::NAMES,
    sessions::flows::NAMES,
    times::id_token::NAMES,
    times::access_token_jwt::NAMES,
    times::introspection::NAMES,
    user_info::bodies::NAMES,
];

#[test]
fn there_are_at_least_eighty_named_attacks() {
    let names: Vec<_> = TABLES.iter().copied().flatten().collect();
    let different: HashSet<_> = names.iter().collect();
    assert_eq!(different.len(), names.len());
    assert!(names.len() >= 80, "{}", names.len());
}
