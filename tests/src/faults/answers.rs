//! Answers byte by byte.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::directory;
use crate::faults::{Asked, Fault};
use crate::person;

static TEN_MEGABYTES: LazyLock<String> = LazyLock::new(|| format!(r#"{{"pad":"{}"}}"#, "a".repeat(10_000_000)));

const MAINTENANCE: &str = "<html>Down for maintenance</html>";

/// What is done with a request that arrived whole.
pub(super) enum Reaction {
    /// Sends this, and waits for the next request.
    Answers(Vec<u8>),
    /// Sends this, and closes the connection.
    Ends(Vec<u8>),
    /// Sends the first part at once and the second one a byte a second, and keeps the connection open.
    Trickles(Vec<u8>, Vec<u8>),
}
use Reaction::{Answers, Ends, Trickles};

/// A service that knows Alice.
pub(super) struct Service {
    asked: Asked,
    honest: String,
    /// Where a redirect leads to.
    elsewhere: String,
}

impl Service {
    pub(super) fn new(asked: Asked, sub: &str, email: &str, elsewhere: &str) -> Self {
        let honest = match asked {
            Asked::Salesforce => person::claims(email),
            Asked::Directory => users(&[directory::user(sub, email, true, true)]),
        };
        Self { asked, honest: honest.to_string(), elsewhere: elsewhere.to_owned() }
    }

    /// What is done with a request; `before` is how many there have been since the fault began.
    pub(super) fn reaction(&self, fault: Option<Fault>, before: usize) -> Reaction {
        match fault {
            Some(Fault::HangsUp) => Ends(Vec::new()),
            Some(Fault::HangsUpOnce) if before == 0 => Ends(Vec::new()),
            Some(Fault::CutInHead) => Ends(half(&self.head())),
            Some(Fault::CutInHeadOnce) if before == 0 => Ends(half(&self.head())),
            Some(Fault::CutInBody) => Ends([self.head(), half(self.honest.as_bytes())].concat()),
            Some(Fault::Silent | Fault::BlackHole) => Trickles(Vec::new(), Vec::new()),
            Some(Fault::Trickles) => Trickles(Vec::new(), self.success(&self.honest)),
            Some(Fault::TricklesBody) => Trickles(self.head(), self.honest.clone().into_bytes()),
            Some(Fault::Throttles) => Answers(self.error("429 Too Many Requests", "TooManyRequestsException")),
            Some(Fault::Answers500) => Answers(self.error("500 Internal Server Error", "InternalErrorException")),
            Some(Fault::Answers503) => Answers(page("503 Service Unavailable")),
            Some(Fault::Redirects) => Answers(self.redirect()),
            Some(Fault::Html) => Answers(page("200 OK")),
            Some(Fault::Empty) => Answers(self.success("")),
            Some(Fault::TenMegabytes) => Answers(self.success(&*TEN_MEGABYTES)),
            Some(Fault::InvalidUtf8) => Answers(self.success(no_text(&self.honest))),
            Some(Fault::SaysNo) => Answers(self.no()),
            _ => Answers(self.success(&self.honest)),
        }
    }

    /// The head of the honest answer.
    fn head(&self) -> Vec<u8> {
        let mut head = self.success(&self.honest);
        head.truncate(head.len() - self.honest.len());
        head
    }

    fn success(&self, body: impl AsRef<[u8]>) -> Vec<u8> {
        answer("200 OK", self.content_type(), "", body)
    }

    fn no(&self) -> Vec<u8> {
        match self.asked {
            Asked::Salesforce => answer("403 Forbidden", "text/html;charset=UTF-8", "", "Bad_OAuth_Token"),
            Asked::Directory => self.success(users(&[]).to_string()),
        }
    }

    fn error(&self, status: &str, code: &str) -> Vec<u8> {
        let body = json!({"__type": code, "message": "Not now."}).to_string();
        answer(status, self.content_type(), "Retry-After: 3\r\n", body)
    }

    fn redirect(&self) -> Vec<u8> {
        let location = format!("Location: {}/services/oauth2/userinfo\r\n", self.elsewhere);
        answer("302 Found", "text/html", &location, "")
    }

    const fn content_type(&self) -> &'static str {
        match self.asked {
            Asked::Salesforce => "application/json;charset=UTF-8",
            Asked::Directory => "application/x-amz-json-1.1",
        }
    }
}

fn users(users: &[Value]) -> Value {
    json!({"Users": users})
}

fn page(status: &str) -> Vec<u8> {
    answer(status, "text/html", "", MAINTENANCE)
}

fn answer(status: &str, content_type: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn half(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().take(bytes.len() / 2).collect()
}

/// The same with an address that is not UTF-8.
fn no_text(honest: &str) -> Vec<u8> {
    honest.bytes().map(|byte| if byte == b'@' { 0xff } else { byte }).collect()
}
