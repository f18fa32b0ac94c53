//! The identity providers of a pool.

use linking::ports::ProviderDirectory;
use verification::{Cause, Service, Unavailable};

use super::CognitoDirectory;
use crate::clients::unavailable;

/// The most that Cognito returns on one page.
const PAGE: i32 = 60;

/// 1,200 providers. What is read has to end, also if the answers do not.
const MOST_PAGES: usize = 20;

impl ProviderDirectory for CognitoDirectory {
    async fn provider_names(&self, pool_id: &str) -> Result<Vec<String>, Unavailable> {
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let request = self.client.list_identity_providers().user_pool_id(pool_id).max_results(PAGE);
            let page = Box::pin(request.set_next_token(token).send()).await;
            let page = page.map_err(|error| unavailable(Service::Directory, &error))?;
            for provider in page.providers {
                names.push(provider.provider_name.ok_or_else(|| unreadable("a provider has no name"))?);
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(names);
            }
        }
        Err(Unavailable::new(Service::Directory, Cause::TooManyPages, "the list of providers has too many pages"))
    }

    async fn mapped_attributes(&self, pool_id: &str, provider: &str) -> Result<Vec<String>, Unavailable> {
        let request = self.client.describe_identity_provider().user_pool_id(pool_id);
        let described = Box::pin(request.provider_name(provider).send()).await;
        let described = described.map_err(|error| unavailable(Service::Directory, &error))?;
        // The SDK makes an empty description of an answer without one, which would say that nothing is mapped.
        let described = described.identity_provider.filter(|found| found.provider_name() == Some(provider));
        let provider = described.ok_or_else(|| unreadable("the answer does not describe the provider"))?;
        let mapping = provider.attribute_mapping.unwrap_or_default();
        Ok(mapping.into_iter().filter(|(_, source)| !source.is_empty()).map(|(attribute, _)| attribute).collect())
    }
}

fn unreadable(detail: &str) -> Unavailable {
    Unavailable::new(Service::Directory, Cause::Unreadable, detail)
}

#[cfg(test)]
mod tests;
