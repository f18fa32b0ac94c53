//! The metrics, as log lines in CloudWatch's embedded metric format. This function sends nothing itself, so no sign-in
//! waits for metrics.
//!
//! CloudWatch charges for each combination of a metric and its dimensions. The dimensions are the function name and,
//! for refusals, the reason. Both are constants of this suite, never text from a caller or a service.

use std::cell::Cell;
use std::io::Write;
use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};
use salesforce::{AudienceMode, Identity, Observed};
use verification::{Cause, Refusal, Verification};

const NAMESPACE: &str = "SalesforceCognitoAuth";

const VERDICTS: [&str; 3] = ["Allowed", "Denied", "Unavailable"];
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
pub struct MetricsSetupError;

impl Metrics {
    /// Sets up the metrics of this process. Only one such set-up is possible.
    ///
    /// # Errors
    /// [`MetricsSetupError`] if the metrics are already set up.
    pub fn start(function_name: &str, mode: &AudienceMode) -> Result<Self, MetricsSetupError> {
        let builder = Builder::new().cloudwatch_namespace(NAMESPACE);
        let builder = builder.with_dimension("FunctionName", function_name.to_owned());
        let collector = builder.init().map_err(|_| MetricsSetupError)?;
        // Lambda filters log lines by this member.
        collector.set_property("level", "INFO").set_property("audience_mode", mode.name());
        for name in VERDICTS {
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
    pub fn record(&self, verification: &Verification<Identity, Observed>) {
        // A sign-in must not fail because its metrics cannot be written.
        let _ = self.write(verification, &mut std::io::stdout().lock());
    }

    fn write(&self, verification: &Verification<Identity, Observed>, lines: &mut impl Write) -> std::io::Result<()> {
        let (this, reason) = match &verification.verdict {
            Ok(_) => ("Allowed", None),
            Err(Refusal::Denied(reason)) => ("Denied", Some(reason.code().to_owned())),
            Err(Refusal::Unavailable(unavailable)) => {
                let verdict = if unavailable.cause == Cause::Cooldown { "" } else { "Unavailable" };
                (verdict, Some(unavailable.to_string()))
            }
        };
        // Each verdict writes 0 or 1 for each of the three, so that the average is the rate. A counter is not written
        // at zero, so these are histograms. A cooldown counts as none of the three: an attacker can cause it with an
        // invented key id, and must not set off the alarm on outages.
        for verdict in VERDICTS {
            histogram!(verdict).record(f64::from(u8::from(verdict == this)));
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
        if let Some(time) = verification.observed.user_info_latency {
            histogram!("UserInfoLatency").record(milliseconds(time));
        }
        if let Some(time) = verification.directory_latency {
            histogram!("DirectoryLatency").record(milliseconds(time));
        }
        self.collector.flush(lines)
    }
}

/// Rounds to microseconds, which keeps the lines short.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_have_three_decimal_places() {
        for (nanos, expected) in [(0, 0.0), (1_499, 0.001), (12_345_678, 12.346), (4_000_000_000, 4000.0)] {
            assert!((milliseconds(Duration::from_nanos(nanos)) - expected).abs() < 1e-9, "{nanos}");
        }
    }
}
