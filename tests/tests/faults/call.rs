//! The calls of Verify, and a world in which one of them fails.

use integration_tests::directory::{LIST_USERS, UPDATE};
use integration_tests::faults::proxy::ConnectionFault;
use integration_tests::proofs::Mode;
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World};
use verification::Service;
use wiremock::ResponseTemplate;

/// The calls of Verify, in the order in which it needs the responses.
#[derive(Clone, Copy)]
pub enum Call {
    /// Salesforce's UserInfo.
    UserInfo,
    /// Salesforce's signing keys.
    Keys,
    /// `GetSecretValue`, for the secret of introspection.
    Secret,
    /// Salesforce's introspection.
    Introspection,
    /// `ListUsers`.
    ListUsers,
    /// `AdminUpdateUserAttributes`, which writes the link.
    Link,
    /// `PutItem`, which marks the token as used.
    TokenStore,
}

impl Call {
    /// The service in the log.
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

    /// A world in which Verify makes this call.
    pub fn builder(self) -> Builder {
        match self {
            Self::UserInfo | Self::ListUsers => Builder::default(),
            Self::Keys => Builder::default().mode(Mode::IdToken),
            Self::Introspection | Self::Secret => Builder::default().mode(Mode::Introspection),
            Self::TokenStore => Builder::default().one_time_use().link(),
            Self::Link => Builder::default().link(),
        }
    }

    /// The same with these faults on the connections of this call only.
    pub fn with_faults(self, faults: &'static [ConnectionFault]) -> Builder {
        let builder = self.builder();
        match self {
            Self::UserInfo => builder.salesforce_faults(faults),
            Self::Keys => builder.salesforce_faults_at(Endpoint::Keys.path(), faults),
            Self::Introspection => builder.salesforce_faults_at(Endpoint::Introspection.path(), faults),
            Self::Secret => builder.secrets_faults(faults),
            Self::ListUsers => builder.directory_faults(faults),
            Self::Link => builder.directory_faults_at(UPDATE, faults),
            Self::TokenStore => builder.token_store_faults(faults),
        }
    }

    /// Whether Verify also makes the call while it starts.
    pub const fn is_prefetched(self) -> bool {
        matches!(self, Self::Keys | Self::Secret)
    }

    /// The same with this response to each call.
    pub fn with_response(self, response: ResponseTemplate) -> Builder {
        self.builder().prepare(move |services| {
            let response = response.clone();
            match self {
                Self::UserInfo => services.salesforce.script(response),
                Self::Keys => services.salesforce.script_at(Endpoint::Keys, response),
                Self::Secret => services.secrets.script(response),
                Self::Introspection => services.salesforce.script_at(Endpoint::Introspection, response),
                Self::ListUsers => services.directory.script(response),
                Self::Link => services.directory.script_updates(response),
                Self::TokenStore => services.token_store.script(response),
            }
        })
    }

    /// How many of these calls arrived.
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
