//! Closing months on a real PostgreSQL, with reactors and read models.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod close;
mod fold;
mod late;
mod race;
mod settlements;
mod walkthrough;
mod world;
