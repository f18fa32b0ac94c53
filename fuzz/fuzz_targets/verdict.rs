//! All of Verify, from the event to the response, with services simulated in memory: a user is allowed if and only if a
//! second implementation of the conditions says so.
//!
//! Input: sections, separated by a line `---`. Words that choose the configuration; the event; the body of UserInfo;
//! the users that the directory returns; the body of introspection.
#![no_main]

#[path = "../../triggers/verify-auth-challenge/src/handler.rs"]
mod handler;

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::SystemTime;

use cognito_trigger::{Invocation, VerifyAuthChallenge};
use jsonwebtoken::DecodingKey;
use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::events::{answered, assert_unchanged_except, user_exists, view};
use salesforce_cognito_fuzz::members::members;
use salesforce_cognito_fuzz::signed;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use salesforce::{
    AllowedOrganizations, AudienceMode, Endpoints, Identity, OrganizationId, SalesforceProvider, SalesforceUserId, UserInfo,
    fuzzing, user_info,
};
use verification::oidc::ClientIds;
use verification::oidc::id_token::IdTokenRules;
use verification::oidc::introspection::{self, Introspection};
use verification::ports::{DirectoryUser, TokenStore, UserDirectory};
use verification::{
    AccessToken, AllowedEmailDomains, DirectoryMode, EmailAddress, Policy, Refusal, TokenUse, Unavailable, UsedToken,
    Verifier,
};

const DOMAIN: &str = "https://acme.my.salesforce.com";
const ORGANIZATIONS: &str = "00DSG000009FYVd2AO,00DDE00000485Lg";
const LINK: &str = "custom:salesforce_user_id";
const STATUSES: [&str; 3] = ["CONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"];
const CLAIMS: [&str; 8] = [
    "sub",
    "organization_id",
    "user_id",
    "email",
    "email_verified",
    "active",
    "user_type",
    "is_salesforce_integration_user",
];

static KEY: LazyLock<DecodingKey> = LazyLock::new(|| DecodingKey::from_rsa_components(signed::N, "AQAB").unwrap());

thread_local! {
    // Time is paused, so the delay of a denial takes no time.
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
}

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut sections = text.split("\n---\n");
    let mut next = || sections.next().unwrap_or_default();
    let (words, event, user_info, users, introspection) = (next(), next(), next(), next(), next());
    let Ok(event) = serde_json::from_str::<Value>(event) else { return };
    let Some(view) = view::<VerifyAuthChallenge>(&event) else { return };
    let users: Vec<Value> = serde_json::from_str(users).unwrap_or_default();
    let world = World { words, user_info, users: &users, introspection, linked: Cell::new(false) };

    let provider = SalesforceProvider::new(world.provider_policy(), &world);
    let verifier = Verifier::new(world.policy(), provider, &world, world.says("once").then_some(&world));
    let invocation = Invocation { event: &view, request_id: "r", time_left: None };
    let answer = RUNTIME.with(|runtime| runtime.block_on(handler::handle(&verifier, |_| (), invocation)));
    let allowed = match answer {
        Ok(answer) => {
            let answer = answered(&event, &answer);
            let response = assert_unchanged_except(&event, &answer, &["answerCorrect"]);
            response["answerCorrect"].as_bool().unwrap()
        }
        Err(_) => false,
    };
    let matched = world.matches(&event);
    assert_eq!(allowed, matched.is_some() && !(world.says("once") && world.says("used")));
    assert_eq!(world.linked.get(), matched == Some(true), "a link is written if all rules passed and there is no link");
});

struct World<'a> {
    words: &'a str,
    user_info: &'a str,
    users: &'a [Value],
    introspection: &'a str,
    linked: Cell<bool>,
}

impl World<'_> {
    fn says(&self, word: &str) -> bool {
        self.words.split(' ').any(|said| said == word)
    }

    fn policy(&self) -> Policy {
        Policy {
            email_domains: self.says("domains").then(|| AllowedEmailDomains::parse("example.com").unwrap()),
            directory: if self.says("event") { DirectoryMode::Event } else { DirectoryMode::ListUsers },
            link_on_first_sign_in: self.says("link"),
        }
    }

    fn provider_policy(&self) -> salesforce::Policy {
        let clients = ClientIds::parse("ours,also-ours").unwrap();
        let audience = match self.words.split(' ').next() {
            Some("introspection") => AudienceMode::Introspection(clients),
            Some("access_token_jwt") => AudienceMode::AccessTokenJwt { clients, domain: DOMAIN.to_owned() },
            Some("id_token") => AudienceMode::IdToken(IdTokenRules {
                clients,
                issuers: vec![DOMAIN.to_owned()],
                require_at_hash: false,
                require_nonce: false,
            }),
            _ => AudienceMode::Unchecked,
        };
        salesforce::Policy { organizations: AllowedOrganizations::parse(ORGANIZATIONS).unwrap(), audience }
    }

    /// A second implementation of the conditions, over the JSON. Returns whether Verify has to write a link.
    fn matches(&self, event: &Value) -> Option<bool> {
        let when = |holds: bool| holds.then_some(());
        let request = &event["request"];
        let said = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        // The event.
        event["userPoolId"].as_str()?;
        said(&request["privateChallengeParameters"]["nonce"])?;
        said(&request["privateChallengeParameters"]["attemptId"])?;
        when(user_exists(event))?;
        let attributes = &request["userAttributes"];
        let pool_sub = said(&attributes["sub"])?;
        let pool_email: EmailAddress = attributes["email"].as_str()?.parse().ok()?;
        when(attributes["email_verified"].as_str()?.eq_ignore_ascii_case("true"))?;
        let signs_in = |status: &Value| match status {
            Value::Null => true,
            status => status.as_str().is_some_and(|status| STATUSES.contains(&status)),
        };
        when(signs_in(&attributes["cognito:user_status"]))?;
        // The answer.
        let (token, _) = verification::fuzzing::answer(Some(&request["challengeAnswer"])).ok()?;
        if let Some((prefix, _)) = token.split_once('!') {
            when(is_trusted(prefix))?;
        }
        // The Salesforce user.
        let info = members(self.user_info.as_bytes(), &CLAIMS)?;
        let text = |name: &str| info.get(name)?.as_str();
        let organization: OrganizationId = text("organization_id").filter(|id| is_trusted(id))?.parse().ok()?;
        let user: SalesforceUserId = text("user_id")?.parse().ok()?;
        let identity = (organization, user);
        when(fuzzing::subject(text("sub")?) == Some(identity))?;
        when(info.get("active") == Some(&json!(true)) && info.get("email_verified") == Some(&json!(true)))?;
        when(text("user_type") == Some("STANDARD"))?;
        when(matches!(info.get("is_salesforce_integration_user"), None | Some(Value::Bool(false))))?;
        let email: EmailAddress = text("email")?.parse().ok()?;
        when(email.as_str().eq_ignore_ascii_case(pool_email.as_str()))?;
        when(!self.says("domains") || email.as_str().to_ascii_lowercase().ends_with("@example.com"))?;
        // Our app.
        match self.words.split(' ').next() {
            Some("introspection") => self.names_our_app(identity)?,
            Some("access_token_jwt") => {
                when(token == signed::ACCESS_TOKEN && user.to_string() == "005SG000008eiAbYAI")?;
            }
            // The signed `id_token`s are too old, and the key to sign others was destroyed.
            Some("id_token") => return None,
            _ => {}
        }
        // The pool user.
        let mut linked = false;
        let fits = |link: &Value| match link {
            Value::Null => true,
            link => link.as_str().and_then(fuzzing::link) == Some(identity),
        };
        when(fits(&attributes[LINK]))?;
        if !self.says("event") {
            let has_email =
                |user: &&Value| user["email"].as_str().is_some_and(|text| text.eq_ignore_ascii_case(email.as_str()));
            let counts = |user: &&Value| user["enabled"] == true && user["email_verified"] == true;
            let counted: Vec<_> = self.users.iter().filter(has_email).filter(counts).collect();
            let [one] = counted.as_slice() else { return None };
            when(one["sub"] == pool_sub && (!one["status"].is_string() || signs_in(&one["status"])))?;
            when(!one["link"].is_string() || fits(&one["link"]))?;
            linked = one["link"].is_string();
        }
        // The link.
        let to_be_linked = self.says("link") && attributes[LINK].is_null() && !linked;
        when(!to_be_linked || event["userName"].is_string())?;
        Some(to_be_linked)
    }

    fn names_our_app(&self, identity: Identity) -> Option<()> {
        let found = members(self.introspection.as_bytes(), &["active", "client_id", "sub", "exp"])?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let ours = [Some(&json!("ours")), Some(&json!("also-ours"))].contains(&found.get("client_id"));
        let subject = found.get("sub")?.as_str().and_then(fuzzing::subject);
        let ends_later = found.get("exp")?.as_u64()? > now;
        (found.get("active") == Some(&json!(true)) && ours && subject == Some(identity) && ends_later).then_some(())
    }
}

fn is_trusted(organization: &str) -> bool {
    ["00DSG000009FYVd", "00DSG000009FYVd2AO", "00DDE00000485Lg", "00DDE00000485Lg2AI"].contains(&organization)
}

impl Endpoints for &World<'_> {
    async fn user_info(&self, _: &AccessToken) -> Result<UserInfo, Refusal> {
        user_info::parse(self.user_info.as_bytes())
    }

    async fn signing_key(&self, kid: &str) -> Result<Option<DecodingKey>, Unavailable> {
        Ok((kid == signed::KID).then(|| KEY.clone()))
    }

    async fn introspect(&self, _: &AccessToken, _: Instant) -> Result<Introspection, Refusal> {
        introspection::parse(self.introspection.as_bytes())
    }
}

impl UserDirectory for &World<'_> {
    /// Returns all users, because the rules compare the addresses again.
    async fn users_by_email(
        &self,
        _: &str,
        _: &EmailAddress,
        _: impl Fn(&[DirectoryUser]) -> bool,
    ) -> Result<Vec<DirectoryUser>, Unavailable> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Ok(self
            .users
            .iter()
            .map(|user| DirectoryUser {
                sub: text(&user["sub"]),
                email: text(&user["email"]),
                email_verified: user["email_verified"] == true,
                enabled: user["enabled"] == true,
                status: text(&user["status"]),
                link: text(&user["link"]),
            })
            .collect())
    }

    async fn link(&self, _: &str, _: &str, link: &str) -> Result<(), Unavailable> {
        assert!(fuzzing::link(link).is_some(), "{link}");
        self.linked.set(true);
        Ok(())
    }
}

impl TokenStore for &World<'_> {
    async fn record_use(&self, _: &UsedToken, _: &str) -> Result<TokenUse, Unavailable> {
        Ok(if self.says("used") { TokenUse::AnotherAttempt } else { TokenUse::ThisAttempt })
    }
}
