//! The kinds of sign-ins, and the expected result of each.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::{Reply, User};
use integration_tests::directory;
use integration_tests::jwt;
use integration_tests::person::{ORGANIZATION, OTHER_ORGANIZATION, claims_in, email_of, token_of};
use integration_tests::proofs::Mode;
use integration_tests::world::{ALICE, World, denied, unavailable};
use serde_json::json;
use wiremock::matchers::header;
use wiremock::{Mock, ResponseTemplate};

/// `sub` of another pool user.
const BOB: &str = "3f1d6c4e-0000-4000-8000-000000000b0b";

/// One kind of sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    ValidToken,
    RevokedToken,
    OtherOrganization,
    OtherUser,
    UnknownUser,
    SalesforceDown,
    DirectoryDown,
    SalesforceSilent,
}

impl Kind {
    pub fn at(turn: usize) -> Self {
        match turn % 1000 {
            // Such a sign-in takes four seconds, so there are few.
            999 => Self::SalesforceSilent,
            turn => match turn % 10 {
                0..=3 => Self::ValidToken,
                4 => Self::RevokedToken,
                5 => Self::OtherOrganization,
                6 => Self::OtherUser,
                7 => Self::UnknownUser,
                8 => Self::SalesforceDown,
                _ => Self::DirectoryDown,
            },
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::ValidToken => "valid token",
            Self::RevokedToken => "revoked token",
            Self::OtherOrganization => "token of another organization",
            Self::OtherUser => "token of another user",
            Self::UnknownUser => "unknown user",
            Self::SalesforceDown => "Salesforce answers 503",
            Self::DirectoryDown => "the directory throttles",
            Self::SalesforceSilent => "Salesforce is silent",
        }
    }

    /// The reason in Verify's log; `None` if the user is signed in.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::ValidToken => None,
            Self::RevokedToken => Some("token-rejected"),
            Self::OtherOrganization => Some("organization-not-allowed"),
            Self::OtherUser => Some("email-mismatch"),
            Self::UnknownUser => Some("user-not-found"),
            Self::SalesforceDown => Some("salesforce-failed"),
            Self::DirectoryDown => Some("directory-throttled"),
            Self::SalesforceSilent => Some("salesforce-timeout"),
        }
    }

    fn reply(self) -> Reply {
        match self {
            Self::ValidToken => Reply::SignedIn { sub: ALICE.to_owned() },
            Self::RevokedToken | Self::OtherOrganization | Self::OtherUser | Self::UnknownUser => {
                Reply::Failed(denied())
            }
            Self::SalesforceDown | Self::DirectoryDown | Self::SalesforceSilent => Reply::Failed(unavailable()),
        }
    }
}

/// The users and tokens apart from Alice and her token.
pub struct Users {
    bob: String,
    throttled: String,
    other_organization: String,
    down: String,
    silent: String,
}

impl Users {
    /// Adds them to the pool and to Salesforce.
    pub async fn create(world: &mut World) -> Self {
        let (bob, throttled) = (email_of("bob"), email_of("throttled"));
        for email in [&bob, &throttled] {
            world.cognito.add(email, User::new(BOB, email));
            world.directory.add(directory::user(BOB, email, true, true));
        }
        world.directory.throttle(&throttled);
        let other_organization = token_of(ORGANIZATION);
        world.salesforce.grant(&other_organization, claims_in(OTHER_ORGANIZATION, &world.email));
        let (down, silent) = (token_of(ORGANIZATION), token_of(ORGANIZATION));
        let page = ResponseTemplate::new(503).set_body_raw("<p>Down for maintenance</p>".repeat(200), "text/html");
        let later = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
        for (token, answer) in [(&down, page), (&silent, later)] {
            let with_token = Mock::given(header("authorization", format!("Bearer {token}").as_str()));
            world.salesforce.serve_also(with_token, answer).await;
        }
        Self { bob, throttled, other_organization, down, silent }
    }

    /// Signs in, and compares the result with the expected one.
    pub async fn sign_in(&self, world: &World, kind: Kind) -> Result<()> {
        let revoked = token_of(ORGANIZATION);
        let (username, token) = match kind {
            Kind::ValidToken => (&world.email, &world.token),
            Kind::RevokedToken => (&world.email, &revoked),
            Kind::OtherOrganization => (&world.email, &self.other_organization),
            Kind::OtherUser => (&self.bob, &world.token),
            Kind::UnknownUser => (&revoked, &world.token),
            Kind::SalesforceDown => (&world.email, &self.down),
            Kind::DirectoryDown => (&self.throttled, &world.token),
            Kind::SalesforceSilent => (&world.email, &self.silent),
        };
        let (session, parameters) = world.challenge(username).await?;
        let nonce = parameters.get("nonce").and_then(|nonce| nonce.as_str()).context("no nonce")?;
        let reply = world.cognito.respond(&session, &answer(world, token, nonce), None).await?;
        ensure!(reply == kind.reply(), "{}: {reply:?}", kind.name());
        Ok(())
    }
}

fn answer(world: &World, token: &str, nonce: &str) -> String {
    if world.mode != Mode::IdToken {
        return token.to_owned();
    }
    let id_token = world.id_token(|claims| {
        if let Some(claims) = claims.as_object_mut() {
            claims.insert("nonce".to_owned(), json!(nonce));
            claims.insert("at_hash".to_owned(), json!(jwt::at_hash(token)));
        }
    });
    json!({"access_token": token, "id_token": id_token}).to_string()
}
