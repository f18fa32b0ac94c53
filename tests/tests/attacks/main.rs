//! Attacks on the release binaries, by theme. Each is one way to get in as somebody else, and each is denied for a
//! reason of its own, in a world that has just let Alice in: a denial is never due to a broken set-up.
//!
//! What the triggers alone must refuse whatever the audience mode stands in `denials` and `abuse`.

#![expect(clippy::indexing_slicing, reason = "a JSON value is indexed by name, and made if it is missing")]

mod answers;
mod attack;
mod audience_access_token_jwt;
mod audience_id_token;
mod audience_introspection;
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
    answers::strangers_json::NAMES,
    audience_access_token_jwt::claims::NAMES,
    audience_id_token::claims::NAMES,
    audience_id_token::requiring_all::NAMES,
    audience_introspection::answers::NAMES,
    forgeries::id_token::NAMES,
    forgeries::access_token_jwt::NAMES,
    hosts::elsewhere::NAMES,
    hosts::elsewhere_by_jwt::NAMES,
    identity::ids::NAMES,
    identity::addresses::NAMES,
    identity::links::NAMES,
    identity::links_by_event::NAMES,
    replays::once::NAMES,
    replays::once_by_jwt::NAMES,
    replays::once_by_opaque_token::NAMES,
    replays::challenges::NAMES,
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
