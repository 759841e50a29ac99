//! Which consumers work in this process: only who works takes hints out of a queue, or a stand-by would swallow them.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

/// The leases that this process holds, by the name of the subscription, over all logs. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct HeldLeases(Arc<watch::Sender<HashMap<String, usize>>>);

impl Default for HeldLeases {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(HashMap::new())))
    }
}

/// That a lease is held, until it is dropped.
#[derive(Debug)]
pub(crate) struct HeldLease {
    leases: HeldLeases,
    name: String,
}

impl HeldLeases {
    pub(crate) fn hold(&self, name: &str) -> HeldLease {
        self.0
            .send_modify(|held| *held.entry(name.to_owned()).or_default() += 1);
        HeldLease {
            leases: self.clone(),
            name: name.to_owned(),
        }
    }

    /// Returns once one of these is held in any log; at once when none is asked for.
    pub(crate) async fn any_of(&self, names: &[String]) {
        let is_held = |held: &HashMap<String, usize>| {
            names.is_empty() || names.iter().any(|name| held.contains_key(name))
        };
        // The sender is in this value, so the wait ends well.
        let _ = self.0.subscribe().wait_for(is_held).await;
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        self.leases.0.send_modify(|held| {
            if let Some(count) = held.get_mut(&self.name) {
                *count -= 1;
                if *count == 0 {
                    held.remove(&self.name);
                }
            }
        });
    }
}
