//! What CloudWatch counts and measures: lines of the log in its embedded metric format. Nothing is sent from here, so
//! no sign-in waits for it.
//!
//! Each combination of a metric and its dimensions is paid for. The dimensions are the function and, for refusals, the
//! reason: both are words of ours, and nothing that a caller or a service said.

use std::cell::Cell;
use std::io::Write;
use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};
use salesforce::{AudienceMode, Identity, Seen};
use verification::{Cause, Refusal, Verification};

const NAMESPACE: &str = "SalesforceCognitoAuth";

const OUTCOMES: [&str; 3] = ["Allowed", "Denied", "Unavailable"];
const COUNTERS: [&str; 3] = ["Refusals", "ColdStarts", "AudienceUnchecked"];
const LATENCIES: [&str; 2] = ["UserInfoLatency", "DirectoryLatency"];

/// Writes the metrics of each verdict.
pub struct Metrics {
    collector: &'static Collector,
    unchecked: bool,
    cold: Cell<bool>,
}

/// The metrics cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("the metrics of this process cannot be set up")]
pub struct UnusableMetrics;

impl Metrics {
    /// Sets up the metrics of this process, of which there can be one.
    ///
    /// # Errors
    /// [`UnusableMetrics`] if there is one already.
    pub fn start(function_name: &str, mode: &AudienceMode) -> Result<Self, UnusableMetrics> {
        let builder = Builder::new().cloudwatch_namespace(NAMESPACE);
        let builder = builder.with_dimension("FunctionName", function_name.to_owned());
        let collector = builder.init().map_err(|_| UnusableMetrics)?;
        // Lambda filters its log by this member.
        collector.set_property("level", "INFO").set_property("audience_mode", mode.name());
        for name in OUTCOMES {
            describe_histogram!(name, Unit::Count, "");
        }
        for name in COUNTERS {
            describe_counter!(name, Unit::Count, "");
        }
        for name in LATENCIES {
            describe_histogram!(name, Unit::Milliseconds, "");
        }
        Ok(Self { collector, unchecked: matches!(mode, AudienceMode::Unchecked), cold: Cell::new(true) })
    }

    /// Writes the metrics of one verdict.
    pub fn record(&self, verification: &Verification<Identity, Seen>) {
        // A sign-in does not fail for want of its metrics.
        let _ = self.write(verification, &mut std::io::stdout().lock());
    }

    fn write(&self, verification: &Verification<Identity, Seen>, lines: &mut impl Write) -> std::io::Result<()> {
        let (this, reason) = match &verification.verdict {
            Ok(_) => ("Allowed", None),
            Err(Refusal::Denied(reason)) => ("Denied", Some(reason.code().to_owned())),
            Err(Refusal::Unavailable(unavailable)) => {
                let outcome = if unavailable.cause == Cause::Cooldown { "" } else { "Unavailable" };
                (outcome, Some(unavailable.to_string()))
            }
        };
        // Each outcome has its 0 or 1 every time, so that its average is its rate. A counter at zero would be left out.
        // An invented key id ends in a cooldown and must not set off the alarm on outages: it counts as no outcome.
        for outcome in OUTCOMES {
            histogram!(outcome).record(f64::from(u8::from(outcome == this)));
        }
        if let Some(reason) = reason {
            counter!("Refusals", "Reason" => reason).increment(1);
        }
        if self.unchecked {
            counter!("AudienceUnchecked").increment(1);
        }
        if self.cold.take() {
            counter!("ColdStarts").increment(1);
        }
        if let Some(time) = verification.seen.user_info {
            histogram!("UserInfoLatency").record(milliseconds(time));
        }
        if let Some(time) = verification.directory {
            histogram!("DirectoryLatency").record(milliseconds(time));
        }
        self.collector.flush(lines)
    }
}

/// To the microsecond: more would only make the lines longer.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_have_three_digits_after_the_point() {
        for (nanos, expected) in [(0, 0.0), (1_499, 0.001), (12_345_678, 12.346), (4_000_000_000, 4000.0)] {
            assert!((milliseconds(Duration::from_nanos(nanos)) - expected).abs() < 1e-9, "{nanos}");
        }
    }
}
