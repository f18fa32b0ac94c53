//! The Lambda service, played by cargo-lambda's emulator, with the real binaries behind it.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::lambda::{COGNITO_TIMEOUT, Invoked, environment};
use crate::process::{Process, on_free_port};
use crate::repository;

/// A Lambda endpoint with the three functions running.
pub struct Emulator {
    functions: Vec<(&'static str, Process)>,
    _lambda: Process,
    origin: String,
    http: reqwest::Client,
}

impl Emulator {
    /// Starts the emulator and a process for each function, with the variables given for it.
    ///
    /// # Errors
    /// A program is missing or did not start.
    pub async fn start(functions: &[(&'static str, Vec<(String, String)>)]) -> Result<Self> {
        let http = client()?;
        let (lambda, origin) = on_free_port(async |port| start_lambda(&http, port).await).await?;
        let functions = functions
            .iter()
            .map(|(name, variables)| Ok((*name, start_function(name, &origin, variables)?)))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { functions, _lambda: lambda, origin, http })
    }

    /// Invokes a function and waits as long as Cognito does.
    ///
    /// # Errors
    /// The emulator itself failed.
    pub(super) async fn invoke(&self, function: &str, event: String) -> Result<Invoked> {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.origin);
        let request = self.http.post(url).header("content-type", "application/json").body(event);
        let sent = request.timeout(COGNITO_TIMEOUT).send().await;
        let response = match sent {
            Ok(response) => response,
            Err(error) if error.is_timeout() => return Ok(Invoked::TimedOut),
            Err(error) => return Err(error).context("the emulator did not answer"),
        };
        let failed = !response.status().is_success();
        let body = read(&response.text().await?)?;
        Ok(if failed { Invoked::failed(&body) } else { Invoked::Returned(body) })
    }

    /// What a function has printed so far.
    pub(super) fn output(&self, function: &str) -> String {
        self.functions
            .iter()
            .find(|(name, _)| *name == function)
            .map_or_else(String::new, |(_, process)| process.output())
    }
}

/// A function may return members that a [`Value`] cannot hold: half a surrogate pair, lists in lists. Those are left out.
fn read(body: &str) -> Result<Value> {
    serde_json::from_str(body).or_else(|_| {
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(body)?;
        let readable =
            members.into_iter().filter_map(|(name, text)| Some((name, serde_json::from_str(text.get()).ok()?)));
        Ok(Value::Object(readable.collect()))
    })
}

/// Ready is what answers as the emulator does: another listener on the port would not know the function, or Lambda.
async fn start_lambda(http: &reqwest::Client, port: u16) -> Result<(Process, String)> {
    let origin = format!("http://127.0.0.1:{port}");
    let port = port.to_string();
    let arguments = ["lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", &port];
    let mut lambda = Process::start("cargo-lambda", &repository::tool("cargo-lambda")?, &arguments, &[])?;
    let nobody = format!("{origin}/2015-03-31/functions/nobody/invocations");
    let ready = async || match http.post(&nobody).body("{}").send().await {
        Ok(response) => response.text().await.is_ok_and(|text| text.contains("Missing function")),
        Err(_) => false,
    };
    lambda.wait_until(Duration::from_secs(20), ready).await?;
    Ok((lambda, origin))
}

fn start_function(name: &'static str, origin: &str, variables: &[(String, String)]) -> Result<Process> {
    let environment = environment(name, &format!("{origin}/.rt/{name}"), variables);
    Process::start(name, &repository::binary(name)?, &[], &environment)
}

/// An HTTP client for the loopback interface: no proxy that a developer may have set gets in between.
///
/// # Errors
/// TLS could not be set up.
pub fn client() -> Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
