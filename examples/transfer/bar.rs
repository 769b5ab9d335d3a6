//! Progress bars; they hide themselves where nobody looks.

use indicatif::{ProgressBar, ProgressStyle};

/// Of so many events.
pub(crate) fn of_events(count: u64) -> ProgressBar {
    bar(
        count,
        "{wide_bar} {human_pos}/{human_len} events, {eta} left",
    )
}

/// Of so many bytes of a file.
pub(crate) fn of_bytes(count: u64) -> ProgressBar {
    bar(count, "{wide_bar} {bytes}/{total_bytes}, {eta} left")
}

fn bar(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
