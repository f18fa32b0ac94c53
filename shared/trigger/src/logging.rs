//! JSON lines on standard output, INFO and above.
//!
//! The level cannot be raised: `tracing` is compiled with `max_level_info`, because the runtime
//! prints the raw event at TRACE and Verify's event holds a live access token. No `log` bridge is
//! installed either, so that nothing a dependency logs through that crate is printed.

use std::panic::PanicHookInfo;

use tracing::{Level, Metadata};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The part of the runtime that logs a handler's error and a panic once more. Both are logged here already, with the
/// request they belong to.
const LOGS_AGAIN: &str = "lambda_runtime::layers::panic";

/// Starts logging for the whole process, and makes panics part of it.
pub(crate) fn start() {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_ansi(false)
        .with_target(false)
        .with_filter(filter_fn(is_shown));
    tracing_subscriber::registry().with(lines).init();
    std::panic::set_hook(Box::new(log_panic));
}

/// Events alone: the runtime's span around every invocation would be recorded and never shown.
fn is_shown(metadata: &Metadata<'_>) -> bool {
    metadata.is_event() && *metadata.level() <= Level::INFO && metadata.target() != LOGS_AGAIN
}

/// Names the place and not the message: a message is made of values, and a value may be a token.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    tracing::error!(location, "panicked");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use tracing::callsite::Callsite;
    use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
    use tracing::metadata::Kind;
    use tracing::subscriber::Interest;

    /// An event as a build without the cap would make it.
    struct Trace;

    static TRACE: Metadata<'static> = tracing::metadata! {
        name: "event", target: "lambda_runtime", level: Level::TRACE, fields: &[], callsite: &Trace, kind: Kind::EVENT
    };

    impl Callsite for Trace {
        fn set_interest(&self, _: Interest) {}

        fn metadata(&self) -> &Metadata<'_> {
            &TRACE
        }
    }

    #[test]
    fn no_level_below_info_is_compiled_in() {
        assert_eq!(STATIC_MAX_LEVEL, LevelFilter::INFO);
    }

    #[test]
    fn an_event_below_info_would_not_be_shown_either() {
        assert!(!is_shown(&TRACE));
    }

    /// In a process of its own, because what handles panics belongs to the whole process.
    #[test]
    fn a_panic_is_logged_by_its_place_and_without_its_message() {
        const PANICS: &str = "THIS_PROCESS_PANICS";
        #[expect(clippy::disallowed_methods, reason = "tells the process that panics from the one that looks on")]
        if std::env::var_os(PANICS).is_some() {
            start();
            panic!("canary");
        }
        let name = "logging::tests::a_panic_is_logged_by_its_place_and_without_its_message";
        let mut command = Command::new(std::env::current_exe().unwrap());
        let output = command.args(["--exact", name, "--nocapture"]).env(PANICS, "1").output().unwrap();
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(printed.contains(r#""message":"panicked""#) && printed.contains("logging.rs:"), "{printed}");
        assert!(!printed.contains("canary"), "{printed}");
    }
}
