//! Seats for connections: how many there are, and how many of them one address may have.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::peer::{Network, household};
use crate::shares::{Share, Shares};

/// One address may have one seat of so many. A connection costs a stranger nothing, and who has them all keeps everybody
/// out, whoever asks whether we are alive included.
const ADDRESS_SHARE: usize = 2;

/// The seats. Clones share them.
#[derive(Clone)]
pub(crate) struct ConnectionSeats {
    free: Arc<Semaphore>,
    shares: Shares<IpAddr>,
    /// They bring everybody's connections; so does what else runs on this machine, which could end us anyway.
    trusted_proxies: Arc<[Network]>,
}

/// A place for the next connection, whoever it will be.
pub(crate) struct FreeSeat(OwnedSemaphorePermit);

/// The seat of a connection, free again when dropped.
pub(crate) struct ConnectionSeat {
    _place: OwnedSemaphorePermit,
    _share: Option<Share<IpAddr>>,
}

impl ConnectionSeats {
    /// So many seats, whose number in use is told to whoever watches.
    pub(crate) fn new(connections_max: usize, trusted_proxies: &[Network]) -> Self {
        let connections_max = connections_max.min(Semaphore::MAX_PERMITS);
        let free = Arc::new(Semaphore::new(connections_max));
        let seen = Arc::clone(&free);
        opentelemetry::global::meter("posars.gateway")
            .u64_observable_gauge("rpc.server.connections")
            .with_description("Open connections.")
            .with_callback(move |gauge| {
                let taken = connections_max.saturating_sub(seen.available_permits());
                gauge.observe(u64::try_from(taken).unwrap_or(u64::MAX), &[]);
            })
            .build();
        Self {
            free,
            shares: Shares::new(connections_max.div_ceil(ADDRESS_SHARE)),
            trusted_proxies: trusted_proxies.into(),
        }
    }

    /// Waits for a free seat. None never comes: nobody closes the semaphore.
    pub(crate) async fn free(&self) -> Option<FreeSeat> {
        Arc::clone(&self.free).acquire_owned().await.ok().map(FreeSeat)
    }

    /// Gives the seat to a connection from `address`, unless that has its share already.
    pub(crate) fn give(&self, FreeSeat(place): FreeSeat, address: IpAddr) -> Option<ConnectionSeat> {
        let address = address.to_canonical();
        let is_ours =
            address.is_loopback() || self.trusted_proxies.iter().any(|proxy| proxy.contains(address));
        let share = if is_ours {
            None
        } else {
            Some(self.shares.take(household(address))?)
        };
        Some(ConnectionSeat {
            _place: place,
            _share: share,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn seat(seats: &ConnectionSeats, address: &str) -> Option<ConnectionSeat> {
        seats.give(seats.free().await.unwrap(), address.parse().unwrap())
    }

    #[tokio::test]
    async fn one_address_has_its_share_and_no_more() {
        let seats = ConnectionSeats::new(6, &["10.0.0.0/8".parse().unwrap()]);
        let mut open = Vec::new();
        for _ in 0..3 {
            open.push(seat(&seats, "192.0.2.1").await.unwrap());
        }
        assert!(seat(&seats, "192.0.2.1").await.is_none());
        assert!(
            seat(&seats, "::ffff:192.0.2.1").await.is_none(),
            "the same in IPv6"
        );
        assert!(seat(&seats, "192.0.2.2").await.is_some(), "others have theirs");
        drop(open.pop());
        open.push(seat(&seats, "192.0.2.1").await.unwrap());
        drop(open);
        assert_eq!(seats.shares.owners(), 0, "nothing is kept of who left");
        assert_eq!(seats.free.available_permits(), 6);

        let mut house = Vec::new();
        for host in 1..=3 {
            house.push(seat(&seats, &format!("2001:db8::{host}")).await.unwrap());
        }
        assert!(
            seat(&seats, "2001:db8::4").await.is_none(),
            "a household is one address"
        );
    }

    #[tokio::test]
    async fn proxies_and_this_machine_may_have_them_all() {
        let seats = ConnectionSeats::new(4, &["10.0.0.0/8".parse().unwrap()]);
        for address in ["10.1.2.3", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let mut open = Vec::new();
            for _ in 0..4 {
                open.push(seat(&seats, address).await.expect(address));
            }
        }
    }
}
