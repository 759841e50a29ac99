//! What a server promises of what was committed.

/// What a committed transaction survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A power cut: every commit waits for the disk.
    #[default]
    Durable,
    /// The end of any process, but no power cut. For tests: many times faster.
    Disposable,
}
