//! The name under which this process holds leases.

/// The name of this process in leases: what an operator looks for with `ps`.
pub(crate) fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    let host = if host.is_empty() { "localhost" } else { host };
    format!("posars[{}]@{host}", std::process::id())
}
