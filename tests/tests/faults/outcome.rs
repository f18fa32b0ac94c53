//! The rule: what each fault comes to, alone and together with another one.

use std::time::Duration;

use integration_tests::faults::{Asked, Fault};
use verification::{Cause, DenyReason, Service, Unavailable};

use crate::case::Case;

/// What a sign-in came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    pub ended: Ended,
    /// How many requests reached Salesforce and the directory.
    pub requests: [usize; 2],
}

impl Outcome {
    /// Whether it took longer, and that alone can be the reason of any other difference.
    pub fn is_slower_than(&self, expected: &Self) -> bool {
        let excusable = self.verdict == expected.verdict || matches!(self.verdict, Verdict::Unavailable(_));
        self.ended > expected.ended && excusable
    }
}

/// What the log calls it, with the reason; the caller sees the verdict alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    Denied(String),
    Unavailable(String),
}

/// What the time was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    AtOnce,
    AfterOneConnectLimit,
    ByConnectLimit,
    ByDeadline,
    TooLate,
}

impl From<Duration> for Ended {
    /// A connection may take a second, and is tried twice; everything may take four. The start of a process waits for a
    /// quarter of a second at most, and Cognito for five.
    fn from(took: Duration) -> Self {
        match took.as_millis() {
            0..950 => Self::AtOnce,
            950..1950 => Self::AfterOneConnectLimit,
            1950..3950 => Self::ByConnectLimit,
            3950..4750 => Self::ByDeadline,
            _ => Self::TooLate,
        }
    }
}

impl Ended {
    /// How a sign-in ends that waits for one service and then for another one. A fresh process opens its connections to
    /// both at the same time, so the first connect limit counts once.
    fn and_then(self, next: Self, warm: bool) -> Self {
        match (self, next) {
            (Self::AfterOneConnectLimit, Self::AfterOneConnectLimit) if warm => Self::ByConnectLimit,
            _ => self.max(next),
        }
    }
}

/// What one service comes to, whatever the other does.
struct Part {
    answer: Answer,
    ended: Ended,
    requests: usize,
}

enum Answer {
    Honest,
    No(DenyReason),
    None(Cause),
}

/// What a sign-in must come to, or why it cannot be brought about.
pub fn expected(case: Case) -> Result<Outcome, &'static str> {
    let salesforce = part(Asked::Salesforce, case.salesforce, case.warm)?;
    let directory = part(Asked::Directory, case.directory, case.warm)?;
    let directory_asked = matches!(salesforce.answer, Answer::Honest);
    let verdict = match (salesforce.answer, directory.answer) {
        (Answer::No(reason), _) | (Answer::Honest, Answer::No(reason)) => Verdict::Denied(reason.code().to_owned()),
        (Answer::None(why), _) => unavailable(Service::Salesforce, why),
        (Answer::Honest, Answer::None(why)) => unavailable(Service::Directory, why),
        (Answer::Honest, Answer::Honest) => Verdict::Allowed,
    };
    // The directory is asked after Salesforce's good answer, so the times add up.
    let (ended, directory_requests) = if directory_asked {
        (salesforce.ended.and_then(directory.ended, case.warm), directory.requests)
    } else {
        (salesforce.ended, 0)
    };
    Ok(Outcome { verdict, ended, requests: [salesforce.requests, directory_requests] })
}

fn unavailable(service: Service, cause: Cause) -> Verdict {
    Verdict::Unavailable(Unavailable { service, cause, detail: String::new() }.to_string())
}

fn part(asked: Asked, fault: Option<Fault>, warm: bool) -> Result<Part, &'static str> {
    use Ended::{AfterOneConnectLimit, AtOnce, ByConnectLimit, ByDeadline};
    let of_salesforce = asked == Asked::Salesforce;
    let part = |answer, ended, requests| Ok(Part { answer, ended, requests });
    let none = |cause, ended, requests| part(Answer::None(cause), ended, requests);
    // The SDK does not tell why it cannot read an answer.
    let unreadable = |cause| if of_salesforce { cause } else { Cause::Unreadable };
    let Some(fault) = fault else { return part(Answer::Honest, AtOnce, 1) };
    match fault {
        Fault::NoSuchName if warm => {
            Err("a name that has an address first and none later needs a name server of the test's own")
        }
        Fault::ClosedMeanwhile | Fault::ClosedWhileFrozen if !warm => Err("a fresh process has kept no connection"),

        // No connection, or one that ends before any answer, is tried once more.
        Fault::Refuses | Fault::NoSuchName | Fault::ForeignCertificate | Fault::CertificateOfAnotherHost => {
            none(Cause::Connection, AtOnce, 0)
        }
        Fault::BlackHole if warm => none(Cause::Timeout, ByDeadline, 0),
        Fault::BlackHole | Fault::StallsTls => none(Cause::Connection, ByConnectLimit, 0),
        Fault::HangsUp | Fault::CutInHead => none(Cause::Connection, AtOnce, 2),

        // A connection on which nothing comes is not given up before the deadline, and another one is tried meanwhile.
        Fault::Silent | Fault::Trickles => none(Cause::Timeout, ByDeadline, 2),
        Fault::TricklesBody => none(Cause::Timeout, ByDeadline, 1),

        // An answer, good or bad, is not asked for again.
        Fault::CutInBody => none(Cause::Truncated, AtOnce, 1),
        Fault::Throttles => none(Cause::Throttled, AtOnce, 1),
        Fault::Answers500 | Fault::Answers503 => none(Cause::Failed, AtOnce, 1),
        Fault::Redirects => none(Cause::Redirected, AtOnce, 1),
        Fault::Html => none(unreadable(Cause::NotJson), AtOnce, 1),
        Fault::TenMegabytes => none(Cause::TooLarge, AtOnce, 1),
        Fault::Empty | Fault::InvalidUtf8 => none(Cause::Unreadable, AtOnce, 1),
        Fault::SaysNo if of_salesforce => part(Answer::No(DenyReason::TokenRejected), AtOnce, 1),
        Fault::SaysNo => part(Answer::No(DenyReason::EmailNotInPool), AtOnce, 1),

        Fault::ClosedMeanwhile | Fault::ClosedWhileFrozen | Fault::ResetsOnce => part(Answer::Honest, AtOnce, 1),
        // A fresh process opens its connections ahead, and what happens only once happens to those.
        Fault::HangsUpOnce | Fault::CutInHeadOnce => part(Answer::Honest, AtOnce, if warm { 2 } else { 1 }),
        Fault::StallsTlsOnce => part(Answer::Honest, AfterOneConnectLimit, 1),
    }
}

/// What the log says of a fault that the verdict does not tell from others.
pub const fn telling(fault: Fault) -> &'static str {
    match fault {
        Fault::Refuses => "Connection refused",
        Fault::NoSuchName => "failed to lookup address information",
        Fault::ForeignCertificate => "invalid peer certificate",
        Fault::CertificateOfAnotherHost => "certificate not valid for name",
        _ => "",
    }
}
