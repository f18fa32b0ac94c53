//! The output of the demo: each step before it starts, and its duration afterwards.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what the demo is for")]

use std::fmt::Display;
use std::io::Write;
use std::time::Instant;

use anyhow::{Error, Result};
use serde_json::Value;

pub struct Narration {
    started: Instant,
    steps: u32,
}

impl Narration {
    pub fn start() -> Self {
        Self { started: Instant::now(), steps: 0 }
    }

    /// Announces a part of the demo.
    #[expect(clippy::unused_self, reason = "nothing is printed without a narration")]
    pub fn title(&self, text: &str) {
        println!("\n{text}\n");
    }

    /// Announces a step, performs it, and prints how long it took.
    pub async fn step<T>(&mut self, text: &str, step: impl Future<Output = Result<T>>) -> Result<T> {
        self.steps += 1;
        print!("{:>3}  {text:<64}", self.steps);
        let _ = std::io::stdout().flush();
        let start = Instant::now();
        let result = step.await;
        match &result {
            Ok(_) => println!("{:>9.1} ms", start.elapsed().as_secs_f64() * 1000.0),
            Err(_) => println!("   failed"),
        }
        result
    }

    /// Prints a fact about the last step.
    #[expect(clippy::unused_self, reason = "nothing is printed without a narration")]
    pub fn fact(&self, name: &str, value: impl Display) {
        println!("       {name:<14} {value}");
    }

    /// Prints the claims of a token, one per line.
    pub fn claims(&self, name: &str, claims: &Value) {
        for (index, (claim, value)) in claims.as_object().into_iter().flatten().enumerate() {
            self.fact(if index == 0 { name } else { "" }, format_args!("{claim} = {value}"));
        }
    }

    /// Prints the end and the total duration.
    pub fn end(&self, text: &str) {
        println!("\n{text} {:.1} s in all.", self.started.elapsed().as_secs_f64());
    }
}

pub fn say(text: &str) {
    println!("{text}");
}

pub fn failure(error: &Error) {
    eprintln!("\nThe demo failed: {error:#}");
}
