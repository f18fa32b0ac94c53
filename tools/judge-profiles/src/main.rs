//! Judges the profiles of a user pool. It reads JSON lines and writes JSON lines. `make link-users` makes the calls to
//! the pool.
//!
//! The first line of the output has the verdicts in the order of the report, with the advice for each, and the reason
//! why no identity of the provider may be linked, if there is one. The other lines are the rows of the report.

#![expect(clippy::print_stderr, reason = "`make link-users` shows this output to the operator")]

mod input;
mod people;
mod report;
mod verdict;

use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use linking::mapping_problem;
use serde::Serialize;

use crate::input::Input;
use crate::report::report;
use crate::verdict::VERDICTS;

/// The first line of the output.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    verdicts: Vec<[&'static str; 2]>,
    provider_problem: Option<&'static str>,
}

fn main() -> ExitCode {
    let input = match Input::read(io::stdin().lock()) {
        Ok(input) => input,
        Err(error) => return fail(&error),
    };
    match write(&input, io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format_args!("the verdicts cannot be written: {error}")),
    }
}

fn fail(error: &dyn Display) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn write(input: &Input, output: impl Write) -> Result<(), io::Error> {
    let mut output = BufWriter::new(output);
    let problem = input.task.provider.as_ref().and_then(|provider| mapping_problem(&provider.mapped_attributes));
    let header = Header {
        verdicts: VERDICTS.iter().map(|(verdict, advice)| [verdict.code(), *advice]).collect(),
        provider_problem: problem.map(linking::Reason::code),
    };
    line(&mut output, &header)?;
    for row in report(input) {
        line(&mut output, &row)?;
    }
    output.flush()
}

fn line(output: &mut impl Write, value: &impl Serialize) -> Result<(), io::Error> {
    serde_json::to_writer(&mut *output, value)?;
    output.write_all(b"\n")
}
