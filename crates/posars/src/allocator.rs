//! The allocator of the program. A sale is dozens of small texts: with the C library's, recording an import took a
//! quarter more of the client's time.

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// For a process whose addresses are limited: memory comes from the system as it is needed. An arena reserves a
/// gibibyte at once; many smaller ones are each used only in part, and honest workbooks would no longer fit in.
pub(crate) const NO_ARENAS: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "0");
