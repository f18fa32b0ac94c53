//! JSON lines on standard output, INFO and above.
//!
//! The level cannot be raised: `tracing` is compiled with `max_level_info`, because the runtime
//! prints the raw event at TRACE and Verify's event holds a live access token. No `log` bridge is
//! installed either, so that nothing a dependency logs through that crate is printed.

use std::panic::PanicHookInfo;

/// Starts logging for the whole process, and makes panics part of it.
pub(crate) fn start() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .init();
    std::panic::set_hook(Box::new(log_panic));
}

/// Names the place and not the message: a message is made of values, and a value may be a token.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    tracing::error!(location, "panicked");
}
