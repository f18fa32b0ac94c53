//! The targets for the triggers: ratios to minimal programs and to Node.js, and sizes.

use std::fmt;

use anyhow::{Context, Result};

use crate::campaign::{All, Figures};
use crate::report::megabytes;
use crate::statistics::Ratio;

/// A claim and its measurement.
pub struct Target {
    pub claim: String,
    pub measured: Ratio,
    pub bound: Bound,
}

#[derive(Clone, Copy)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}
use Bound::{AtLeast, AtMost};

impl Target {
    pub fn is_met(&self) -> bool {
        match self.bound {
            AtMost(bound) => self.measured.median <= bound,
            AtLeast(bound) => self.measured.median >= bound,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AtMost(bound) => write!(formatter, "at most {bound}"),
            AtLeast(bound) => write!(formatter, "at least {bound}"),
        }
    }
}

/// Every target, in the order of the table.
pub fn all(figures: &All) -> Result<Vec<Target>> {
    let calls = figures.of("two-calls")?;
    let mut targets = Vec::new();
    let mut add = |claim: String, measured, bound| targets.push(Target { claim, measured, bound });

    for name in ["define", "create", "verify"] {
        let (ours, theirs) = (figures.of(name)?, figures.of(&format!("Node.js {name}"))?);
        let is_verify = name == "verify";
        let (floor_name, bound) = if is_verify { ("no-op", AtMost(3.0)) } else { ("no-op, static", AtMost(1.10)) };
        let floor = figures.of(floor_name)?;
        add(format!("{name}: start to ready / {floor_name}"), Ratio::of(&ours.ready, &floor.ready), bound);
        if is_verify {
            add("verify: first answer / two-calls".to_owned(), Ratio::of(&ours.first, &calls.first), AtMost(1.15));
            // With a signed token, Verify makes the two calls at the same time.
            let added = figures.of("verify, JWT")?.added.get(&100).context("not measured")?;
            let milliseconds: Vec<_> = added.iter().map(|added| added / 1000.0).collect();
            let claim = "verify, JWT: added to calls of 100 ms, in ms".to_owned();
            add(claim, Ratio::from_rounds(&milliseconds), AtMost(1.0));
        } else {
            let claim = format!("{name}: instructions of a warm invocation / {floor_name}");
            add(claim, instructions(ours, floor)?, AtMost(1.5));
        }
        let faster = Ratio::of(&theirs.until_first_answer(), &ours.until_first_answer());
        add(
            format!("{name}: start to first answer, Node.js / ours"),
            faster,
            AtLeast(if is_verify { 20.0 } else { 40.0 }),
        );
        add(
            format!("{name}: CPU of a warm invocation, Node.js / ours"),
            Ratio::of(&theirs.cpu, &ours.cpu),
            AtLeast(6.0),
        );
        let bound = AtMost(if is_verify { 2.6 } else { 0.7 });
        add(format!("{name}: package in MB"), Ratio::from_rounds(&[megabytes(ours)]), bound);
        let resident: Vec<_> = ours.resident.iter().map(|kib| kib / 1024.0).collect();
        let bound = AtMost(if is_verify { 12.0 } else { 4.0 });
        add(format!("{name}: resident in MiB"), Ratio::from_rounds(&resident), bound);
    }
    Ok(targets)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn instructions(ours: &Figures, floor: &Figures) -> Result<Ratio> {
    let warm = |figures: &Figures| figures.instructions.map(|counted| counted.warm as f64);
    let (ours, floor) = warm(ours).zip(warm(floor)).context("not counted")?;
    Ok(Ratio::from_rounds(&[ours / floor]))
}
