//! The rules of the embedded metric format for one line. Source: "Specification: Embedded metric format" in the Amazon
//! CloudWatch user guide.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The units of `PutMetricData` that the triggers use.
const UNITS: [&str; 3] = ["Count", "Milliseconds", "None"];

/// Fails for a line from which CloudWatch would not make all of its metrics.
pub fn check(line: &Value) -> Result<()> {
    check_members(line).with_context(|| format!("not the embedded metric format: {line}"))
}

fn check_members(line: &Value) -> Result<()> {
    let metadata = line["_aws"].as_object().context("_aws is not an object")?;
    let timestamp = metadata.get("Timestamp").and_then(Value::as_u64).context("Timestamp is not a whole number")?;
    // Milliseconds. A value in seconds or microseconds would be outside this range.
    ensure!((1_700_000_000_000..4_100_000_000_000).contains(&timestamp), "Timestamp is not in milliseconds");
    let directives = metadata.get("CloudWatchMetrics").and_then(Value::as_array).context("no CloudWatchMetrics")?;
    ensure!(!directives.is_empty(), "no directive");
    for directive in directives {
        check_directive(line, directive)?;
    }
    Ok(())
}

fn check_directive(line: &Value, directive: &Value) -> Result<()> {
    let namespace = directive["Namespace"].as_str().context("no Namespace")?;
    ensure!((1..=256).contains(&namespace.len()), "Namespace");
    let sets = directive["Dimensions"].as_array().context("no Dimensions")?;
    ensure!(!sets.is_empty(), "no set of dimensions");
    for set in sets {
        let set = set.as_array().context("a set of dimensions is not an array")?;
        ensure!(set.len() <= 30, "more than 30 dimensions");
        for name in set {
            let name = name.as_str().context("the name of a dimension")?;
            let value = line[name].as_str().with_context(|| format!("{name} is not a text at the root"))?;
            ensure!((1..=1024).contains(&value.len()) && value.is_ascii() && !value.starts_with(':'), "{name}");
        }
    }
    let metrics = directive["Metrics"].as_array().context("no Metrics")?;
    ensure!((1..=100).contains(&metrics.len()), "{} metrics", metrics.len());
    for metric in metrics {
        let name = metric["Name"].as_str().context("a metric without a name")?;
        ensure!(UNITS.contains(&metric["Unit"].as_str().unwrap_or_default()), "the unit of {name}");
        ensure!(is_value(&line[name]), "{name} is neither a number nor up to 100 of them at the root");
    }
    Ok(())
}

fn is_value(value: &Value) -> bool {
    match value {
        Value::Array(numbers) => (1..=100).contains(&numbers.len()) && numbers.iter().all(Value::is_number),
        other => other.is_number(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line() -> Value {
        json!({
            "_aws": {"Timestamp": 1_767_225_600_000_u64, "CloudWatchMetrics": [{
                "Namespace": "N", "Dimensions": [["D"]], "Metrics": [{"Name": "M", "Unit": "Count"}],
            }]},
            "D": "d", "M": [1.0],
        })
    }

    #[test]
    fn a_line_with_one_error_is_rejected() {
        assert!(check(&line()).is_ok());
        for (pointer, wrong) in [
            ("/_aws/Timestamp", json!(1_767_225_600)),
            ("/_aws/Timestamp", json!("2026-01-01T00:00:00Z")),
            ("/_aws/CloudWatchMetrics", json!([])),
            ("/_aws/CloudWatchMetrics/0/Namespace", json!("")),
            ("/_aws/CloudWatchMetrics/0/Dimensions", json!(["D"])),
            ("/_aws/CloudWatchMetrics/0/Dimensions/0/0", json!("E")),
            ("/_aws/CloudWatchMetrics/0/Dimensions/0", json!(vec!["D"; 31])),
            ("/_aws/CloudWatchMetrics/0/Metrics", json!(vec![json!({"Name": "M", "Unit": "Count"}); 101])),
            ("/_aws/CloudWatchMetrics/0/Metrics/0/Name", json!("O")),
            ("/_aws/CloudWatchMetrics/0/Metrics/0/Unit", json!("ms")),
            ("/D", json!(1)),
            ("/M", json!("1")),
            ("/M", json!([])),
        ] {
            let mut line = line();
            *line.pointer_mut(pointer).unwrap() = wrong.clone();
            assert!(check(&line).is_err(), "{pointer} {wrong}");
        }
    }
}
