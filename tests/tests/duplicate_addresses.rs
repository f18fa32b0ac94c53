//! Pools in which many accounts have one address: self sign-up, and an address that need not be unique.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::directory::{LIST_USERS, reply, user, with_attribute};
use integration_tests::lambda::Lambda;
use integration_tests::world::{ALICE, Builder, World, denied, unavailable};
use serde_json::json;

/// Users that `ListUsers` returns at a time.
const PAGE: usize = 60;

/// Accounts with Alice's address that were signed up and never confirmed, before her own and behind it.
async fn among(before: usize, behind: usize) -> Result<World> {
    let world = World::start().await?;
    let stranger = |index| user(&format!("stranger-{index}"), &world.email, false, true);
    let alice = user(ALICE, &world.email, true, true);
    world.found((0..before).map(stranger).chain([alice]).chain((before..before + behind).map(stranger)));
    world.directory.page(PAGE, false);
    Ok(world)
}

#[tokio::test]
async fn unverified_accounts_with_the_address_lock_nobody_out_up_to_three_pages() -> Result<()> {
    for (before, behind, pages) in [(0, 1, 1), (1, 0, 1), (60, 0, 2), (119, 60, 3), (179, 0, 3), (0, 179, 3)] {
        let world = among(before, behind).await?;
        assert!(world.sign_in(&world.token).await?.is_signed_in(), "{before} {behind}: {:?}", world.verdicts()?);
        assert_eq!(world.directory.requests_for(LIST_USERS).await, pages, "{before} {behind}");
    }
    Ok(())
}

/// What remains, and `docs/security.md` says so.
#[tokio::test]
async fn more_of_them_than_three_pages_hold_are_no_verdict_after_three_calls() -> Result<()> {
    for (before, behind) in [(600, 0), (0, 600), (180, 0)] {
        let world = among(before, behind).await?;
        assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
        assert_eq!(world.last_reason()?, "directory-too-many-pages");
        assert_eq!(world.directory.requests_for(LIST_USERS).await, 3);
    }
    Ok(())
}

#[tokio::test]
async fn a_second_verified_account_denies_and_ends_the_search() -> Result<()> {
    let world = World::start().await?;
    let verified = |sub: &str| user(sub, &world.email, true, true);
    let unverified = (0..300).map(|index| user(&format!("stranger-{index}"), &world.email, false, true));
    world.found([verified(ALICE), verified("other")].into_iter().chain(unverified));
    world.directory.page(PAGE, false);
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(denied()));
    assert_eq!(world.last_reason()?, "email-not-unique");
    assert_eq!(world.directory.requests_for(LIST_USERS).await, 1);
    Ok(())
}

/// An attacker who knows Alice's address signs up with it, and signs in with a token that is the attacker's own.
#[tokio::test]
async fn an_unverified_account_of_an_attacker_gets_nothing() -> Result<()> {
    let mut world = World::start().await?;
    let attacker = integration_tests::cognito::User::new("attacker", &world.email);
    world.cognito.add("attacker", attacker);
    world.found([user("attacker", &world.email, false, true)]);
    assert_eq!(world.sign_in_as("attacker", &world.token).await?, Reply::Failed(denied()));
    assert_eq!(world.last_reason()?, "pool-email-unverified");
    world.found([user("attacker", &world.email, false, true), user(ALICE, &world.email, true, true)]);
    assert_eq!(world.sign_in_as("attacker", &world.token).await?, Reply::Failed(denied()));
    assert_eq!(world.last_reason()?, "different-user");
    Ok(())
}

#[tokio::test]
async fn pages_of_almost_a_mebibyte_without_end_cost_neither_memory_nor_the_deadline() -> Result<()> {
    let world = Builder::default().environments(1).start().await?;
    let padded = |index: usize| {
        with_attribute(user(&format!("s{index}"), &world.email, false, true), "custom:pad", &"a".repeat(17_000))
    };
    let page = json!({"Users": (0..60).map(padded).collect::<Vec<_>>(), "PaginationToken": "more"});
    assert!((900_000..1024 * 1024).contains(&page.to_string().len()));
    // Nothing takes more memory for its length than a user without anything.
    let empty = json!({"Users": vec![json!({}); 340_000], "PaginationToken": "more"});
    for (page, reason, most) in
        [(page, "directory-too-many-pages", 64 * 1024), (empty, "directory-too-large", 256 * 1024)]
    {
        world.directory.script(reply(200, &page));
        let start = Instant::now();
        for _ in 0..5 {
            assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
            assert_eq!(world.last_reason()?, reason);
        }
        assert!(start.elapsed() < Duration::from_secs(4 * 5), "{:?}", start.elapsed());
        let peak = peak_resident(&world)?;
        assert!(peak < most, "{reason}: {peak} KiB");
    }
    Ok(())
}

/// The largest resident size of the process of Verify so far, in KiB.
fn peak_resident(world: &World) -> Result<u64> {
    let Lambda::Environments(environments) = world.cognito.lambda() else { anyhow::bail!("no environments") };
    let process = environments.of(VERIFY)?.each().first().context("no process")?.id()?;
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(peak.trim().trim_end_matches(" kB").trim().parse()?)
}
