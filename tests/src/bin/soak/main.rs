//! Are the triggers stable under load?
//!
//! Makes thousands of sign-ins through the release binaries, eight at a time, with valid tokens, bad tokens and failing
//! services. It fails if a verdict is wrong, a process ended, memory or file descriptors grew, or a connection to
//! Salesforce was not kept.

#![expect(clippy::print_stdout, reason = "prints the result")]

mod resources;
mod sign_ins;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt, stream};
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::faults::proxy::{ConnectionFault, FaultProxy};
use integration_tests::lambda::Lambda;
use integration_tests::lambda::environments::Environments;
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, World};

use crate::resources::Resources;
use crate::sign_ins::{Kind, Users};

const SIGN_INS: usize = 20_000;
const AT_A_TIME: usize = 8;
/// Fewer than the simultaneous sign-ins, so that some have to wait.
const PROCESSES: usize = 4;
const NO_FAULT: &[ConnectionFault] = &[ConnectionFault::NoFault];

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let sign_ins = arguments.next().map_or(Ok(SIGN_INS), |number| number.parse())?;
    let mode = mode(arguments.next().as_deref())?;
    let builder = Builder::default().mode(mode).environments(PROCESSES);
    let mut world = builder.salesforce_faults(NO_FAULT).directory_faults(NO_FAULT).start().await?;
    let users = Users::create(&mut world).await;
    let mut resources = Resources::of(environments(&world)?)?;

    let start = Instant::now();
    let mut counts = BTreeMap::<Kind, usize>::new();
    let (world, users) = (&world, &users);
    let mut results = stream::iter((0..sign_ins).map(|turn| async move {
        let kind = Kind::at(turn);
        users.sign_in(world, kind).await.map(|()| kind)
    }))
    .buffer_unordered(AT_A_TIME);
    while let Some(kind) = results.next().await {
        *counts.entry(kind?).or_default() += 1;
        resources.record_when_warm(environments(world)?)?;
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

/// The log must have one verdict for each sign-in, with the expected reason.
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
    ensure!(logged == expected, "the log has {logged:?} instead of {expected:?}");
    Ok(())
}

/// Each process needs one connection. A call that the deadline ends loses its connection.
fn connections_were_kept(world: &World, counts: &BTreeMap<Kind, usize>) -> Result<()> {
    let timed_out = counts.get(&Kind::SalesforceSilent).copied().unwrap_or_default();
    let connections = |before: &Option<FaultProxy>| before.as_ref().map_or(0, FaultProxy::connections);
    let (salesforce, directory) = (connections(&world.salesforce_proxy), connections(&world.directory_proxy));
    println!("connections to Salesforce: {salesforce}, of which {timed_out} replaced one that the deadline ended");
    println!("connections to the directory: {directory}");
    let per_process = if world.mode == Mode::IdToken { 2 } else { 1 };
    ensure!(salesforce <= per_process * PROCESSES + timed_out, "connections to Salesforce were not kept");
    ensure!(directory <= PROCESSES, "connections to the directory were not kept");
    for function in [DEFINE, CREATE, VERIFY] {
        ensure!(environments(world)?.of(function)?.each().iter().all(|one| one.id().is_ok()), "{function} ended");
    }
    Ok(())
}
