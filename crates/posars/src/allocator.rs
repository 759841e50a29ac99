//! The allocator of the program. A sale is dozens of small texts: with the C library's, recording an import took a
//! quarter more of the client's time.

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// For a process whose addresses are limited: how much is reserved at once, in KiB, in place of a gibibyte.
pub(crate) const SMALL_RESERVE: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "32768");
