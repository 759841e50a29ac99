//! People's own data: found, handed out, erased, and no longer kept when its time is over.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod erase;
mod export;
mod shred;
mod world;
