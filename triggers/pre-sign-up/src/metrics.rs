//! What an alarm counts: a line of the log in CloudWatch's embedded metric format, the one that Verify has for a refusal.
//!
//! Verify's crate for that format is not linked here for one counter of constant words. Only the reason that an
//! operator has to hear of at once is counted, because each reason is paid for by itself.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use linking::Reason;
use serde_json::{Value, json};

/// Counts a refusal that there is an alarm for; `function_name` is a dimension.
pub fn count(function_name: &str, reason: Reason) {
    if reason == Reason::ProviderAmbiguous {
        // A sign-in does not fail for want of its metrics.
        let _ = writeln!(std::io::stdout().lock(), "{}", line(function_name, reason));
    }
}

fn line(function_name: &str, reason: Reason) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    json!({
        "_aws": {
            "Timestamp": u64::try_from(now.as_millis()).unwrap_or_default(),
            "CloudWatchMetrics": [{
                "Namespace": "SalesforceCognitoAuth",
                "Dimensions": [["FunctionName", "Reason"]],
                "Metrics": [{"Name": "Refusals", "Unit": "Count"}],
            }],
        },
        "FunctionName": function_name,
        "Reason": reason.code(),
        "Refusals": 1,
        // Lambda filters its log by this member.
        "level": "INFO",
    })
}
