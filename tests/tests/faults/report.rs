//! Writes `docs/faults.md` from the measured outcomes.

use std::fmt::Write;

use anyhow::{Result, ensure};
use integration_tests::faults::Fault;
use integration_tests::repository;

use crate::case::Case;
use crate::outcome::{Ended, Outcome, Verdict, expected};

const HEAD: &str = "# Faults

How the release binary of Verify reacts to every fault of Salesforce and of the directory, alone and together.
`make faults` writes this page from the results of the tests in `tests/tests/faults`. The tests fail while the page is
different.

- **Cold**: the fault begins before the process starts. **Warm**: a user has signed in, and the connections are kept;
  then the fault begins. A fault of new connections closes the kept ones first; any other fault affects the next request
  on them. A new process opens its connections before the first invocation, so a fault that occurs once affects those.
- **Ended**: *at once*, by a response or by the end of a connection; *after one connect limit* of 1 s; *by the connect
  limit*, two tries of 1 s each; *by the deadline* of 4 s. Every case ended in less than 4.75 s. The time of a cold case
  begins at the start of the process, and that of a warm case at the invocation.
- **Requests**: how many complete requests reached the service. This is how often it received the token or the address.
  After one second without a response head, Verify sends the request once more over a new connection, and continues to
  wait for the first one.

*Unavailable* is the error `temporarily_unavailable` without any detail; *denied* is a response without any text. The
log contained neither the token nor the address, and Verify followed no redirect. After the end of a fault of one
service, the same process signed the next caller in.
";

const TOGETHER: &str = "
## Together

Each fault of Salesforce (rows) with each fault of the directory (columns), by the numbers above; 0 is no fault. In the
mode of these tests, `unchecked`, Verify calls the directory only after a good response of Salesforce. Without one, the
fault of the directory has no effect.

`A` allowed, `N` denied, `S` and `D` unavailable with the reason of Salesforce or of the directory as above;
`0` at once, `1` after one connect limit, `2` by the connect limit, `4` by the deadline; `--` not tested.
";

const TAIL: &str = "
## At any moment

Other tests end the connections to Salesforce, to the directory, or to all services that Verify calls, after a number of
bytes of requests and responses together: new connections and kept ones, in an orderly way and by a reset. Before the
last byte of the last response there is no sign-in, only `temporarily_unavailable`, and no token is recorded as used
before the link is written. If a single connection ends before the body of a response, the sign-in still succeeds. If a
service stops while Verify waits for it, the sign-in ends at once.

## Other tests

The signing keys, introspection, the table of used tokens and the writing of the link use the same adapters as the two
services above. Each of their failures is in `tests/tests/faults/services.rs`.

In these tests the resolver fails because of a name for which no query is possible. The connect limit also ends the wait
for a name server that does not respond. No test simulates that, because the C library takes the address of its name
server from `/etc/resolv.conf` only. A connection that is refused only once is not tested either: Linux refuses it, and
no server learns of it. The reset of a new connection takes its place.
";

pub fn render(results: &[(Case, Outcome)]) -> Result<String> {
    let mut page = HEAD.to_owned();
    let mut heading = "";
    for (fault, number) in Fault::ALL.into_iter().zip(1..) {
        if heading != group(fault) {
            heading = group(fault);
            write!(page, "\n## {heading}\n\n")?;
            page += "| no. | fault | of | | verdict | reason | ended | requests |\n|---|---|---|---|---|---|---|---|\n";
        }
        for of_salesforce in [true, false] {
            for (starts, row) in rows(results, fault, of_salesforce) {
                let of = if of_salesforce { "Salesforce" } else { "directory" };
                writeln!(page, "| {number} | {} | {of} | {starts} | {row} |", fault.name())?;
            }
        }
    }
    page += TOGETHER;
    for warm in [false, true] {
        let title = if warm { "Warm" } else { "Cold" };
        write!(page, "\n{title}:\n\n```\n{}```\n", matrix(results, warm)?)?;
    }
    write!(page, "\nThese are {} cases.\n{TAIL}", results.len())?;
    Ok(page)
}

/// Writes the page if `UPDATE_DOCS` is 1. Otherwise it fails if the page is different.
pub fn publish(page: &str) -> Result<()> {
    let file = repository::root().join("docs/faults.md");
    #[expect(clippy::disallowed_methods, reason = "set by `make faults`; nothing of the product is configured by it")]
    let update = std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1");
    if update {
        return Ok(std::fs::write(file, page)?);
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    ensure!(written == page, "docs/faults.md differs from the results: run `make faults`, and look at the changes");
    Ok(())
}

const fn group(fault: Fault) -> &'static str {
    match fault {
        Fault::Refuses
        | Fault::BlackHole
        | Fault::NoSuchName
        | Fault::StallsTls
        | Fault::ForeignCertificate
        | Fault::CertificateOfAnotherHost => "No connection",
        Fault::HangsUp | Fault::CutInHead | Fault::CutInBody => "A connection that ends",
        Fault::Silent | Fault::Trickles | Fault::TricklesBody => "A connection that stalls",
        Fault::SaysNo => "For comparison: a definite response",
        Fault::ClosedMeanwhile
        | Fault::ClosedWhileFrozen
        | Fault::HangsUpOnce
        | Fault::CutInHeadOnce
        | Fault::ResetsOnce
        | Fault::StallsTlsOnce => "Faults that a second try repairs",
        _ => "A response that is not usable",
    }
}

/// The outcome of a fault, cold and warm; one row if both are the same.
fn rows(results: &[(Case, Outcome)], fault: Fault, of_salesforce: bool) -> Vec<(&'static str, String)> {
    let row = |warm| {
        let (salesforce, directory) = if of_salesforce { (Some(fault), None) } else { (None, Some(fault)) };
        let case = Case { salesforce, directory, warm };
        match (result(results, case), expected(case)) {
            (Some(outcome), _) => alone(outcome, of_salesforce),
            (None, Err(why)) => format!("not tested: {why} | | |"),
            (None, Ok(_)) => "not measured | | |".to_owned(),
        }
    };
    let (cold, warm) = (row(false), row(true));
    if cold == warm { vec![("cold, warm", cold)] } else { vec![("cold", cold), ("warm", warm)] }
}

fn result(results: &[(Case, Outcome)], wanted: Case) -> Option<&Outcome> {
    results.iter().find(|(case, _)| *case == wanted).map(|(_, outcome)| outcome)
}

fn alone(outcome: &Outcome, of_salesforce: bool) -> String {
    let (verdict, reason) = match &outcome.verdict {
        Verdict::Allowed => ("allowed", String::new()),
        Verdict::Denied(reason) => ("denied", format!(" `{reason}`")),
        Verdict::Unavailable(reason) => ("unavailable", format!(" `{reason}`")),
    };
    let ended = match outcome.ended {
        Ended::AtOnce => "at once",
        Ended::AfterOneConnectLimit => "after one connect limit",
        Ended::ByConnectLimit => "by the connect limit",
        Ended::ByDeadline => "by the deadline",
        Ended::TooLate => "too late",
    };
    let [salesforce, directory] = outcome.requests;
    let requests = if of_salesforce { salesforce } else { directory };
    format!("{verdict} |{reason} | {ended} | {requests}")
}

fn matrix(results: &[(Case, Outcome)], warm: bool) -> Result<String> {
    let faults: Vec<_> = std::iter::once(None).chain(Fault::ALL.map(Some)).collect();
    let mut matrix = String::from("  ");
    for column in 0..faults.len() {
        write!(matrix, " {column:>2}")?;
    }
    for (row, salesforce) in faults.iter().enumerate() {
        write!(matrix, "\n{row:>2}")?;
        for directory in &faults {
            let case = Case { salesforce: *salesforce, directory: *directory, warm };
            write!(matrix, " {}", result(results, case).map_or_else(|| "--".to_owned(), together))?;
        }
    }
    Ok(matrix + "\n")
}

fn together(outcome: &Outcome) -> String {
    let who = match &outcome.verdict {
        Verdict::Allowed => 'A',
        Verdict::Denied(_) => 'N',
        Verdict::Unavailable(reason) if reason.starts_with("salesforce-") => 'S',
        Verdict::Unavailable(_) => 'D',
    };
    let seconds = match outcome.ended {
        Ended::AtOnce => '0',
        Ended::AfterOneConnectLimit => '1',
        Ended::ByConnectLimit => '2',
        Ended::ByDeadline => '4',
        Ended::TooLate => '!',
    };
    format!("{who}{seconds}")
}
