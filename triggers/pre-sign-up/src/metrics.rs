//! The metric for an alarm, as a log line in CloudWatch's embedded metric format. Verify has the same metric.
//!
//! Verify's crate for this format is not linked, because one counter with constant values does not need it. Only the
//! reason that needs immediate attention is counted, because CloudWatch charges for each reason.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use linking::Reason;
use serde_json::{Value, json};

/// Counts a refusal that has an alarm. `function_name` is a dimension.
pub fn count(function_name: &str, reason: Reason) {
    if reason == Reason::ProviderAmbiguous {
        // A sign-in must not fail because its metrics cannot be written.
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
        // Lambda filters log lines by this member.
        "level": "INFO",
    })
}
