//! Calls the user pool through the AWS SDK. This module contains no rules: `verification` judges the users, and
//! `linking` the profiles.

mod profiles;
mod providers;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::SdkError;
use aws_sdk_cognitoidentityprovider::operation::list_users::{ListUsersError, ListUsersOutput};
use aws_sdk_cognitoidentityprovider::types::{AttributeType, UserType};
use verification::ports::{DirectoryUser, UserDirectory, is_true};
use verification::{Cause, EmailAddress, Service, Unavailable};

use crate::clients::{AwsClients, unavailable};

/// The attribute that links a pool user to a Salesforce user, as `<organization>/<user>`.
pub const LINK_ATTRIBUTE: &str = "custom:salesforce_user_id";

/// Most users on a page: `Limit` of `ListUsers` in the Cognito API reference.
const PAGE_SIZE: usize = 60;

/// Most pages that are read for one e-mail address; each has at most [`PAGE_SIZE`] users and 1 MiB. In a pool with
/// unique addresses, one page is enough. In other pools an attacker may sign up many times with an address, and each
/// page is a call of a small quota.
const MAX_PAGES: usize = 3;

/// The users of a pool.
pub struct CognitoDirectory {
    client: Client,
}

impl CognitoDirectory {
    /// Builds the client. Sends nothing.
    pub fn new(aws: &AwsClients) -> Self {
        Self { client: Client::new(&aws.config(|endpoints| &endpoints.cognito)) }
    }

    async fn page(
        &self,
        pool_id: &str,
        filter: &str,
        page: Option<&String>,
    ) -> Result<ListUsersOutput, SdkError<ListUsersError>> {
        // `AttributesToGet` is not set, because Cognito may return an error if a user lacks a named attribute.
        let request = self.client.list_users().user_pool_id(pool_id).filter(filter);
        // Boxed, because the SDK's futures nest too deeply for the compiler to compute their layout in the callers.
        Box::pin(request.set_pagination_token(page.cloned()).send()).await
    }

    /// Reads the users with the address until `enough` returns true or there are no more. An empty page with a
    /// pagination token is not the last page.
    async fn users_with_email<T>(
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
            // If no user matches, Cognito returns an empty list. A response without a list is therefore unusable.
            let found = page.users.ok_or_else(|| {
                Unavailable::new(Service::Directory, Cause::Unreadable, "the response holds no list of users")
            })?;
            if found.len() > PAGE_SIZE {
                let detail = format_args!("a page holds more than {PAGE_SIZE} users");
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
        self.users_with_email(pool_id, email, |user| Ok(directory_user(user)), enough).await
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

/// The `Filter` of `ListUsers` for one address.
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
