//! The report in Markdown: tables, targets and a chart.

use std::fmt::Write;

use anyhow::{Context, Result};

use crate::campaign::{All, DELAYS, Figures, Plan};
use crate::machine;
use crate::statistics::{Ratio, median};
use crate::targets;

/// The width of the longest bar of a chart.
const BAR: f64 = 60.0;

/// The report of a whole benchmark.
pub fn markdown(plan: &Plan, figures: &All) -> Result<String> {
    let mut page = String::new();
    writeln!(
        page,
        "{} cold starts and {} warm invocations of each, in turn. {}\n",
        plan.cold,
        plan.warm,
        machine::description()?
    )?;
    subjects(&mut page, figures)?;
    delays(&mut page, figures)?;
    targets(&mut page, figures)?;
    chart(&mut page, figures)?;
    Ok(page)
}

/// The report of the release profiles.
pub fn profiles(figures: &All) -> Result<String> {
    let mut page = format!("Medians. {}\n\n", machine::description()?);
    page.push_str("| | package, MB | start to ready, ms | CPU per warm invocation, ms | instructions in thousands, cold | warm |\n|---|--:|--:|--:|--:|--:|\n");
    for (name, figures) in figures.iter() {
        let counted = figures.instructions.context("not counted")?;
        writeln!(
            page,
            "| {name} | {:.2} | {:.2} | {:.3} | {} | {} |",
            megabytes(figures),
            median(&figures.ready) / 1000.0,
            median(&figures.cpu) / 1000.0,
            counted.cold / 1000,
            counted.warm / 1000,
        )?;
    }
    Ok(page)
}

fn subjects(page: &mut String, figures: &All) -> Result<()> {
    page.push_str("### Each by itself\n\nMedians; times in milliseconds, instructions in thousands.\n\n");
    page.push_str("| | start to ready | ready to first answer | warm p50 | warm p99 | CPU per warm invocation | resident, MiB | package, kB | instructions, cold | warm |\n");
    page.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (name, figures) in figures.iter() {
        let time = |values: &[f64]| median(values) / 1000.0;
        let instructions = figures.instructions.map_or_else(
            || "| | ".to_owned(),
            |counted| format!("| {} | {} ", counted.cold / 1000, counted.warm / 1000),
        );
        writeln!(
            page,
            "| {name} | {:.2} | {:.2} | {:.3} | {:.3} | {:.3} | {:.1} | {:.1} {instructions}|",
            time(&figures.ready),
            time(&figures.first),
            time(&figures.warm),
            time(&figures.warm_p99),
            time(&figures.cpu),
            median(&figures.resident) / 1024.0,
            megabytes(figures) * 1000.0,
        )?;
    }
    Ok(())
}

fn delays(page: &mut String, figures: &All) -> Result<()> {
    page.push_str("\n### Added to the slower of the two network calls\n\nMedian of the batches' medians, in milliseconds, and where four in five batches lie.\n\n| |");
    for delay in DELAYS {
        write!(page, " calls that take {} ms |", delay.as_millis())?;
    }
    page.push_str("\n|---|--:|--:|\n");
    for (name, figures) in figures.iter().filter(|(_, figures)| !figures.added.is_empty()) {
        write!(page, "| {name} |")?;
        for delay in DELAYS {
            let added = figures.added.get(&delay.as_millis()).context("not measured")?;
            let milliseconds: Vec<_> = added.iter().map(|added| added / 1000.0).collect();
            write!(page, " {} |", Ratio::from_rounds(&milliseconds))?;
        }
        page.push('\n');
    }
    Ok(())
}

fn targets(page: &mut String, figures: &All) -> Result<()> {
    page.push_str("\n### Side by side\n\nMedian of the rounds, and where four in five rounds lie.\n\n| | measured | target | |\n|---|--:|--:|---|\n");
    for target in targets::all(figures)? {
        let met = if target.is_met() { "met" } else { "**missed**" };
        writeln!(page, "| {} | {} | {} | {met} |", target.claim, target.measured, target.bound)?;
    }
    Ok(())
}

fn chart(page: &mut String, figures: &All) -> Result<()> {
    page.push_str("\n### From the start of the process to its first answer\n\n```text\n");
    let bars: Vec<_> =
        figures.iter().map(|(name, figures)| (name, median(&figures.until_first_answer()) / 1000.0)).collect();
    let longest = bars.iter().map(|(_, time)| *time).fold(f64::MIN_POSITIVE, f64::max);
    for (name, time) in bars {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most BAR, and positive")]
        let length = (time / longest * BAR).ceil() as usize;
        writeln!(page, "{name:<15} {} {time:.1} ms", "█".repeat(length))?;
    }
    page.push_str("```\n");
    Ok(())
}

/// The size of the package in 10^6 bytes, as AWS counts it.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub fn megabytes(figures: &Figures) -> f64 {
    figures.package as f64 / 1e6
}
