//! Salesforce, the directory or the network is cut after every number of bytes that a sign-in takes: no tokens before
//! the last byte of the last answer, and no text but the public one.

use anyhow::{Result, ensure};
use integration_tests::cognito::Reply;
use integration_tests::directory::{self, LINK};
use integration_tests::faults::lines::{Cut, Lines};
use integration_tests::person;
use integration_tests::world::{ALICE, Builder, World, unavailable};
use serde_json::{Value, json};

/// Bytes from one cut to the next, where not every byte is tried.
const STEP: usize = 7;

/// Where something is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Salesforce,
    Directory,
    /// Both, and the table of used tokens.
    Network,
}

/// A world in which Verify reaches the services along lines that can be cut.
pub struct Stage {
    pub world: World,
    pub lines: Lines,
}

impl Stage {
    pub async fn new(on: On, mut builder: Builder) -> Result<Self> {
        let mut cut = vec![
            (On::Salesforce, "SALESFORCE_DOMAIN_URL"),
            (On::Directory, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"),
            (On::Network, "AWS_ENDPOINT_URL_DYNAMODB"),
        ];
        cut.retain(|(of, _)| on == *of || on == On::Network);
        let lines = Lines::start(cut.len()).await?;
        for (index, (_, variable)) in cut.iter().enumerate() {
            builder = builder.verify(variable, &lines.origin(index)?);
        }
        let world = builder.environments(1).start().await?;
        let behind = cut.iter().map(|(of, _)| match of {
            On::Salesforce => world.salesforce.origin(),
            On::Directory => world.directory.origin(),
            On::Network => world.token_store.origin(),
        });
        lines.lead_to(&behind.collect::<Vec<_>>())?;
        Ok(Self { world, lines })
    }

    /// A sign-in with a token of its own, in a world without a link from the last one.
    async fn sign_in(&mut self) -> Result<Reply> {
        self.world.token = self.world.new_token();
        self.world.found([alice(&self.world)]);
        self.world.honest_sign_in().await
    }

    /// Connections that no sign-in has used yet, or that one has.
    async fn connect(&mut self, kept: bool) -> Result<()> {
        self.lines.mend().await?;
        if kept {
            ensure!(self.sign_in().await?.is_signed_in(), "{:?}", self.world.last_reason());
        }
        Ok(())
    }

    /// How many bytes a sign-in takes.
    async fn bytes(&mut self) -> Result<usize> {
        self.connect(true).await?;
        let first = self.lines.passed();
        ensure!(self.sign_in().await?.is_signed_in(), "{:?}", self.world.last_reason());
        let both = self.lines.passed();
        ensure!(first > 500 && both == 2 * first, "one sign-in takes {first} bytes, two take {both}");
        Ok(first)
    }

    /// The reply to a sign-in that is cut; whether its token was noted, and a link written, before that.
    async fn cut(&mut self, bytes: usize, cut: Cut) -> Result<(Reply, bool, bool)> {
        let noted = self.world.token_store.items().len();
        self.lines.limit(bytes, cut).await?;
        let reply = self.sign_in().await?;
        let linked = self.world.directory.attribute(ALICE, LINK).is_some();
        Ok((reply, self.world.token_store.items().len() > noted, linked))
    }
}

fn alice(world: &World) -> Value {
    directory::user(ALICE, &world.email, true, true)
}

fn writing() -> Builder {
    Builder::default().one_time_use().link()
}

/// Cuts at every `step`th byte of a sign-in on new connections, at fewer on kept ones, and before the last.
async fn gives_no_tokens(on: On, builder: Builder, cut: Cut, step: usize) -> Result<()> {
    let mut stage = Stage::new(on, builder).await?;
    let bytes = stage.bytes().await?;
    for (kept, step) in [(false, step), (true, STEP)] {
        for limit in (0..bytes).step_by(step).chain([bytes - 1]) {
            stage.connect(kept).await?;
            let (reply, noted, linked) = stage.cut(limit, cut).await?;
            let about =
                || format!("{limit} of {bytes} bytes, connections kept: {kept}, {:?}", stage.world.last_reason());
            ensure!(reply == Reply::Failed(unavailable()), "{reply:?} after {}", about());
            ensure!(linked || !noted, "the token was noted before the link was written, {}", about());
        }
        stage.connect(kept).await?;
        ensure!(stage.cut(bytes + 1, cut).await?.0.is_signed_in());
    }
    Ok(())
}

#[tokio::test]
async fn salesforce_cut_off_at_any_byte_gives_no_tokens() -> Result<()> {
    gives_no_tokens(On::Salesforce, Builder::default(), Cut::Everything, 1).await
}

#[tokio::test]
async fn the_directory_cut_off_at_any_byte_gives_no_tokens() -> Result<()> {
    gives_no_tokens(On::Directory, Builder::default(), Cut::Everything, 1).await
}

#[tokio::test]
async fn the_network_cut_off_anywhere_gives_no_tokens_and_no_note_without_a_link() -> Result<()> {
    gives_no_tokens(On::Network, writing(), Cut::Everything, STEP).await
}

#[tokio::test]
async fn the_network_reset_anywhere_gives_no_tokens_and_no_note_without_a_link() -> Result<()> {
    gives_no_tokens(On::Network, writing(), Cut::EverythingAtOnce, STEP).await
}

/// Cuts one connection: before the body of the answer that costs nothing, and in it the sign-in.
async fn is_asked_again_before_the_body(on: On, body: impl Fn(&World) -> Value) -> Result<()> {
    let mut stage = Stage::new(on, Builder::default()).await?;
    let bytes = stage.bytes().await?;
    let body = body(&stage.world).to_string().len();
    for (kept, step) in [(false, 1), (true, STEP)] {
        for limit in (0..bytes).step_by(step).chain([bytes - body - 1, bytes - body, bytes - 1]) {
            stage.connect(kept).await?;
            let (reply, ..) = stage.cut(limit, Cut::OneConnection).await?;
            let expected =
                if limit < bytes - body { reply.is_signed_in() } else { reply == Reply::Failed(unavailable()) };
            let reason = stage.world.last_reason();
            ensure!(expected, "{reply:?} after {limit} of {bytes} bytes, connections kept: {kept}, {reason:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_to_salesforce_cut_once_before_the_body_costs_no_sign_in() -> Result<()> {
    is_asked_again_before_the_body(On::Salesforce, |world| person::claims(&world.email)).await
}

#[tokio::test]
async fn a_connection_to_the_directory_cut_once_before_the_body_costs_no_sign_in() -> Result<()> {
    is_asked_again_before_the_body(On::Directory, |world| json!({"Users": [alice(world)]})).await
}

#[tokio::test]
async fn a_connection_cut_once_anywhere_denies_nobody_and_lets_nobody_in_without_note_and_link() -> Result<()> {
    let mut stage = Stage::new(On::Network, writing()).await?;
    let bytes = stage.bytes().await?;
    for kept in [false, true] {
        for limit in (0..bytes).step_by(STEP) {
            stage.connect(kept).await?;
            let (reply, noted, linked) = stage.cut(limit, Cut::OneConnection).await?;
            let expected = if reply.is_signed_in() { noted && linked } else { reply == Reply::Failed(unavailable()) };
            ensure!(expected, "{reply:?} after {limit} of {bytes} bytes, noted: {noted}, linked: {linked}");
        }
    }
    Ok(())
}
