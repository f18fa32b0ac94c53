//! The commands of the README work.

use anyhow::{Context, Result, ensure};
use integration_tests::local_aws::LocalAws;
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::repository;
use integration_tests::salesforce::Salesforce;

/// The commands around the tested block. They start and end local AWS and the stand-in; the test does that itself.
const BEGIN: &str = "source target/demo.env\n";
const END: &str = "make demo-stop\n";

/// The block of commands for an existing pool on local AWS.
fn commands() -> Result<String> {
    let readme = std::fs::read_to_string(repository::root().join("README.md"))?;
    let (_, rest) = readme.split_once(BEGIN).context("the README has no such block")?;
    let (commands, _) = rest.split_once(END).context("the block has no end")?;
    ensure!(!commands.contains("```"), "the end is in another block");
    Ok(commands.to_owned())
}

#[tokio::test]
async fn an_existing_pool_is_attached_signs_in_and_is_detached_again() -> Result<()> {
    let (local_aws, salesforce) = (LocalAws::start().await?, Salesforce::start().await);
    let (email, token) = (person::email_of("alice"), person::token_of(ORGANIZATION));
    salesforce.grant(&token, person::claims(&email));
    let commands = format!("PATH={:?}:$PATH\n{}", repository::tools(), commands()?);
    let variables =
        [("ORIGIN", &*salesforce.origin()), ("ORGANIZATION", ORGANIZATION), ("EMAIL", &email), ("TOKEN", &token)];
    local_aws.bootstrap()?;
    let printed = local_aws.shell(&commands, &variables)?;
    for expected in ["attached; ", "\"IdToken\": \"", "detached", "the pool is as it was"] {
        ensure!(printed.contains(expected), "the output has no {expected:?}:\n{printed}");
    }
    Ok(())
}
