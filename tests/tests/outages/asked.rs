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
    /// Whom the token was issued to.
    Introspection,
    /// Who has the address.
    ListUsers,
    /// To note that the token was used.
    TokenStore,
    /// To link the user to the person.
    Link,
}

impl Asked {
    /// Who is named in the log.
    pub const fn service(self) -> Service {
        match self {
            Self::UserInfo => Service::Salesforce,
            Self::Keys => Service::SalesforceKeys,
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
            Self::Introspection => Builder::default().mode(Mode::Introspection),
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
            Self::ListUsers => builder.before_directory(manners),
            Self::Link => builder.before_directory_for(UPDATE, manners),
            Self::TokenStore => builder.before_token_store(manners),
        }
    }

    /// Answers with this whenever it is asked.
    pub fn answers(self, world: &World, answer: ResponseTemplate) {
        match self {
            Self::UserInfo => world.salesforce.script(answer),
            Self::Keys => world.salesforce.script_at(Endpoint::Keys, answer),
            Self::Introspection => world.salesforce.script_at(Endpoint::Introspection, answer),
            Self::ListUsers => world.directory.script(answer),
            Self::Link => world.directory.script_updates(answer),
            Self::TokenStore => world.token_store.script(answer),
        }
    }

    /// How often it was asked.
    pub async fn requests(self, world: &World) -> usize {
        match self {
            Self::UserInfo => world.salesforce.requests_to(Endpoint::UserInfo).await,
            Self::Keys => world.salesforce.requests_to(Endpoint::Keys).await,
            Self::Introspection => world.salesforce.requests_to(Endpoint::Introspection).await,
            Self::ListUsers => world.directory.requests_for(LIST_USERS).await,
            Self::Link => world.directory.requests_for(UPDATE).await,
            Self::TokenStore => world.token_store.requests().await,
        }
    }
}
