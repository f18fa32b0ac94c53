//! The expected outcome of each fault, alone and together with another one.

use std::time::Duration;

use integration_tests::faults::{Fault, ServiceKind};
use verification::{Cause, DenyReason, Service, Unavailable};

use crate::case::Case;

/// The outcome of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    pub ended: Ended,
    /// How many complete requests reached Salesforce and the directory.
    pub requests: [usize; 2],
}

impl Outcome {
    /// Whether it took longer, and that alone can explain all other differences.
    pub fn is_slower_than(&self, expected: &Self) -> bool {
        let explained = self.verdict == expected.verdict || matches!(self.verdict, Verdict::Unavailable(_));
        self.ended > expected.ended && explained
    }
}

/// The verdict in the log, with the reason. The caller sees only the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    Denied(String),
    Unavailable(String),
}

/// What ended the sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    AtOnce,
    AfterOneConnectLimit,
    ByConnectLimit,
    ByDeadline,
    TooLate,
}

impl From<Duration> for Ended {
    /// One connection may take 1 s, and Verify tries twice. All calls together may take 4 s. The start of a process
    /// waits at most 250 ms, and Cognito waits 5 s.
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
    /// The end of a sign-in that waits for one service and then for another one. A new process connects to both at the
    /// same time, so the first connect limit counts once.
    fn and_then(self, next: Self, warm: bool) -> Self {
        match (self, next) {
            (Self::AfterOneConnectLimit, Self::AfterOneConnectLimit) if warm => Self::ByConnectLimit,
            _ => self.max(next),
        }
    }
}

/// The part of one service, which does not depend on the other service.
struct Part {
    response: Response,
    ended: Ended,
    requests: usize,
}

enum Response {
    Good,
    No(DenyReason),
    None(Cause),
}

/// The expected outcome, or why the case is not tested.
pub fn expected(case: Case) -> Result<Outcome, &'static str> {
    let salesforce = part(ServiceKind::Salesforce, case.salesforce, case.warm)?;
    let directory = part(ServiceKind::Directory, case.directory, case.warm)?;
    let directory_called = matches!(salesforce.response, Response::Good);
    let verdict = match (salesforce.response, directory.response) {
        (Response::No(reason), _) | (Response::Good, Response::No(reason)) => Verdict::Denied(reason.code().to_owned()),
        (Response::None(why), _) => unavailable(Service::Salesforce, why),
        (Response::Good, Response::None(why)) => unavailable(Service::Directory, why),
        (Response::Good, Response::Good) => Verdict::Allowed,
    };
    // Verify calls the directory after the good response of Salesforce, so the times add up.
    let (ended, directory_requests) = if directory_called {
        (salesforce.ended.and_then(directory.ended, case.warm), directory.requests)
    } else {
        (salesforce.ended, 0)
    };
    Ok(Outcome { verdict, ended, requests: [salesforce.requests, directory_requests] })
}

fn unavailable(service: Service, cause: Cause) -> Verdict {
    Verdict::Unavailable(Unavailable { service, cause, detail: String::new() }.to_string())
}

fn part(kind: ServiceKind, fault: Option<Fault>, warm: bool) -> Result<Part, &'static str> {
    use Ended::{AfterOneConnectLimit, AtOnce, ByConnectLimit, ByDeadline};
    let of_salesforce = kind == ServiceKind::Salesforce;
    let part = |response, ended, requests| Ok(Part { response, ended, requests });
    let none = |cause, ended, requests| part(Response::None(cause), ended, requests);
    // The SDK does not report why it cannot read a response.
    let unreadable = |cause| if of_salesforce { cause } else { Cause::Unreadable };
    let Some(fault) = fault else { return part(Response::Good, AtOnce, 1) };
    match fault {
        Fault::NoSuchName if warm => Err("needs a test DNS server"),
        Fault::ClosedMeanwhile | Fault::ClosedWhileFrozen if !warm => Err("a new process has no idle connection"),

        // Without a connection, or if it ends before the response, Verify tries once more.
        Fault::Refuses | Fault::NoSuchName | Fault::ForeignCertificate | Fault::CertificateOfAnotherHost => {
            none(Cause::Connection, AtOnce, 0)
        }
        Fault::BlackHole if warm => none(Cause::Timeout, ByDeadline, 0),
        Fault::BlackHole | Fault::StallsTls => none(Cause::Connection, ByConnectLimit, 0),
        Fault::HangsUp | Fault::CutInHead => none(Cause::Connection, AtOnce, 2),

        // Verify waits for a silent connection until the deadline, and tries another one in the meantime.
        Fault::Silent | Fault::Trickles => none(Cause::Timeout, ByDeadline, 2),
        Fault::TricklesBody => none(Cause::Timeout, ByDeadline, 1),

        // After a response, good or bad, Verify does not send the request again.
        Fault::CutInBody => none(Cause::Truncated, AtOnce, 1),
        Fault::Throttles => none(Cause::Throttled, AtOnce, 1),
        Fault::Answers500 | Fault::Answers503 => none(Cause::Failed, AtOnce, 1),
        Fault::Redirects => none(Cause::Redirected, AtOnce, 1),
        Fault::Html => none(unreadable(Cause::NotJson), AtOnce, 1),
        Fault::TenMegabytes => none(Cause::TooLarge, AtOnce, 1),
        Fault::Empty | Fault::InvalidUtf8 => none(Cause::Unreadable, AtOnce, 1),
        Fault::SaysNo if of_salesforce => part(Response::No(DenyReason::TokenRejected), AtOnce, 1),
        Fault::SaysNo => part(Response::No(DenyReason::EmailNotInPool), AtOnce, 1),

        Fault::ClosedMeanwhile | Fault::ClosedWhileFrozen | Fault::ResetsOnce => part(Response::Good, AtOnce, 1),
        // A new process opens its connections before the first request, so a fault that occurs once affects those.
        Fault::HangsUpOnce | Fault::CutInHeadOnce => part(Response::Good, AtOnce, if warm { 2 } else { 1 }),
        Fault::StallsTlsOnce => part(Response::Good, AfterOneConnectLimit, 1),
    }
}

/// The detail in the log, for faults whose verdict is the same.
pub const fn log_detail(fault: Fault) -> &'static str {
    match fault {
        Fault::Refuses => "Connection refused",
        Fault::NoSuchName => "failed to lookup address information",
        Fault::ForeignCertificate => "invalid peer certificate",
        Fault::CertificateOfAnotherHost => "certificate not valid for name",
        _ => "",
    }
}
