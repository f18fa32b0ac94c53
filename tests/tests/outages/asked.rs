//! Everything that Verify asks for, and how each of it can go wrong by itself.

use integration_tests::directory::{LIST_USERS, UPDATE};
use integration_tests::misbehaving::Manner;
use integration_tests::proofs::Mode;
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World};
use verification::Service;
use wiremock::ResponseTemplate;

/// What Verify asks for, in the order in which it needs the answers.
#[derive(Clone, Copy)]
pub enum Asked {
    /// Whose token it is.
    UserInfo,
    /// The signing keys.
    Keys,
    /// The secret with which introspection is asked.
    Secret,
    /// Whom the token was issued to.
    Introspection,
    /// Who has the address.
    ListUsers,
    /// To link the user to the person.
    Link,
    /// To note that the token was used.
    TokenStore,
}

impl Asked {
    /// Who is named in the log.
    pub const fn service(self) -> Service {
        match self {
            Self::UserInfo => Service::Salesforce,
            Self::Keys => Service::SalesforceKeys,
            Self::Secret => Service::IntrospectionSecret,
            Self::Introspection => Service::SalesforceIntrospection,
            Self::ListUsers | Self::Link => Service::Directory,
            Self::TokenStore => Service::TokenStore,
        }
    }

    /// A world in which this is asked.
    pub fn builder(self) -> Builder {
        match self {
            Self::UserInfo | Self::ListUsers => Builder::default(),
            Self::Keys => Builder::default().mode(Mode::IdToken),
            Self::Introspection | Self::Secret => Builder::default().mode(Mode::Introspection),
            Self::TokenStore => Builder::default().one_time_use().link(),
            Self::Link => Builder::default().link(),
        }
    }

    /// The same, with connections that go wrong for this alone.
    pub fn loses(self, manners: &'static [Manner]) -> Builder {
        let builder = self.builder();
        match self {
            Self::UserInfo => builder.before_salesforce(manners),
            Self::Keys => builder.before_salesforce_for(Endpoint::Keys.path(), manners),
            Self::Introspection => builder.before_salesforce_for(Endpoint::Introspection.path(), manners),
            Self::Secret => builder.before_secrets(manners),
            Self::ListUsers => builder.before_directory(manners),
            Self::Link => builder.before_directory_for(UPDATE, manners),
            Self::TokenStore => builder.before_token_store(manners),
        }
    }

    /// Whether Verify asks for it while it starts as well, once.
    pub const fn is_fetched_ahead(self) -> bool {
        matches!(self, Self::Keys | Self::Secret)
    }

    /// The same, answered with this whenever it is asked.
    pub fn answers(self, answer: ResponseTemplate) -> Builder {
        self.builder().prepare(move |services| {
            let answer = answer.clone();
            match self {
                Self::UserInfo => services.salesforce.script(answer),
                Self::Keys => services.salesforce.script_at(Endpoint::Keys, answer),
                Self::Secret => services.secrets.script(answer),
                Self::Introspection => services.salesforce.script_at(Endpoint::Introspection, answer),
                Self::ListUsers => services.directory.script(answer),
                Self::Link => services.directory.script_updates(answer),
                Self::TokenStore => services.token_store.script(answer),
            }
        })
    }

    /// How often it was asked.
    pub async fn requests(self, world: &World) -> usize {
        match self {
            Self::UserInfo => world.salesforce.requests_to(Endpoint::UserInfo).await,
            Self::Keys => world.salesforce.requests_to(Endpoint::Keys).await,
            Self::Secret => world.secrets.requests().await,
            Self::Introspection => world.salesforce.requests_to(Endpoint::Introspection).await,
            Self::ListUsers => world.directory.requests_for(LIST_USERS).await,
            Self::Link => world.directory.requests_for(UPDATE).await,
            Self::TokenStore => world.token_store.requests().await,
        }
    }
}
