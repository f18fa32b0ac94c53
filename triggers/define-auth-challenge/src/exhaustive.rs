//! Tests every history that Cognito can send to Define. Exactly one of them leads to tokens.
//!
//! 17 names, 3 results and 4 kinds of metadata make 204 entries, and histories of up to five of them 3.5e11: too many
//! to test each. Two steps cover all of them:
//!
//! 1. Through JSON, every entry reads as one of 102, regardless of the entries before and after it: a result other than
//!    `true` counts as a wrong answer, and metadata that are `null` count as absent.
//! 2. Of these 102 entries, the handler gets every history: up to four entries with all names, and five entries with
//!    the names that the developer guide lists for `session`. The histories of up to four entries show that the handler
//!    treats the other names like one of those. `next_step` itself is tested with five entries of any kind.

use std::io::Write;
use std::num::NonZero;
use std::thread;

use aws_lambda_events::event::cognito::CognitoEventUserPoolsChallengeResult as Entry;
use cognito_trigger::{ChallengeEvent, DefineAuthChallenge, Event, Invocation};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::config::AllowedClients;
use crate::handler::handle;
use crate::next_step::NextStep;

/// The names that "Define Auth challenge Lambda trigger" in the developer guide lists for `session`.
const SESSION_NAMES: [&str; 9] = [
    "CUSTOM_CHALLENGE",
    "SRP_A",
    "PASSWORD_VERIFIER",
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
    "ADMIN_NO_SRP_AUTH",
];

/// The other values of `ChallengeName` in the API reference.
const OTHER_NAMES: [&str; 8] = [
    "NEW_PASSWORD_REQUIRED",
    "PASSWORD",
    "PASSWORD_SRP",
    "SMS_OTP",
    "SELECT_MFA_TYPE",
    "SELECT_CHALLENGE",
    "MFA_SETUP",
    "WEB_AUTHN",
];

/// Metadata: ours, those of another Create trigger, and none.
const METADATA: [Option<&str>; 3] = [Some("SALESFORCE_TOKEN"), Some("ROUND-1"), None];

/// The callers: the user exists in the pool or not, and the app client is allowed or not.
const CALLERS: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (false, false)];

type History = Vec<Option<Entry>>;

fn all_names() -> Vec<&'static str> {
    SESSION_NAMES.into_iter().chain(OTHER_NAMES).collect()
}

/// The entries with these names, as the handler sees them.
fn read(names: &[&str]) -> History {
    let mut entries = Vec::new();
    for name in names {
        for challenge_result in [true, false] {
            for metadata in METADATA {
                let mut entry = Entry::default();
                entry.challenge_name = Some((*name).to_owned());
                entry.challenge_result = challenge_result;
                entry.challenge_metadata = metadata.map(ToOwned::to_owned);
                entries.push(Some(entry));
            }
        }
    }
    entries
}

/// Every entry as Cognito can write it, and how the handler must read it.
fn written() -> Vec<(Value, Option<Entry>)> {
    let mut entries = Vec::new();
    for seen in read(&all_names()) {
        let Some(entry) = &seen else { continue };
        let results = if entry.challenge_result { vec![json!(true)] } else { vec![json!(false), Value::Null] };
        for result in results {
            let json = json!({
                "challengeName": entry.challenge_name, "challengeResult": result,
                "challengeMetadata": entry.challenge_metadata,
            });
            if entry.challenge_metadata.is_none() {
                let mut without = json.clone();
                without.as_object_mut().unwrap().remove("challengeMetadata");
                entries.push((without, seen.clone()));
            }
            entries.push((json, seen.clone()));
        }
    }
    entries
}

fn event(session: &[&Value]) -> DefineAuthChallenge {
    let event = to_raw_value(&json!({
        "triggerSource": "DefineAuthChallenge_Authentication", "callerContext": {"clientId": "allowed"},
        "request": {"session": session},
    }));
    DefineAuthChallenge::view(&Event::read(&event.unwrap())).unwrap()
}

/// The results of many histories.
#[derive(Default)]
struct Tally {
    cases: u64,
    challenged: Vec<(History, (bool, bool))>,
    issued: Vec<(History, (bool, bool))>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.challenged.extend(other.challenged);
        self.issued.extend(other.issued);
    }
}

/// Gives the handler every history of `length` entries whose last entry is one of `last`, for each caller.
fn every_history(entries: &[Option<Entry>], last: &[Option<Entry>], length: usize) -> Tally {
    let clients = |id: &str| AllowedClients::Only(vec![id.to_owned()]);
    let (listed, not_listed) = (clients("allowed"), clients("another"));
    let mut event = event(&[]);
    let mut tally = Tally::default();
    let mut digits = vec![0; length];
    let alphabet = |at: usize| if at + 1 == length { last } else { entries };
    event.request.session = (0..length).map(|at| alphabet(at)[0].clone()).collect();
    loop {
        for (user_exists, client_allowed) in CALLERS {
            event.request.user_not_found = !user_exists;
            let clients = if client_allowed { &listed } else { &not_listed };
            let invocation = Invocation { event: &event, request_id: "", time_left: None };
            let found = match handle(clients, &invocation) {
                NextStep::Fail(_) => None,
                NextStep::Challenge => Some(&mut tally.challenged),
                NextStep::IssueTokens => Some(&mut tally.issued),
            };
            if let Some(found) = found {
                found.push((event.request.session.clone(), (user_exists, client_allowed)));
                assert!(found.len() <= 2, "{found:?}");
            }
            tally.cases += 1;
        }
        // Counts up. The first entry changes fastest.
        let mut at = 0;
        while at < length && digits[at] + 1 == alphabet(at).len() {
            digits[at] = 0;
            event.request.session[at].clone_from(&alphabet(at)[0]);
            at += 1;
        }
        if at == length {
            return tally;
        }
        digits[at] += 1;
        event.request.session[at].clone_from(&alphabet(at)[digits[at]]);
    }
}

/// Does the same on all processors.
fn every_history_of(entries: &[Option<Entry>], length: usize) -> Tally {
    if length == 0 {
        return every_history(entries, &[], 0);
    }
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let parts = entries.chunks(entries.len().div_ceil(processors));
        let parts: Vec<_> = parts.map(|last| scope.spawn(move || every_history(entries, last, length))).collect();
        for part in parts {
            tally.add(part.join().unwrap());
        }
    });
    tally
}

/// The number of histories of up to `length` entries, for all callers.
fn number(entries: usize, length: u32) -> u64 {
    let entries = u64::try_from(entries).unwrap();
    (0..=length).map(|length| entries.pow(length)).sum::<u64>() * 4
}

#[test]
fn every_entry_is_read_as_expected() {
    let written = written();
    assert_eq!((written.len(), read(&all_names()).len()), (17 * 3 * 4, 17 * 2 * 3));
    for (json, seen) in &written {
        assert_eq!(event(&[json]).request.session, std::slice::from_ref(seen), "{json}");
    }
}

/// Each entry is combined with each other one at every distance in histories of two and of five entries. `PRIME` is a
/// prime number, so all steps from one entry to the next reach all entries.
#[test]
fn an_entry_is_read_independently_of_its_neighbours() {
    const PRIME: usize = 211;
    let written = written();
    for length in [2, 5] {
        for first in 0..PRIME {
            for step in 0..PRIME {
                let history = (0..length).map(|at| &written[(first + at * step) % PRIME % written.len()]);
                let (json, seen): (Vec<_>, Vec<_>) = history.map(|(json, seen)| (json, seen)).unzip();
                assert!(event(&json).request.session.iter().eq(seen), "{json:?}");
            }
        }
    }
}

/// Prints with `writeln!`, because the test harness shows `println!` only for a failed test.
#[test]
fn exactly_one_history_of_one_caller_gets_tokens() -> std::io::Result<()> {
    let (every_name, in_sessions) = (read(&all_names()), read(&SESSION_NAMES));
    let mut tally = Tally::default();
    for length in 0..=4 {
        tally.add(every_history_of(&every_name, length));
    }
    assert_eq!(tally.cases, number(every_name.len(), 4));
    let longest = every_history_of(&in_sessions, 5);
    assert_eq!(longest.cases, number(in_sessions.len(), 5) - number(in_sessions.len(), 4));
    tally.add(longest);

    let known = |user_exists| (vec![], (user_exists, true));
    assert_eq!(tally.challenged, [known(true), known(false)]);
    let [(history, caller)] = &tally.issued[..] else { panic!("{:?}", tally.issued) };
    assert_eq!((history.len(), *caller), (1, (true, true)));
    let entry = history[0].as_ref().unwrap();
    assert_eq!((entry.challenge_name.as_deref(), entry.challenge_result), (Some("CUSTOM_CHALLENGE"), true));
    assert_eq!(entry.challenge_metadata.as_deref(), Some("SALESFORCE_TOKEN"));

    let covered = number(written().len(), 5);
    let cases = tally.cases;
    writeln!(std::io::stdout(), "define: {cases} histories and callers tested one by one, which cover {covered}")
}
