//! What the checkpoint of a projection is called.

/// The name of a projection's checkpoint.
#[must_use]
pub fn subscription_name(projection: &str) -> String {
    format!("projection.{projection}")
}
