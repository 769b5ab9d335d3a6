use indicatif::{ProgressBar, ProgressStyle};

use crate::arguments::Arguments;

const REQUESTS: &str = "requests";
const SECONDS: &str = "seconds";

/// How far a run has come; it hides itself where nobody looks.
pub(crate) fn of(arguments: &Arguments) -> ProgressBar {
    let (length, unit) = match arguments.duration {
        None => (arguments.users * arguments.requests, REQUESTS),
        Some(duration) => (duration.as_secs(), SECONDS),
    };
    let style =
        ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} {msg}, {eta} left");
    ProgressBar::new(length)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(unit)
}

pub(crate) fn shows_time(bar: &ProgressBar) -> bool {
    bar.message() == SECONDS
}
