//! Remembers used tokens in a DynamoDB table: partition key `token_hash`, and `expires_at` as the table's TTL
//! attribute. An entry ends when the token is refused anyway; that of an opaque token has no `expires_at`, and stays.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::AttributeValue;
use verification::ports::TokenStore;
use verification::{Claim, Service, Unavailable, UsedToken};

use crate::clients::{AwsClients, unavailable};

/// One write decides: two attempts that race cannot both find the token unused.
const UNUSED_OR_OURS: &str = "attribute_not_exists(token_hash) OR attempt_id = :attempt_id";

/// A table of used tokens.
pub struct TokenUseTable {
    client: Client,
    table: String,
}

impl TokenUseTable {
    /// Builds the client; nothing is sent yet.
    pub fn new(aws: &AwsClients, table: String) -> Self {
        Self { client: Client::new(&aws.config(|endpoints| &endpoints.dynamodb)), table }
    }
}

impl TokenStore for TokenUseTable {
    async fn claim(&self, token: &UsedToken, attempt_id: &str) -> Result<Claim, Unavailable> {
        let mut item =
            HashMap::from([("token_hash".to_owned(), text(&token.hash)), ("attempt_id".to_owned(), text(attempt_id))]);
        // The end follows from the token, so a repeated invocation never shortens the entry.
        item.extend(token.until.map(|until| ("expires_at".to_owned(), AttributeValue::N(until.to_string()))));
        let request = self.client.put_item().table_name(&self.table).condition_expression(UNUSED_OR_OURS);
        let request = request.expression_attribute_values(":attempt_id", text(attempt_id));
        match Box::pin(request.set_item(Some(item)).send()).await {
            Ok(_) => Ok(Claim::Claimed),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                Ok(Claim::AlreadyUsed)
            }
            Err(error) => Err(unavailable(Service::TokenStore, &error)),
        }
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[cfg(test)]
mod tests;
