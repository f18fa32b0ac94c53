//! Pools in which many accounts have the same address: self sign-up is on, and addresses are not unique.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::directory::{LIST_USERS, reply, user, with_attribute};
use integration_tests::lambda::Lambda;
use integration_tests::world::{ALICE, Builder, World, denied, unavailable};
use serde_json::json;

/// Users that `ListUsers` returns at a time.
const PAGE: usize = 60;

/// A directory with unverified accounts with Alice's address, before and after her own.
async fn with_accounts(before: usize, after: usize) -> Result<World> {
    let world = World::start().await?;
    let other = |index| user(&format!("other-{index}"), &world.email, false, true);
    let alice = user(ALICE, &world.email, true, true);
    world.set_directory_users((0..before).map(other).chain([alice]).chain((before..before + after).map(other)));
    world.directory.page(PAGE, false);
    Ok(world)
}

#[tokio::test]
async fn up_to_three_pages_of_unverified_accounts_with_the_address_do_not_keep_the_user_out() -> Result<()> {
    for (before, after, pages) in [(0, 1, 1), (1, 0, 1), (60, 0, 2), (119, 60, 3), (179, 0, 3), (0, 179, 3)] {
        let world = with_accounts(before, after).await?;
        assert!(world.sign_in(&world.token).await?.is_signed_in(), "{before} {after}: {:?}", world.verdicts()?);
        assert_eq!(world.directory.requests_for(LIST_USERS).await, pages, "{before} {after}");
    }
    Ok(())
}

/// The remaining risk, as documented in `docs/security.md`.
#[tokio::test]
async fn with_more_than_three_pages_the_sign_in_is_unavailable_after_three_calls() -> Result<()> {
    for (before, after) in [(600, 0), (0, 600), (180, 0)] {
        let world = with_accounts(before, after).await?;
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
    let unverified = (0..300).map(|index| user(&format!("other-{index}"), &world.email, false, true));
    world.set_directory_users([verified(ALICE), verified("other")].into_iter().chain(unverified));
    world.directory.page(PAGE, false);
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(denied()));
    assert_eq!(world.last_reason()?, "email-not-unique");
    assert_eq!(world.directory.requests_for(LIST_USERS).await, 1);
    Ok(())
}

/// An attacker who knows Alice's address signs up with it, and signs in to that account with Alice's token.
#[tokio::test]
async fn an_unverified_account_of_an_attacker_is_denied() -> Result<()> {
    let mut world = World::start().await?;
    let attacker = integration_tests::cognito::User::new("attacker", &world.email);
    world.cognito.add("attacker", attacker);
    world.set_directory_users([user("attacker", &world.email, false, true)]);
    assert_eq!(world.sign_in_as("attacker", &world.token).await?, Reply::Failed(denied()));
    assert_eq!(world.last_reason()?, "pool-email-unverified");
    world.set_directory_users([user("attacker", &world.email, false, true), user(ALICE, &world.email, true, true)]);
    assert_eq!(world.sign_in_as("attacker", &world.token).await?, Reply::Failed(denied()));
    assert_eq!(world.last_reason()?, "different-user");
    Ok(())
}

#[tokio::test]
async fn endless_pages_of_almost_one_mebibyte_exceed_neither_memory_nor_the_deadline() -> Result<()> {
    let world = Builder::default().environments(1).start().await?;
    let padded = |index: usize| {
        with_attribute(user(&format!("s{index}"), &world.email, false, true), "custom:pad", &"a".repeat(17_000))
    };
    let page = json!({"Users": (0..60).map(padded).collect::<Vec<_>>(), "PaginationToken": "more"});
    assert!((900_000..1024 * 1024).contains(&page.to_string().len()));
    // For its length, a user without members takes most memory.
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
