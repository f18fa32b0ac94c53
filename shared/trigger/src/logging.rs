//! JSON log lines on standard output, level INFO and above.
//!
//! The level cannot be changed at run time: `tracing` is compiled with `max_level_info`. The reason is that the runtime
//! logs the raw event at TRACE, and Verify's event contains a valid access token. There is no bridge from the `log`
//! crate either, so nothing that a dependency logs through it is printed.

use std::panic::PanicHookInfo;

use tracing::{Level, Metadata};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The module of the runtime that logs errors and panics of the handler. They are not shown, because this crate logs
/// them already, with their request id.
const RUNTIME_PANIC_LAYER: &str = "lambda_runtime::layers::panic";

/// Starts logging for the whole process, including panics.
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

/// Shows only events. The runtime's span around each invocation would cost time and never be shown.
fn is_shown(metadata: &Metadata<'_>) -> bool {
    metadata.is_event() && *metadata.level() <= Level::INFO && metadata.target() != RUNTIME_PANIC_LAYER
}

/// Logs the source location of a panic without its message, because a message can contain a token.
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

    /// An event that a build without the level limit would create.
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
    fn only_info_and_above_are_compiled_in() {
        assert_eq!(STATIC_MAX_LEVEL, LevelFilter::INFO);
    }

    #[test]
    fn an_event_below_info_is_not_shown() {
        assert!(!is_shown(&TRACE));
    }

    /// Runs in a process of its own, because the panic hook belongs to the whole process.
    #[test]
    fn a_panic_is_logged_with_its_location_and_without_its_message() {
        const PANICS: &str = "THIS_PROCESS_PANICS";
        #[expect(
            clippy::disallowed_methods,
            reason = "distinguishes the process that panics from the one that checks it"
        )]
        if std::env::var_os(PANICS).is_some() {
            start();
            panic!("canary");
        }
        let name = "logging::tests::a_panic_is_logged_with_its_location_and_without_its_message";
        let mut command = Command::new(std::env::current_exe().unwrap());
        let output = command.args(["--exact", name, "--nocapture"]).env(PANICS, "1").output().unwrap();
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(printed.contains(r#""message":"panicked""#) && printed.contains("logging.rs:"), "{printed}");
        assert!(!printed.contains("canary"), "{printed}");
    }
}
