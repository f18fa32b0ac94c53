//! The responses of a service, byte by byte.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::directory;
use crate::faults::{Fault, ServiceKind};
use crate::person;

static TEN_MEGABYTES: LazyLock<String> = LazyLock::new(|| format!(r#"{{"pad":"{}"}}"#, "a".repeat(10_000_000)));

const MAINTENANCE: &str = "<html>Down for maintenance</html>";

/// The reaction to a complete request.
pub(super) enum Reaction {
    /// Sends this, and waits for the next request.
    Sends(Vec<u8>),
    /// Sends this, and closes the connection.
    Closes(Vec<u8>),
    /// Sends the first part immediately and the second one at one byte per second, and keeps the connection open.
    Trickles(Vec<u8>, Vec<u8>),
}
use Reaction::{Closes, Sends, Trickles};

/// The responses of a service whose only user is Alice.
pub(super) struct Responses {
    kind: ServiceKind,
    body: String,
    /// The origin to which redirects lead.
    redirect_to: String,
}

impl Responses {
    pub(super) fn new(kind: ServiceKind, sub: &str, email: &str, redirect_to: &str) -> Self {
        let body = match kind {
            ServiceKind::Salesforce => person::claims(email),
            ServiceKind::Directory => users(&[directory::user(sub, email, true, true)]),
        };
        Self { kind, body: body.to_string(), redirect_to: redirect_to.to_owned() }
    }

    /// The reaction to a request; `before` is the number of earlier requests since the fault began.
    pub(super) fn reaction(&self, fault: Option<Fault>, before: usize) -> Reaction {
        match fault {
            Some(Fault::HangsUp) => Closes(Vec::new()),
            Some(Fault::HangsUpOnce) if before == 0 => Closes(Vec::new()),
            Some(Fault::CutInHead) => Closes(half(&self.head())),
            Some(Fault::CutInHeadOnce) if before == 0 => Closes(half(&self.head())),
            Some(Fault::CutInBody) => Closes([self.head(), half(self.body.as_bytes())].concat()),
            Some(Fault::Silent | Fault::BlackHole) => Trickles(Vec::new(), Vec::new()),
            Some(Fault::Trickles) => Trickles(Vec::new(), self.success(&self.body)),
            Some(Fault::TricklesBody) => Trickles(self.head(), self.body.clone().into_bytes()),
            Some(Fault::Throttles) => Sends(self.error("429 Too Many Requests", "TooManyRequestsException")),
            Some(Fault::Answers500) => Sends(self.error("500 Internal Server Error", "InternalErrorException")),
            Some(Fault::Answers503) => Sends(html_page("503 Service Unavailable")),
            Some(Fault::Redirects) => Sends(self.redirect()),
            Some(Fault::Html) => Sends(html_page("200 OK")),
            Some(Fault::Empty) => Sends(self.success("")),
            Some(Fault::TenMegabytes) => Sends(self.success(&*TEN_MEGABYTES)),
            Some(Fault::InvalidUtf8) => Sends(self.success(invalid_utf8(&self.body))),
            Some(Fault::SaysNo) => Sends(self.definite_no()),
            _ => Sends(self.success(&self.body)),
        }
    }

    fn head(&self) -> Vec<u8> {
        let mut head = self.success(&self.body);
        head.truncate(head.len() - self.body.len());
        head
    }

    fn success(&self, body: impl AsRef<[u8]>) -> Vec<u8> {
        response("200 OK", self.content_type(), "", body)
    }

    fn definite_no(&self) -> Vec<u8> {
        match self.kind {
            ServiceKind::Salesforce => response("403 Forbidden", "text/html;charset=UTF-8", "", "Bad_OAuth_Token"),
            ServiceKind::Directory => self.success(users(&[]).to_string()),
        }
    }

    fn error(&self, status: &str, code: &str) -> Vec<u8> {
        let body = json!({"__type": code, "message": "Not now."}).to_string();
        response(status, self.content_type(), "Retry-After: 3\r\n", body)
    }

    fn redirect(&self) -> Vec<u8> {
        let location = format!("Location: {}/services/oauth2/userinfo\r\n", self.redirect_to);
        response("302 Found", "text/html", &location, "")
    }

    const fn content_type(&self) -> &'static str {
        match self.kind {
            ServiceKind::Salesforce => "application/json;charset=UTF-8",
            ServiceKind::Directory => "application/x-amz-json-1.1",
        }
    }
}

fn users(users: &[Value]) -> Value {
    json!({"Users": users})
}

fn html_page(status: &str) -> Vec<u8> {
    response(status, "text/html", "", MAINTENANCE)
}

fn response(status: &str, content_type: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn half(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().take(bytes.len() / 2).collect()
}

/// The same with an e-mail address that is not UTF-8.
fn invalid_utf8(body: &str) -> Vec<u8> {
    body.bytes().map(|byte| if byte == b'@' { 0xff } else { byte }).collect()
}
