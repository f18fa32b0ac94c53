//! Faults between Verify and the services that it calls: of connections, of TLS, of HTTP, and over time.

mod connection;
pub mod network;
mod port;
pub mod proxy;
mod responses;
mod server;

pub use connection::Certificates;
pub use server::FaultServer;

/// The service that a [`FaultServer`] plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    /// UserInfo, for Alice's token.
    Salesforce,
    /// `ListUsers`, for Alice's address.
    Directory,
}

/// A fault, from the moment at which it begins. Open connections are closed then, or the fault affects the next request
/// on them: see [`Fault::keeps_connections`]. [`Fault::name`]
/// describes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Refuses,
    BlackHole,
    NoSuchName,
    StallsTls,
    ForeignCertificate,
    CertificateOfAnotherHost,
    HangsUp,
    CutInHead,
    CutInBody,
    Silent,
    Trickles,
    TricklesBody,
    Throttles,
    Answers500,
    Answers503,
    Redirects,
    Html,
    Empty,
    TenMegabytes,
    InvalidUtf8,
    SaysNo,
    ClosedMeanwhile,
    ClosedWhileFrozen,
    HangsUpOnce,
    CutInHeadOnce,
    ResetsOnce,
    StallsTlsOnce,
}

impl Fault {
    pub const ALL: [Self; 27] = [
        Self::Refuses,
        Self::BlackHole,
        Self::NoSuchName,
        Self::StallsTls,
        Self::ForeignCertificate,
        Self::CertificateOfAnotherHost,
        Self::HangsUp,
        Self::CutInHead,
        Self::CutInBody,
        Self::Silent,
        Self::Trickles,
        Self::TricklesBody,
        Self::Throttles,
        Self::Answers500,
        Self::Answers503,
        Self::Redirects,
        Self::Html,
        Self::Empty,
        Self::TenMegabytes,
        Self::InvalidUtf8,
        Self::SaysNo,
        Self::ClosedMeanwhile,
        Self::ClosedWhileFrozen,
        Self::HangsUpOnce,
        Self::CutInHeadOnce,
        Self::ResetsOnce,
        Self::StallsTlsOnce,
    ];

    /// What `docs/faults.md` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuses => "refuses connections",
            Self::BlackHole => "black hole: no packet passes, on any connection",
            Self::NoSuchName => "its name has no address (DNS)",
            Self::StallsTls => "TLS never finishes",
            Self::ForeignCertificate => "certificate of another CA",
            Self::CertificateOfAnotherHost => "certificate of another host",
            Self::HangsUp => "closes the connection on every request",
            Self::CutInHead => "connection ends within the response head, every time",
            Self::CutInBody => "connection ends within the body",
            Self::Silent => "accepts the request and sends nothing",
            Self::Trickles => "sends one byte of the response per second",
            Self::TricklesBody => "sends one byte of the body per second",
            Self::Throttles => "429 with Retry-After",
            Self::Answers500 => "500",
            Self::Answers503 => "503 with an HTML page",
            Self::Redirects => "302 to another host",
            Self::Html => "200 with HTML",
            Self::Empty => "200 with an empty body",
            Self::TenMegabytes => "200 with 10 MB",
            Self::InvalidUtf8 => "200 with invalid UTF-8",
            Self::SaysNo => "a definite no: the token is rejected, or no user has the address",
            Self::ClosedMeanwhile => "closes the idle connection between two invocations",
            Self::ClosedWhileFrozen => "the same, while the process is frozen",
            Self::HangsUpOnce => "closes the connection on one request",
            Self::CutInHeadOnce => "connection ends within the response head, once",
            Self::ResetsOnce => "resets one new connection",
            Self::StallsTlsOnce => "TLS does not finish, once",
        }
    }

    /// Whether open connections stay open when the fault begins.
    pub const fn keeps_connections(self) -> bool {
        !matches!(
            self,
            Self::Refuses
                | Self::StallsTls
                | Self::ForeignCertificate
                | Self::CertificateOfAnotherHost
                | Self::ClosedMeanwhile
                | Self::ClosedWhileFrozen
                | Self::ResetsOnce
                | Self::StallsTlsOnce
        )
    }
}
