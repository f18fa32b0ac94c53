//! Asks the user pool through the AWS SDK. No rule stands here: `verification` judges the users, and `linking` the
//! profiles.

mod profiles;
mod providers;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::SdkError;
use aws_sdk_cognitoidentityprovider::operation::list_users::{ListUsersError, ListUsersOutput};
use aws_sdk_cognitoidentityprovider::types::{AttributeType, UserType};
use verification::ports::{DirectoryUser, UserDirectory, is_true};
use verification::{Cause, EmailAddress, Service, Unavailable};

use crate::clients::{AwsClients, unavailable};

/// The attribute that links a pool user to a person at Salesforce, as `<organization>/<user>`.
pub const LINK_ATTRIBUTE: &str = "custom:salesforce_user_id";

/// The most users of a page: `Limit` of `ListUsers` in the Cognito API reference.
const MAX_PAGE: usize = 60;

/// Pages that are read for one address, of [`MAX_PAGE`] users and 1 MiB each at most. A pool in which an address is
/// unique has one; where it is not, anybody may have signed up with it many times, and each page is a call of a small
/// quota.
const MAX_PAGES: usize = 3;

/// The users of a pool.
pub struct CognitoDirectory {
    client: Client,
}

impl CognitoDirectory {
    /// Builds the client; nothing is sent yet.
    pub fn new(aws: &AwsClients) -> Self {
        Self { client: Client::new(&aws.config(|endpoints| &endpoints.cognito)) }
    }

    async fn page(
        &self,
        pool_id: &str,
        filter: &str,
        page: Option<&String>,
    ) -> Result<ListUsersOutput, SdkError<ListUsersError>> {
        // `AttributesToGet` is not set: naming an attribute that a user lacks can be an error.
        let request = self.client.list_users().user_pool_id(pool_id).filter(filter);
        // Boxed: the SDK's futures nest so deeply that the compiler gives up on their layout further up.
        Box::pin(request.set_pagination_token(page.cloned()).send()).await
    }

    /// Reads the users with the address, until `enough` says so or there are no more. A page that is empty and still has
    /// a token is not the last.
    async fn found<T>(
        &self,
        pool_id: &str,
        email: &EmailAddress,
        read: impl Fn(UserType) -> Result<T, Unavailable>,
        enough: impl Fn(&[T]) -> bool,
    ) -> Result<Vec<T>, Unavailable> {
        let filter = filter(email);
        let mut users = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = self.page(pool_id, &filter, token.as_ref()).await;
            let page = page.map_err(|error| unavailable(Service::Directory, &error))?;
            // A pool without a match answers with an empty list: an answer without any list is none.
            let found = page.users.ok_or_else(|| {
                Unavailable::new(Service::Directory, Cause::Unreadable, "the answer holds no list of users")
            })?;
            if found.len() > MAX_PAGE {
                let detail = format_args!("a page holds more than {MAX_PAGE} users");
                return Err(Unavailable::new(Service::Directory, Cause::TooLarge, detail));
            }
            for user in found {
                users.push(read(user)?);
            }
            token = page.pagination_token.filter(|token| !token.is_empty());
            if token.is_none() || enough(&users) {
                return Ok(users);
            }
        }
        let detail = format_args!("there are more than {MAX_PAGES} pages of users with the address");
        Err(Unavailable::new(Service::Directory, Cause::TooManyPages, detail))
    }
}

impl UserDirectory for CognitoDirectory {
    async fn users_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
        enough: impl Fn(&[DirectoryUser]) -> bool,
    ) -> Result<Vec<DirectoryUser>, Unavailable> {
        self.found(pool_id, email, |user| Ok(directory_user(user)), enough).await
    }

    async fn link(&self, pool_id: &str, username: &str, link: &str) -> Result<(), Unavailable> {
        let attribute = AttributeType::builder()
            .name(LINK_ATTRIBUTE)
            .value(link)
            .build()
            .map_err(|_| Unavailable::new(Service::Directory, Cause::Failed, "the attribute could not be built"))?;
        let request = self.client.admin_update_user_attributes().user_pool_id(pool_id).username(username);
        let written = Box::pin(request.user_attributes(attribute).send()).await;
        written.map(|_| ()).map_err(|error| unavailable(Service::Directory, &error))
    }
}

/// The search for one address.
pub fn filter(email: &EmailAddress) -> String {
    // INVARIANT: an `EmailAddress` holds no quote and no backslash, so it cannot end the string.
    format!("email = \"{}\"", email.as_str())
}

fn directory_user(user: UserType) -> DirectoryUser {
    let status = user.user_status.map(|status| status.as_str().to_owned());
    let mut found = DirectoryUser { enabled: user.enabled, status, ..DirectoryUser::default() };
    for attribute in user.attributes.unwrap_or_default() {
        match attribute.name.as_str() {
            "sub" => found.sub = attribute.value,
            "email" => found.email = attribute.value,
            "email_verified" => found.email_verified = attribute.value.is_some_and(|value| is_true(&value)),
            LINK_ATTRIBUTE => found.link = attribute.value,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests;
