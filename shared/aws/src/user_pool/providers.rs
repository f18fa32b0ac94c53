//! The identity providers of a pool.

use linking::ports::ProviderDirectory;
use verification::{Cause, Service, Unavailable};

use super::CognitoDirectory;
use crate::clients::unavailable;

/// Most providers on a page.
const PAGE_SIZE: i32 = 60;

/// Most pages that are read: 1,200 providers. Without a limit, a faulty server could send pages forever.
const MAX_PAGES: usize = 20;

impl ProviderDirectory for CognitoDirectory {
    async fn provider_names(&self, pool_id: &str) -> Result<Vec<String>, Unavailable> {
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let request = self.client.list_identity_providers().user_pool_id(pool_id).max_results(PAGE_SIZE);
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
        // From a response without a description, the SDK makes an empty one. That would mean that the provider maps
        // nothing.
        let described = described.identity_provider.filter(|found| found.provider_name() == Some(provider));
        let provider = described.ok_or_else(|| unreadable("the response does not describe the provider"))?;
        let mapping = provider.attribute_mapping.unwrap_or_default();
        Ok(mapping.into_iter().filter(|(_, source)| !source.is_empty()).map(|(attribute, _)| attribute).collect())
    }
}

fn unreadable(detail: &str) -> Unavailable {
    Unavailable::new(Service::Directory, Cause::Unreadable, detail)
}

#[cfg(test)]
mod tests;
