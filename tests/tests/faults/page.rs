//! `docs/faults.md`, from what was measured.

use std::fmt::Write;

use anyhow::{Result, ensure};
use integration_tests::faults::Fault;
use integration_tests::repository;

use crate::case::Case;
use crate::outcome::{Ended, Outcome, Verdict, expected};

const HEAD: &str = "# Faults

What the release binary of Verify makes of every fault of Salesforce and of the directory, alone and together.
`make faults` writes this page from what the tests in `tests/tests/faults` measured, and they fail while it says anything
else.

- **Cold**: the fault is there before the process starts. **Warm**: somebody has signed in, and the connections are kept;
  then the fault begins. A fault of new connections closes the kept ones first; any other meets the next request along
  them. A fresh process opens its connections before the first invocation, and what happens only once happens to those.
- **Ended**: *at once*, by an answer or by the end of a connection; *after one connect limit* of 1 s; *by the connect
  limit*, two tries of 1 s each; *by the deadline* of 4 s. Every case ended in under 4.75 s: counted from the start of the
  process where it is cold, and from the invocation where it is warm.
- **Requests** is how many requests reached the service whole: how often it was sent the token, or the address. After a
  second without the head of an answer, the request is sent once more over a fresh connection, and the first one is still
  waited for.

*Unavailable* is the error `temporarily_unavailable` and nothing else; *denied* is an answer without any text. Neither
the token nor the address was in the log, and no redirect was followed. When a fault of one service was over, the same
process signed the next caller in.
";

const TOGETHER: &str = "
## Together

Each fault of Salesforce (rows) with each fault of the directory (columns), by the numbers above; 0 is no fault. The mode
is `unchecked`, in which the directory is asked after Salesforce's good answer: without one, its fault does not count.

`A` allowed, `N` denied, `S` and `D` unavailable with the reason of Salesforce or of the directory as above;
`0` at once, `1` after one connect limit, `2` by the connect limit, `4` by the deadline; `--` cannot be.
";

const TAIL: &str = "
## At any moment

Other tests cut the lines to Salesforce, to the directory, or to everything that Verify asks, after a number of bytes,
requests and answers together: on new connections and on kept ones, by an orderly end and by a reset. Before the last
byte of the last answer there is no sign-in, only `temporarily_unavailable`, and no token is noted as used before the link
is written. A single connection that is cut before the body of an answer costs nobody a sign-in. A service that goes
away while Verify waits for it ends the sign-in at once.

## Elsewhere

The signing keys, introspection, the table of used tokens and the writing of the link have the same adapters as the two
above; each of their failures is in `tests/tests/outages`.

The resolver fails here for a name that no query can be made for. A name server that does not answer is cut off by the
connect limit like any other connection; no test plays it, because the C library takes the address of its name server
from `/etc/resolv.conf` alone. Nor can a connection be refused just once: the system refuses it, and no server learns
of it; the reset of a new connection stands for that.
";

/// The page.
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

/// Writes the page, or expects it to be there as it is.
pub fn publish(page: &str) -> Result<()> {
    let file = repository::root().join("docs/faults.md");
    #[expect(clippy::disallowed_methods, reason = "set by `make faults`; nothing of the product is configured by it")]
    let update = std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1");
    if update {
        return Ok(std::fs::write(file, page)?);
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    ensure!(written == page, "docs/faults.md is not what was measured: run `make faults`, and look at what changed");
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
        Fault::SaysNo => "For comparison: an answer",
        Fault::ClosedMeanwhile
        | Fault::ClosedWhileFrozen
        | Fault::HangsUpOnce
        | Fault::CutInHeadOnce
        | Fault::ResetsOnce
        | Fault::StallsTlsOnce => "What a second try heals",
        _ => "An answer that is none",
    }
}

/// What a fault came to, cold and warm; in one row if that is the same.
fn rows(results: &[(Case, Outcome)], fault: Fault, of_salesforce: bool) -> Vec<(&'static str, String)> {
    let row = |warm| {
        let (salesforce, directory) = if of_salesforce { (Some(fault), None) } else { (None, Some(fault)) };
        let case = Case { salesforce, directory, warm };
        match (result(results, case), expected(case)) {
            (Some(outcome), _) => alone(outcome, of_salesforce),
            (None, Err(why)) => format!("cannot be: {why} | | |"),
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
