//! One case: a process of Verify, Salesforce and the directory, and a fault of each.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use integration_tests::ca::CertificateAuthority;
use integration_tests::cognito::{Cognito, Session, User, VERIFY};
use integration_tests::faults::proxy::{ConnectionFault, FaultProxy};
use integration_tests::faults::{Certificates, Fault, FaultServer, ServiceKind};
use integration_tests::lambda::environments::{Environment, Environments};
use integration_tests::lambda::{Invoked, Lambda};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::world::{ALICE, CLIENT};
use integration_tests::{process, repository};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::outcome::{self, Outcome, Verdict};

/// The faults, and when they begin: before the process starts (cold), or after a sign-in (warm).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub salesforce: Option<Fault>,
    pub directory: Option<Fault>,
    pub warm: bool,
}

/// What all cases share.
pub struct Setup {
    certificates: Arc<Certificates>,
    trusted: CertificateAuthority,
    /// The target of redirects.
    redirect_target: FaultProxy,
    aliases: TempDir,
    event: String,
    email: String,
    token: String,
}

/// Host names without an address. The C library replaces them with their [`aliases`] before it queries a name server.
const NAMES_WITHOUT_ADDRESS: [&str; 2] = ["salesforce-without-address", "directory-without-address"];

impl Setup {
    pub async fn new() -> Result<Self> {
        let (trusted, other) = (CertificateAuthority::new()?, CertificateAuthority::new()?);
        let aliases = repository::scratch()?;
        std::fs::write(aliases.path().join("aliases"), self::aliases())?;
        let (email, token) = (person::email_of("alice"), person::token_of(ORGANIZATION));
        let mut cognito = Cognito::new(Lambda::Environments(Environments::start(0, &[]).await?));
        cognito.add(&email, User::new(ALICE, &email));
        let mut session = Session::new(CLIENT, &email);
        session.private = json!({"nonce": "3q2-7wAAAAAAAAAAAAAAAA", "attemptId": "AAAAAAAAAAAAAAAAAAAAAA"});
        Ok(Self {
            certificates: Arc::new(Certificates::new(&trusted, &other)?),
            trusted,
            redirect_target: FaultProxy::start(&[ConnectionFault::HangsUp], "http://unused").await?,
            aliases,
            event: cognito.verify_event(&session, &token, None).to_string(),
            email,
            token,
        })
    }

    /// How often Verify followed a redirect.
    pub fn redirects_followed(&self) -> usize {
        self.redirect_target.connections()
    }

    async fn service(&self, kind: ServiceKind) -> Result<FaultServer> {
        let redirect_to = self.redirect_target.origin().replace("http://127.0.0.1", "https://localhost");
        FaultServer::start(kind, Arc::clone(&self.certificates), (ALICE, &self.email), &redirect_to).await
    }

    fn variables(&self, origins: [String; 2]) -> Vec<(String, String)> {
        let [salesforce, directory] = origins;
        let variables = [
            ("SALESFORCE_DOMAIN_URL", salesforce),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", directory),
            ("SALESFORCE_ORGANIZATION_IDS", ORGANIZATION.to_owned()),
            ("SALESFORCE_AUDIENCE_MODE", "unchecked".to_owned()),
            ("SSL_CERT_FILE", self.trusted.file().to_string_lossy().into_owned()),
            ("HOSTALIASES", self.aliases.path().join("aliases").to_string_lossy().into_owned()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

/// A label of a host name has at most 63 characters, so the resolver fails without a query.
fn aliases() -> String {
    NAMES_WITHOUT_ADDRESS.map(|name| format!("{name} {}.example\n", "a".repeat(64))).concat()
}

impl Case {
    /// Runs the case; returns the outcome and the output of Verify. If only one service had a fault, the fault then
    /// ends, and the same process must sign the next caller in.
    pub async fn run(self, setup: &Setup) -> Result<(Outcome, String)> {
        let faults = [self.salesforce, self.directory];
        let mut services =
            [setup.service(ServiceKind::Salesforce).await?, setup.service(ServiceKind::Directory).await?];
        if !self.warm {
            begin(faults, &mut services, |_| true).await?;
        }
        let origins = [0, 1].map(|index| origin(index, faults[index], &services[index]));
        // Cognito's five seconds include the start of a process.
        let mut start = Instant::now();
        let verify = Environment::start(VERIFY, &setup.variables(origins)).await?;
        let id = verify.id()?.to_string();
        let freezes = |fault| fault == Some(Fault::ClosedWhileFrozen);
        let frozen = faults.into_iter().any(freezes);
        if self.warm {
            is_signed_in(&verify, setup).await?;
            begin(faults, &mut services, |fault| !freezes(fault)).await?;
            if frozen {
                freeze(&id).await?;
            }
            begin(faults, &mut services, freezes).await?;
        }
        if self.warm {
            start = Instant::now();
        }
        let (invoked, thawed) = tokio::join!(verify.invoke(setup.event.clone()), async {
            if frozen { signal("-CONT", &id) } else { Ok(()) }
        });
        let took = start.elapsed();
        thawed?;
        let output = verify.output();
        for secret in [&setup.token, &setup.email] {
            ensure!(!output.contains(secret), "{secret} is in the log");
        }
        if faults.contains(&None) {
            let detail = faults.into_iter().flatten().map(outcome::log_detail).collect::<String>();
            ensure!(output.contains(&detail), "the log does not contain {detail}: {output}");
        }
        let requests = [0, 1].map(|index| services[index].requests());
        let outcome = Outcome { verdict: verdict(&invoked?, &output)?, ended: took.into(), requests };
        if faults.contains(&None) && !faults.contains(&Some(Fault::NoSuchName)) {
            begin([None, None], &mut services, |_| true).await?;
            is_signed_in(&verify, setup).await.context("after the fault")?;
        }
        Ok((outcome, output))
    }
}

async fn begin(
    faults: [Option<Fault>; 2],
    services: &mut [FaultServer; 2],
    which: impl Fn(Option<Fault>) -> bool,
) -> Result<()> {
    for (fault, service) in faults.into_iter().zip(services) {
        if which(fault) {
            service.set(fault).await?;
        }
    }
    Ok(())
}

fn origin(index: usize, fault: Option<Fault>, service: &FaultServer) -> String {
    match fault {
        Some(Fault::NoSuchName) => format!("https://{}", NAMES_WITHOUT_ADDRESS[index]),
        _ => service.origin(),
    }
}

async fn is_signed_in(verify: &Environment, setup: &Setup) -> Result<()> {
    let invoked = verify.invoke(setup.event.clone()).await?;
    let verdict = verdict(&invoked, &verify.output())?;
    ensure!(verdict == Verdict::Allowed, "{verdict:?}");
    Ok(())
}

/// Stops a process, as Lambda freezes it between two invocations, and waits until it has stopped.
async fn freeze(id: &str) -> Result<()> {
    signal("-STOP", id)?;
    while !std::fs::read_to_string(format!("/proc/{id}/stat"))?.contains(") T ") {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

fn signal(signal: &str, id: &str) -> Result<()> {
    process::run(Command::new("kill").args([signal, id])).map(drop)
}

/// What the caller sees. The last verdict in the log must be the same.
fn verdict(invoked: &Invoked, output: &str) -> Result<Verdict> {
    let lines = output.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
    let logged = lines.iter().rfind(|line| line.get("verdict").is_some()).context("no verdict")?;
    let text = |name: &str| logged.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let seen = match invoked {
        Invoked::Returned(event) => match event.pointer("/response") {
            Some(response) if *response == json!({"answerCorrect": true}) => "allowed",
            Some(response) if *response == json!({"answerCorrect": false}) => "denied",
            other => bail!("{other:?}"),
        },
        Invoked::Failed { error_type, message } => {
            let public = "temporarily_unavailable";
            ensure!(error_type == public && message == public, "{error_type}: {message}");
            "unavailable"
        }
        Invoked::TimedOut => bail!("no response in the time that Cognito waits"),
    };
    ensure!(text("verdict") == seen, "the caller sees {seen}, and the log says {logged}");
    Ok(match seen {
        "allowed" => Verdict::Allowed,
        "denied" => Verdict::Denied(text("reason")),
        _ => Verdict::Unavailable(text("reason")),
    })
}
