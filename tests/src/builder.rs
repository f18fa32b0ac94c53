//! A world before it has started: what is configured, and what stands in front of the services.

use std::sync::Arc;

use anyhow::Result;

use crate::cognito::{CREATE, Cognito, DEFINE, User, VERIFY};
use crate::directory::{self, Directory};
use crate::lambda::environments::Environments;
use crate::lambda::{Emulator, Lambda};
use crate::misbehaving::{Manner, Misbehaving};
use crate::person::{self, ORGANIZATION};
use crate::proofs::{CONSUMER_KEY, Mode, SECRET_ARN};
use crate::salesforce::Salesforce;
use crate::secrets::Secrets;
use crate::token_store::{TABLE, TokenStore};
use crate::world::{ALICE, World};

/// The part of the requests that is treated in some manner.
type Before = Option<(&'static str, &'static [Manner])>;

/// A world before it has started.
#[derive(Clone, Default)]
pub struct Builder {
    mode: Mode,
    environments: Option<usize>,
    variables: Vec<(&'static str, String, String)>,
    before_salesforce: Before,
    before_directory: Before,
    before_token_store: Before,
    before_secrets: Before,
    prepare: Option<Prepare>,
}

/// Changes the services before any function starts.
type Prepare = Arc<dyn Fn(&Services<'_>) + Send + Sync>;

/// What Verify asks.
#[expect(missing_docs, reason = "as in `World`")]
pub struct Services<'a> {
    pub salesforce: &'a Salesforce,
    pub directory: &'a Directory,
    pub secrets: &'a Secrets,
    pub token_store: &'a TokenStore,
}

impl Builder {
    /// Checks whom tokens were issued to in this way, with all that the mode needs.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Runs so many processes of each function side by side, instead of one behind cargo-lambda's emulator.
    #[must_use]
    pub fn environments(mut self, size: usize) -> Self {
        self.environments = Some(size);
        self
    }

    /// Sets a variable of one function, in place of the valid value.
    #[must_use]
    pub fn variable(mut self, function: &'static str, name: &str, value: &str) -> Self {
        self.variables.push((function, name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a variable of Verify, in place of the valid value.
    #[must_use]
    pub fn verify(self, name: &str, value: &str) -> Self {
        self.variable(VERIFY, name, value)
    }

    /// Lets each token sign in once.
    #[must_use]
    pub fn one_time_use(self) -> Self {
        self.verify("TOKEN_USE_TABLE", TABLE)
    }

    /// Writes the link at the first sign-in.
    #[must_use]
    pub fn link(self) -> Self {
        self.verify("LINK_ON_FIRST_SIGN_IN", "true")
    }

    /// Puts a [`Misbehaving`] server in front of Salesforce.
    #[must_use]
    pub fn before_salesforce(self, manners: &'static [Manner]) -> Self {
        self.before_salesforce_for("", manners)
    }

    /// Puts a [`Misbehaving`] server in front of one part of Salesforce: a path.
    #[must_use]
    pub fn before_salesforce_for(mut self, path: &'static str, manners: &'static [Manner]) -> Self {
        self.before_salesforce = Some((path, manners));
        self
    }

    /// Puts a [`Misbehaving`] server in front of the directory.
    #[must_use]
    pub fn before_directory(self, manners: &'static [Manner]) -> Self {
        self.before_directory_for("", manners)
    }

    /// Puts a [`Misbehaving`] server in front of one operation of the directory.
    #[must_use]
    pub fn before_directory_for(mut self, operation: &'static str, manners: &'static [Manner]) -> Self {
        self.before_directory = Some((operation, manners));
        self
    }

    /// Puts a [`Misbehaving`] server in front of the table of used tokens.
    #[must_use]
    pub fn before_token_store(mut self, manners: &'static [Manner]) -> Self {
        self.before_token_store = Some(("", manners));
        self
    }

    /// Puts a [`Misbehaving`] server in front of Secrets Manager.
    #[must_use]
    pub fn before_secrets(mut self, manners: &'static [Manner]) -> Self {
        self.before_secrets = Some(("", manners));
        self
    }

    /// Changes the services before any function starts: Verify fetches keys and secret while it starts.
    #[must_use]
    pub fn prepare(mut self, prepare: impl Fn(&Services<'_>) + Send + Sync + 'static) -> Self {
        self.prepare = Some(Arc::new(prepare));
        self
    }

    /// Starts everything: a world in which Alice can sign in.
    ///
    /// # Errors
    /// A program is missing or did not start.
    pub async fn start(self) -> Result<World> {
        let (salesforce, directory) = (Salesforce::start().await, Directory::start().await);
        let (secrets, token_store) = (Secrets::start().await, TokenStore::start().await);
        let (before_salesforce, salesforce_url) = in_front_of(salesforce.origin(), self.before_salesforce).await?;
        let (before_directory, directory_url) = in_front_of(directory.origin(), self.before_directory).await?;
        let (before_token_store, store_url) = in_front_of(token_store.origin(), self.before_token_store).await?;
        let (before_secrets, secrets_url) = in_front_of(secrets.origin(), self.before_secrets).await?;
        if let Some(prepare) = &self.prepare {
            prepare(&Services {
                salesforce: &salesforce,
                directory: &directory,
                secrets: &secrets,
                token_store: &token_store,
            });
        }
        let mut verify = vec![
            ("SALESFORCE_DOMAIN_URL", salesforce_url.clone()),
            ("SALESFORCE_ORGANIZATION_IDS", ORGANIZATION.to_owned()),
            ("SALESFORCE_AUDIENCE_MODE", self.mode.name().to_owned()),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", directory_url),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets_url),
            ("AWS_ENDPOINT_URL_DYNAMODB", store_url),
        ];
        if self.mode != Mode::Unchecked {
            verify.push(("SALESFORCE_CLIENT_IDS", CONSUMER_KEY.to_owned()));
        }
        if self.mode == Mode::Introspection {
            verify.push(("SALESFORCE_INTROSPECTION_SECRET_ARN", SECRET_ARN.to_owned()));
        }
        let create = [("SALESFORCE_DOMAIN_URL", salesforce.origin())];
        let functions = [
            (DEFINE, self.environment(DEFINE, &[])),
            (CREATE, self.environment(CREATE, &create)),
            (VERIFY, self.environment(VERIFY, &verify)),
        ];
        let lambda = match self.environments {
            None => Lambda::Emulator(Emulator::start(&functions).await?),
            Some(size) => Lambda::Environments(Environments::start(size, &functions).await?),
        };
        let email = person::email_of("alice");
        directory.add(directory::user(ALICE, &email, true, true));
        let mut cognito = Cognito::new(lambda);
        cognito.add(&email, User::new(ALICE, &email));
        let domain = self.verify_has("SALESFORCE_DOMAIN_URL").unwrap_or(salesforce_url);
        let issuer = self.verify_has("SALESFORCE_ISSUERS").unwrap_or_else(|| domain.clone());
        let mut world = World {
            cognito,
            salesforce,
            directory,
            secrets,
            token_store,
            before_salesforce,
            before_directory,
            before_token_store,
            before_secrets,
            mode: self.mode,
            issuer: issuer.split(',').next().unwrap_or_default().trim().to_owned(),
            domain,
            email,
            token: String::new(),
        };
        world.token = world.new_token();
        Ok(world)
    }

    fn verify_has(&self, wanted: &str) -> Option<String> {
        let mut set = self.variables.iter().rev();
        set.find(|(function, name, _)| *function == VERIFY && name == wanted).map(|(.., value)| value.clone())
    }

    fn environment(&self, function: &str, valid: &[(&str, String)]) -> Vec<(String, String)> {
        let valid = valid.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let changed = self.variables.iter().filter(|(of, ..)| *of == function);
        valid.chain(changed.map(|(_, name, value)| (name.clone(), value.clone()))).collect()
    }
}

/// What stands in front of a server, if anything, and the address to use.
async fn in_front_of(behind: String, before: Before) -> Result<(Option<Misbehaving>, String)> {
    let Some((part, manners)) = before else { return Ok((None, behind)) };
    let before = Misbehaving::start_for(part, manners, &behind).await?;
    let origin = before.origin().to_owned();
    Ok((Some(before), origin))
}
