//! Medians, and ratios of interleaved measurements.

use std::fmt;

/// The value below which so many percent of the values lie; 0 without values.
pub fn quantile(values: &[f64], percent: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
}

/// The middle value; 0 without values.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 50)
}

/// The ratio of two subjects, round by round, because the load of the machine affects both.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    /// The median of the rounds.
    pub median: f64,
    /// A tenth of the rounds is below.
    pub low: f64,
    /// A tenth of the rounds is above.
    pub high: f64,
}

impl Ratio {
    /// The ratio of two interleaved series.
    pub fn of(ours: &[f64], theirs: &[f64]) -> Self {
        let rounds: Vec<_> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        Self::from_rounds(&rounds)
    }

    /// The same statistics for other values.
    pub fn from_rounds(rounds: &[f64]) -> Self {
        Self { median: median(rounds), low: quantile(rounds, 10), high: quantile(rounds, 90) }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.2} ({:.2} to {:.2})", self.median, self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "the values are exact")]

    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!([25, 50, 75, 99].map(|percent| quantile(&values, percent)), [2.0, 3.0, 4.0, 4.0]);
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn a_ratio_compares_round_by_round() {
        // The machine is three times slower in the second round, for both.
        let ratio = Ratio::of(&[2.0, 6.0, 2.0], &[1.0, 3.0, 1.0]);
        assert_eq!((ratio.median, ratio.low, ratio.high), (2.0, 2.0, 2.0));
    }
}
