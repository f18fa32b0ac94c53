//! Measures the triggers, and compares them with minimal programs and with Node.js. See `docs/performance.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "prints progress and the result")]

mod baseline;
mod campaign;
mod instructions;
mod machine;
mod measure;
mod plot;
mod process;
mod profiles;
mod report;
mod server;
mod size;
mod statistics;
mod subject;
mod targets;

use anyhow::{Context, Result, bail};
use integration_tests::repository;

use crate::campaign::{DELAYS, Plan};

/// On one thread, so that another processor is free for the measured process.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => measure(&Plan { cold: 30, warm: 2000, delays: &DELAYS }).await,
        Some("quick") => measure(&Plan { cold: 5, warm: 200, delays: &DELAYS }).await,
        Some("profiles") => compare_profiles().await,
        Some("check") => baseline::check().await,
        Some("accept") => baseline::accept().await,
        Some(other) => bail!("unknown argument `{other}`: use quick, profiles, check or accept"),
    }
}

async fn measure(plan: &Plan) -> Result<()> {
    let figures = campaign::run(plan, &subject::all()?, progress).await?;
    let report = report::markdown(plan, &figures)?;
    plot::draw(&figures)?;
    publish("figures: written by `make bench`", "end of figures", &report)
}

async fn compare_profiles() -> Result<()> {
    let subjects = profiles::build(progress)?;
    let figures = campaign::run(&Plan { cold: 30, warm: 1000, delays: &[] }, &subjects, progress).await?;
    publish("profiles: written by `make bench-profiles`", "end of profiles", &report::profiles(&figures)?)
}

fn progress(part: &str) {
    eprintln!("measuring {part} ...");
}

/// Prints a report, and writes it between these comments in `docs/performance.md`.
fn publish(begin: &str, end: &str, report: &str) -> Result<()> {
    println!("{report}");
    let (begin, end) = (format!("<!-- {begin} -->\n"), format!("<!-- {end} -->\n"));
    let page = repository::root().join("docs/performance.md");
    let text = std::fs::read_to_string(&page)?;
    let (before, rest) = text.split_once(&begin).with_context(|| format!("docs/performance.md has no {begin}"))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("docs/performance.md has no {end}"))?;
    Ok(std::fs::write(page, [before, &begin, "\n", report, "\n", &end, after].concat())?)
}
