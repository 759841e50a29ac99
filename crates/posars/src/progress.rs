//! Progress of long work, drawn on standard error when a person watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::screen::Screen;

/// How often the bar moves while the work is silent.
const TICK: Duration = Duration::from_millis(200);

/// A bar of `length` units with a title; draws nothing when standard error is no terminal.
pub(crate) fn bar(screen: Screen, title: &'static str, length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), target(screen));
    let style = ProgressStyle::with_template("{msg:20} [{wide_bar}] {human_pos}/{human_len} {per_sec} {eta}");
    // The template is a constant; an error in it costs only its looks.
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(title);
    bar.enable_steady_tick(TICK);
    bar
}

/// A sign of life for work of unknown length.
pub(crate) fn spinner(screen: Screen, title: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target(screen));
    bar.set_message(title);
    bar.enable_steady_tick(TICK);
    bar
}

fn target(screen: Screen) -> ProgressDrawTarget {
    if screen.shows_progress() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}
