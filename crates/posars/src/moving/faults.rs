//! Places where a test may end a mover as a crash would; nothing at all in a build that ships.

/// A place between two steps.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// The log is closed for a moment.
    Frozen,
    /// It is closed until somebody opens it.
    Departed,
    /// The placement is written.
    Placed,
    /// The log is open where it lives now.
    Opened,
    /// Only the keys are left where it was.
    KeysLeft,
}

/// Ends the process at once when a test wants that here.
#[cfg(debug_assertions)]
pub(super) fn reach(step: Step) {
    if std::env::var("TEST_MOVER_ENDS").is_ok_and(|wanted| wanted == format!("{step:?}")) {
        std::process::abort();
    }
}

/// Says that a step is reached.
#[cfg(not(debug_assertions))]
pub(super) const fn reach(_step: Step) {}

/// Makes the last round as slow as a test wants it.
#[cfg(debug_assertions)]
pub(super) async fn slow_down() {
    let wanted = std::env::var("TEST_MOVER_ROUND_MS");
    if let Some(milliseconds) = wanted.ok().and_then(|text| text.parse().ok()) {
        tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub(super) async fn slow_down() {}
