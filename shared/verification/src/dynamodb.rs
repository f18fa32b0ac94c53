//! Remembers used tokens in a DynamoDB table: partition key `token_hash`, and `expires_at` as the table's TTL
//! attribute.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::aws::{AwsClients, lost_before_answer, unavailable};
use crate::once_more::once_more;
use crate::ports::TokenStore;
use crate::unavailable::{Service, Unavailable};

/// Longer than an access token lives: Salesforce ends sessions after 24 hours at most.
const REMEMBERED: Duration = Duration::from_hours(24);

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
    async fn claim(&self, token_hash: &str, attempt_id: &str) -> Result<bool, Unavailable> {
        let expires_at = SystemTime::now() + REMEMBERED;
        let expires_at = expires_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let request = || {
            let request = self.client.put_item().table_name(&self.table).condition_expression(UNUSED_OR_OURS);
            let request = request.expression_attribute_values(":attempt_id", text(attempt_id));
            let request = request.item("token_hash", text(token_hash)).item("attempt_id", text(attempt_id));
            Box::pin(request.item("expires_at", AttributeValue::N(expires_at.to_string())).send())
        };
        match once_more(async || request().await, lost_before_answer).await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(false),
            Err(error) => Err(unavailable(Service::TokenStore, &error)),
        }
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[cfg(test)]
mod tests;
