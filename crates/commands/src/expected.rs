//! What an append expects of a stream.

use posars_event_store::{ExpectedVersion, Version};

/// That a stream is as it was read.
pub(crate) fn expected(version: Version) -> ExpectedVersion {
    if version == Version::START {
        ExpectedVersion::NoStream
    } else {
        ExpectedVersion::Exact(version)
    }
}
