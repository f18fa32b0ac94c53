//! The Lambda service, played by cargo-lambda's emulator, with the release binaries behind it.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::lambda::{COGNITO_TIMEOUT, Invoked, environment, read};
use crate::process::{Process, on_free_port};
use crate::repository;

/// A Lambda endpoint, and a process of each function.
pub struct Emulator {
    functions: Vec<(&'static str, Process)>,
    _lambda: Process,
    origin: String,
    http: reqwest::Client,
}

impl Emulator {
    /// Starts the emulator and a process of each function with its variables.
    pub async fn start(functions: &[(&'static str, Vec<(String, String)>)]) -> Result<Self> {
        let http = client()?;
        let (lambda, origin) = on_free_port(async |port| start_lambda(&http, port).await).await?;
        let functions = functions
            .iter()
            .map(|(name, variables)| Ok((*name, start_function(name, &origin, variables)?)))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { functions, _lambda: lambda, origin, http })
    }

    /// Invokes a function, and waits as long as Cognito does.
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
        let body = read(&response.bytes().await?)?;
        Ok(if failed { Invoked::failed(&body) } else { Invoked::Returned(body) })
    }

    pub(super) fn output(&self, function: &str) -> String {
        self.functions
            .iter()
            .find(|(name, _)| *name == function)
            .map_or_else(String::new, |(_, process)| process.output())
    }
}

/// The emulator is ready when it reports an unknown function. Another program on this port would answer differently.
async fn start_lambda(http: &reqwest::Client, port: u16) -> Result<(Process, String)> {
    let origin = format!("http://127.0.0.1:{port}");
    let port = port.to_string();
    let arguments = ["lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", &port];
    let mut lambda = Process::start("cargo-lambda", &repository::tool("cargo-lambda")?, &arguments, &[])?;
    let unknown = format!("{origin}/2015-03-31/functions/unknown/invocations");
    let ready = async || match http.post(&unknown).body("{}").send().await {
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

/// An HTTP client for the loopback interface. It ignores the developer's proxy settings.
pub fn client() -> Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
