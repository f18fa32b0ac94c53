//! Records used tokens in a DynamoDB table. The partition key is `token_hash`; `expires_at` is the table's TTL
//! attribute. An entry expires when the rules refuse the token anyway. The entry of an opaque token has no `expires_at`
//! and stays.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::AttributeValue;
use verification::ports::TokenStore;
use verification::{Service, TokenUse, Unavailable, UsedToken};

use crate::clients::{AwsClients, unavailable};

/// One conditional write decides. So of two concurrent attempts, only one can record the token.
const UNUSED_OR_SAME_ATTEMPT: &str = "attribute_not_exists(token_hash) OR attempt_id = :attempt_id";

/// The table of used tokens.
pub struct TokenUseTable {
    client: Client,
    table: String,
}

impl TokenUseTable {
    /// Builds the client. Sends nothing.
    pub fn new(aws: &AwsClients, table: String) -> Self {
        Self { client: Client::new(&aws.config(|endpoints| &endpoints.dynamodb)), table }
    }
}

impl TokenStore for TokenUseTable {
    async fn record_use(&self, token: &UsedToken, attempt_id: &str) -> Result<TokenUse, Unavailable> {
        let mut item =
            HashMap::from([("token_hash".to_owned(), text(&token.hash)), ("attempt_id".to_owned(), text(attempt_id))]);
        // `expires_at` depends only on the token, so a repeated invocation never shortens the life of the entry.
        item.extend(token.expires_at.map(|time| ("expires_at".to_owned(), AttributeValue::N(time.to_string()))));
        let request = self.client.put_item().table_name(&self.table).condition_expression(UNUSED_OR_SAME_ATTEMPT);
        let request = request.expression_attribute_values(":attempt_id", text(attempt_id));
        match Box::pin(request.set_item(Some(item)).send()).await {
            Ok(_) => Ok(TokenUse::ThisAttempt),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                Ok(TokenUse::AnotherAttempt)
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
