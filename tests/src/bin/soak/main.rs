//! Do the triggers stay as they are under load?
//!
//! Signs in thousands of times through the release binaries, eight at a time, with good tokens, bad ones and services
//! that fail mixed, and ends with an error for a wrong verdict, a process that ended, memory or file descriptors that
//! grew, or a connection to Salesforce that was not kept.

#![expect(clippy::print_stdout, reason = "prints the result")]

mod person;
mod resources;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt, stream};
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::lambda::Lambda;
use integration_tests::lambda::environments::Environments;
use integration_tests::misbehaving::{Manner, Misbehaving};
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, World};

use crate::person::{Kind, People};
use crate::resources::Resources;

const SIGN_INS: usize = 20_000;
const AT_A_TIME: usize = 8;
/// Fewer than there are sign-ins at a time, so that some have to wait.
const PROCESSES: usize = 4;
const FORWARDS: &[Manner] = &[Manner::Forwards];

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let sign_ins = arguments.next().map_or(Ok(SIGN_INS), |number| number.parse())?;
    let mode = mode(arguments.next().as_deref())?;
    let builder = Builder::default().mode(mode).environments(PROCESSES);
    let mut world = builder.before_salesforce(FORWARDS).before_directory(FORWARDS).start().await?;
    let people = People::settle(&mut world).await;
    let mut resources = Resources::of(environments(&world)?)?;

    let start = Instant::now();
    let mut counts = BTreeMap::<Kind, usize>::new();
    let (world, people) = (&world, &people);
    let mut results = stream::iter((0..sign_ins).map(|turn| async move {
        let kind = Kind::at(turn);
        people.sign_in(world, kind).await.map(|()| kind)
    }))
    .buffer_unordered(AT_A_TIME);
    while let Some(kind) = results.next().await {
        *counts.entry(kind?).or_default() += 1;
        resources.note_when_warm(environments(world)?)?;
    }
    let took = start.elapsed();

    report(mode, sign_ins, took, &counts);
    verdicts_are_logged(world, &counts)?;
    resources.have_not_grown(environments(world)?)?;
    connections_were_kept(world, &counts)
}

fn mode(name: Option<&str>) -> Result<Mode> {
    let Some(name) = name else { return Ok(Mode::default()) };
    let known = [Mode::Unchecked, Mode::IdToken].into_iter().find(|mode| mode.name() == name);
    known.with_context(|| format!("soak runs in the modes unchecked and id_token, not {name}"))
}

fn environments(world: &World) -> Result<&Environments> {
    match world.cognito.lambda() {
        Lambda::Environments(environments) => Ok(environments),
        Lambda::Emulator(_) => bail!("the world has no execution environments"),
    }
}

fn report(mode: Mode, sign_ins: usize, took: Duration, counts: &BTreeMap<Kind, usize>) {
    println!(
        "{sign_ins} sign-ins in mode {}, {AT_A_TIME} at a time, {PROCESSES} processes of each function: {} s",
        mode.name(),
        took.as_secs()
    );
    for (kind, count) in counts {
        println!("  {count:>6}  {}: {}", kind.name(), kind.reason().unwrap_or("signed in"));
    }
}

/// Each sign-in left one verdict in the log, for its own reason.
fn verdicts_are_logged(world: &World, counts: &BTreeMap<Kind, usize>) -> Result<()> {
    let mut logged = BTreeMap::<Option<String>, usize>::new();
    for line in world.verdicts()? {
        let reason = line.get("reason").and_then(|reason| reason.as_str()).map(ToOwned::to_owned);
        *logged.entry(reason).or_default() += 1;
    }
    let mut expected = BTreeMap::<Option<String>, usize>::new();
    for (kind, count) in counts {
        *expected.entry(kind.reason().map(ToOwned::to_owned)).or_default() += count;
    }
    ensure!(logged == expected, "the log has {logged:?}, not {expected:?}");
    Ok(())
}

/// One for each process; an exchange that the deadline cut off takes its connection with it.
fn connections_were_kept(world: &World, counts: &BTreeMap<Kind, usize>) -> Result<()> {
    let cut_off = counts.get(&Kind::SalesforceSilent).copied().unwrap_or_default();
    let connections = |before: &Option<Misbehaving>| before.as_ref().map_or(0, Misbehaving::connections);
    let (salesforce, directory) = (connections(&world.before_salesforce), connections(&world.before_directory));
    println!("connections to Salesforce: {salesforce}, of which {cut_off} replaced one that a deadline cut off");
    println!("connections to the directory: {directory}");
    let per_process = if world.mode == Mode::IdToken { 2 } else { 1 };
    ensure!(salesforce <= per_process * PROCESSES + cut_off, "connections to Salesforce were not kept");
    ensure!(directory <= PROCESSES, "connections to the directory were not kept");
    for function in [DEFINE, CREATE, VERIFY] {
        ensure!(environments(world)?.of(function)?.each().iter().all(|one| one.id().is_ok()), "{function} ended");
    }
    Ok(())
}
