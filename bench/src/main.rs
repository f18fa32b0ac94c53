//! How fast are the triggers, beside a floor and beside Node.js? See `docs/performance.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "prints progress and the result")]

mod baseline;
mod campaign;
mod instructions;
mod machine;
mod measure;
mod plot;
mod process;
mod report;
mod server;
mod size;
mod statistics;
mod subject;
mod targets;

use anyhow::{Context, Result, bail};
use integration_tests::repository;

use crate::campaign::Plan;

/// What stands around the figures in `docs/performance.md`.
const BEGIN: &str = "<!-- figures: written by `make bench` -->\n";
const END: &str = "<!-- end of figures -->\n";

#[tokio::main]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => measure(&Plan { cold: 30, warm: 2000 }).await,
        Some("quick") => measure(&Plan { cold: 5, warm: 200 }).await,
        Some("check") => baseline::check().await,
        Some("accept") => baseline::accept().await,
        Some(other) => bail!("`{other}` is none of: quick, check, accept"),
    }
}

async fn measure(plan: &Plan) -> Result<()> {
    let figures = campaign::run(plan, |part| eprintln!("measuring {part} ...")).await?;
    let report = report::markdown(plan, &figures)?;
    println!("{report}");
    let page = repository::root().join("docs/performance.md");
    let text = std::fs::read_to_string(&page)?;
    let (before, rest) = text.split_once(BEGIN).context("docs/performance.md has no place for the figures")?;
    let (_, after) = rest.split_once(END).context("docs/performance.md has no end of the figures")?;
    plot::draw(&figures)?;
    std::fs::write(page, [before, BEGIN, "\n", &report, "\n", END, after].concat())?;
    Ok(())
}
