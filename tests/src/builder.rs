//! A world before it has started: its configuration, and the proxies in front of its services.

use std::sync::Arc;

use anyhow::Result;

use crate::cognito::{CREATE, Cognito, DEFINE, User, VERIFY};
use crate::directory::{self, Directory};
use crate::faults::network::Network;
use crate::faults::proxy::{ConnectionFault, FaultProxy};
use crate::lambda::environments::Environments;
use crate::lambda::{Emulator, Lambda};
use crate::person::{self, ORGANIZATION};
use crate::proofs::{CONSUMER_KEY, Mode, SECRET_ARN};
use crate::salesforce::Salesforce;
use crate::secrets::Secrets;
use crate::signing_keys::SigningKey;
use crate::token_store::{TABLE, TokenStore};
use crate::world::{ALICE, World};

/// Connection faults of the requests whose head has this text. Without faults, there is no proxy.
type Faults = Option<(&'static str, &'static [ConnectionFault])>;

#[derive(Clone, Default)]
pub struct Builder {
    mode: Mode,
    environments: Option<usize>,
    emulator: bool,
    variables: Vec<(&'static str, String, String)>,
    salesforce_faults: Faults,
    directory_faults: Faults,
    token_store_faults: Faults,
    secrets_faults: Faults,
    prepare: Option<Prepare>,
}

type Prepare = Arc<dyn Fn(&Services<'_>) + Send + Sync>;

/// The services that Verify calls.
pub struct Services<'a> {
    pub salesforce: &'a Salesforce,
    pub directory: &'a Directory,
    pub secrets: &'a Secrets,
    pub token_store: &'a TokenStore,
}

impl Builder {
    /// Sets the audience mode, and the variables that it needs.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Runs so many processes of each function; the default is one.
    #[must_use]
    pub fn environments(mut self, size: usize) -> Self {
        self.environments = Some(size);
        self
    }

    /// Runs the functions behind cargo-lambda's emulator. It implements the Runtime API independently of this harness,
    /// and takes much longer to start.
    #[must_use]
    pub fn emulator(mut self) -> Self {
        self.emulator = true;
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

    #[must_use]
    pub fn one_time_use(self) -> Self {
        self.verify("TOKEN_USE_TABLE", TABLE)
    }

    #[must_use]
    pub fn link(self) -> Self {
        self.verify("LINK_ON_FIRST_SIGN_IN", "true")
    }

    /// Puts a [`FaultProxy`] in front of Salesforce.
    #[must_use]
    pub fn salesforce_faults(self, faults: &'static [ConnectionFault]) -> Self {
        self.salesforce_faults_at("", faults)
    }

    /// The same with faults for the requests to one path only.
    #[must_use]
    pub fn salesforce_faults_at(mut self, path: &'static str, faults: &'static [ConnectionFault]) -> Self {
        self.salesforce_faults = Some((path, faults));
        self
    }

    /// Puts a [`FaultProxy`] in front of the directory.
    #[must_use]
    pub fn directory_faults(self, faults: &'static [ConnectionFault]) -> Self {
        self.directory_faults_at("", faults)
    }

    /// The same with faults for one operation only.
    #[must_use]
    pub fn directory_faults_at(mut self, operation: &'static str, faults: &'static [ConnectionFault]) -> Self {
        self.directory_faults = Some((operation, faults));
        self
    }

    /// Puts a [`FaultProxy`] in front of the table of used tokens.
    #[must_use]
    pub fn token_store_faults(mut self, faults: &'static [ConnectionFault]) -> Self {
        self.token_store_faults = Some(("", faults));
        self
    }

    /// Puts a [`FaultProxy`] in front of Secrets Manager.
    #[must_use]
    pub fn secrets_faults(mut self, faults: &'static [ConnectionFault]) -> Self {
        self.secrets_faults = Some(("", faults));
        self
    }

    /// Changes the services before any function starts, because Verify fetches the keys and the secret while it starts.
    #[must_use]
    pub fn prepare(mut self, prepare: impl Fn(&Services<'_>) + Send + Sync + 'static) -> Self {
        self.prepare = Some(Arc::new(prepare));
        self
    }

    /// Starts a world in which Alice can sign in.
    pub async fn start(self) -> Result<World> {
        let (salesforce, directory) = (Salesforce::start().await, Directory::start().await);
        let (secrets, token_store) = (Secrets::start().await, TokenStore::start().await);
        if let Mode::IdToken | Mode::AccessTokenJwt = self.mode {
            // Generate the keys now, so that Verify does not wait for them while it starts.
            let _ = (SigningKey::current(), SigningKey::next());
        }
        let network = Network::default();
        let (salesforce_proxy, salesforce_url) =
            in_front_of(salesforce.origin(), self.salesforce_faults, &network).await?;
        let (directory_proxy, directory_url) = in_front_of(directory.origin(), self.directory_faults, &network).await?;
        let (token_store_proxy, store_url) =
            in_front_of(token_store.origin(), self.token_store_faults, &network).await?;
        let (secrets_proxy, secrets_url) = in_front_of(secrets.origin(), self.secrets_faults, &network).await?;
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
        let lambda = if self.emulator {
            Lambda::Emulator(Emulator::start(&functions).await?)
        } else {
            Lambda::Environments(Environments::start(self.environments.unwrap_or(1), &functions).await?)
        };
        let email = person::email_of("alice");
        directory.add(directory::user(ALICE, &email, true, true));
        let mut cognito = Cognito::new(lambda);
        cognito.add(&email, User::new(ALICE, &email));
        let domain = self.verify_setting("SALESFORCE_DOMAIN_URL").unwrap_or(salesforce_url);
        let issuer = self.verify_setting("SALESFORCE_ISSUERS").unwrap_or_else(|| domain.clone());
        let mut world = World {
            cognito,
            salesforce,
            directory,
            secrets,
            token_store,
            network,
            salesforce_proxy,
            directory_proxy,
            token_store_proxy,
            secrets_proxy,
            mode: self.mode,
            issuer: issuer.split(',').next().unwrap_or_default().trim().to_owned(),
            domain,
            email,
            token: String::new(),
        };
        world.token = world.new_token();
        Ok(world)
    }

    fn verify_setting(&self, wanted: &str) -> Option<String> {
        let mut set = self.variables.iter().rev();
        set.find(|(function, name, _)| *function == VERIFY && name == wanted).map(|(.., value)| value.clone())
    }

    fn environment(&self, function: &str, valid: &[(&str, String)]) -> Vec<(String, String)> {
        let valid = valid.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let changed = self.variables.iter().filter(|(of, ..)| *of == function);
        valid.chain(changed.map(|(_, name, value)| (name.clone(), value.clone()))).collect()
    }
}

/// The proxy in front of a server, if it has faults, and the origin to configure.
async fn in_front_of(upstream: String, faults: Faults, network: &Network) -> Result<(Option<FaultProxy>, String)> {
    let Some((part, faults)) = faults else { return Ok((None, upstream)) };
    let proxy = FaultProxy::start_for(part, faults, &upstream, network.clone()).await?;
    let origin = proxy.origin().to_owned();
    Ok((Some(proxy), origin))
}
