//! Everything that can go wrong between Verify and a service that it asks: below TCP, in TLS, in HTTP, and over time.

mod answers;
mod connection;
pub mod lines;
mod port;
mod server;

pub use connection::Identities;
pub use server::FaultServer;

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// UserInfo, about Alice's token.
    Salesforce,
    /// `ListUsers`, about her address.
    Directory,
}

/// What goes wrong, from the moment at which it begins. Connections that are open then are closed, or the fault meets
/// the next request that comes along them: see [`Fault::keeps_connections`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "see `Fault::name`")]
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
    /// Every fault.
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

    /// What to call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuses => "refuses connections",
            Self::BlackHole => "black hole: no packet gets through, along no connection",
            Self::NoSuchName => "its name has no address (DNS)",
            Self::StallsTls => "TLS never finishes",
            Self::ForeignCertificate => "certificate of another authority",
            Self::CertificateOfAnotherHost => "certificate of another host",
            Self::HangsUp => "hangs up on every request",
            Self::CutInHead => "cut off within the head of the answer, every time",
            Self::CutInBody => "cut off within the body",
            Self::Silent => "accepts and stays silent",
            Self::Trickles => "answers a byte a second",
            Self::TricklesBody => "sends the body a byte a second",
            Self::Throttles => "429 with Retry-After",
            Self::Answers500 => "500",
            Self::Answers503 => "503 with a page",
            Self::Redirects => "302 to another host",
            Self::Html => "200 with HTML",
            Self::Empty => "200 with an empty body",
            Self::TenMegabytes => "200 with 10 MB",
            Self::InvalidUtf8 => "200 with invalid UTF-8",
            Self::SaysNo => "a definite no: the token is refused, nobody has the address",
            Self::ClosedMeanwhile => "closes the kept-alive connection between two invocations",
            Self::ClosedWhileFrozen => "the same, while the process is frozen",
            Self::HangsUpOnce => "hangs up on one request",
            Self::CutInHeadOnce => "cut off within the head of the answer, once",
            Self::ResetsOnce => "resets one new connection",
            Self::StallsTlsOnce => "TLS does not finish, once",
        }
    }

    /// Whether connections that are open when the fault begins stay open.
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
