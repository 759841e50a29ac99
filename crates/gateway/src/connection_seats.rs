//! Who may stay connected: whoever has shown a request keeps a seat, and newcomers make way for newcomers.
//!
//! A connection that says nothing costs its peer nothing, so it must not keep anybody out. Every connection is taken, as
//! a newcomer. With its first request it gets a seat, and nobody loses a seat while a call is under way. When newcomers
//! are too many, the one that has said nothing useful for longest is cut off; an honest one shows its request within a
//! round trip. When seats are too few, the one that has been idle for longest is closed, as at the end of its idle time.
//! So there is always room for the question whether we are alive, which needs no seat.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::peer::{Network, household};
use crate::shares::{Share, Shares};
use crate::under_way::UnderWay;

/// One address may have one connection of so many. Other addresses want some too.
const ADDRESS_SHARE: usize = 2;
/// Of the seats, how many newcomers there may be however many seats are taken; and no fewer than the second number.
const NEWCOMERS_SHARE: usize = 4;
const NEWCOMERS_MIN: usize = 64;
/// Of the newcomers that are always taken, how many may wait for a seat. The others can be cut off at any time.
const WAITING_SHARE: usize = 2;
/// How long a request waits for a seat before it is refused: calls end much sooner.
const SEAT_WAIT: Duration = Duration::from_secs(5);
/// How often whoever waits for a seat asks one more idle connection to leave: it may have got a call meanwhile.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// The seats. Clones share them.
#[derive(Clone)]
pub(crate) struct ConnectionSeats(Arc<Shared>);

struct Shared {
    seats_max: usize,
    newcomers_min: usize,
    free: Arc<Semaphore>,
    waiting: Semaphore,
    shares: Shares<IpAddr>,
    /// They bring everybody's connections; so does what else runs on this machine, which could end us anyway.
    trusted_proxies: Arc<[Network]>,
    room: Arc<Mutex<Room>>,
}

/// Who is there, the oldest first.
#[derive(Default)]
struct Room {
    next_number: u64,
    newcomers: BTreeMap<u64, Arc<Place>>,
    seated: BTreeMap<u64, Arc<Place>>,
    /// How many of the newcomers each household brought.
    newcomers_of: HashMap<IpAddr, usize>,
}

/// What others need to know of a connection.
struct Place {
    household: IpAddr,
    under_way: Arc<UnderWay>,
    is_waiting: AtomicBool,
    was_told: AtomicBool,
    leave: Notify,
}

impl Place {
    fn tell_to_leave(&self) {
        self.was_told.store(true, Ordering::Relaxed);
        self.leave.notify_one();
    }
}

/// One connection among the others, gone when dropped.
pub(crate) struct ConnectionPlace {
    number: u64,
    place: Arc<Place>,
    is_seated: AtomicBool,
    seat: tokio::sync::Mutex<Option<OwnedSemaphorePermit>>,
    seats: ConnectionSeats,
    _share: Option<Share<IpAddr>>,
}

/// Left with a request for which there was no seat, and for which no layer may let it take the seat of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoSeat;

impl ConnectionSeats {
    /// So many seats. The number of connections is told to whoever watches.
    pub(crate) fn new(connections_max: usize, trusted_proxies: &[Network]) -> Self {
        let seats_max = connections_max.min(Semaphore::MAX_PERMITS);
        let newcomers_min = seats_max.div_ceil(NEWCOMERS_SHARE).max(NEWCOMERS_MIN);
        let room = Arc::new(Mutex::new(Room::default()));
        let seen = Arc::clone(&room);
        opentelemetry::global::meter("posars.gateway")
            .u64_observable_gauge("rpc.server.connections")
            .with_description("Open connections.")
            .with_callback(move |gauge| {
                let room = seen.lock().unwrap_or_else(PoisonError::into_inner);
                let open = room.newcomers.len().saturating_add(room.seated.len());
                gauge.observe(u64::try_from(open).unwrap_or(u64::MAX), &[]);
            })
            .build();
        Self(Arc::new(Shared {
            seats_max,
            newcomers_min,
            free: Arc::new(Semaphore::new(seats_max)),
            waiting: Semaphore::new(newcomers_min.div_ceil(WAITING_SHARE)),
            shares: Shares::new(seats_max.div_ceil(ADDRESS_SHARE)),
            trusted_proxies: trusted_proxies.into(),
            room,
        }))
    }

    /// Takes a connection from `address` in as a newcomer, unless that address has its share already. The second value
    /// says whether another newcomer was told to leave for it.
    pub(crate) fn enter(&self, address: IpAddr) -> Option<(ConnectionPlace, bool)> {
        let address = address.to_canonical();
        let household = household(address);
        let share = if self.is_ours(address) {
            None
        } else {
            Some(self.0.shares.take(household)?)
        };
        let place = Arc::new(Place {
            household,
            under_way: Arc::default(),
            is_waiting: AtomicBool::new(false),
            was_told: AtomicBool::new(false),
            leave: Notify::new(),
        });
        let mut room = self.room();
        let newcomers_max = self.newcomers_max(&room);
        let mut has_made_way = false;
        while room.newcomers.len() >= newcomers_max && room.dismiss_newcomer(household, newcomers_max) {
            has_made_way = true;
        }
        let number = room.next_number;
        room.next_number += 1;
        room.add_newcomer(number, Arc::clone(&place));
        drop(room);
        let place = ConnectionPlace {
            number,
            place,
            is_seated: AtomicBool::new(false),
            seat: tokio::sync::Mutex::new(None),
            seats: self.clone(),
            _share: share,
        };
        Some((place, has_made_way))
    }

    /// Tells the oldest newcomer to leave, or the connection that has been idle for longest. False when there is
    /// neither: every connection has a call under way.
    pub(crate) fn make_room(&self) -> bool {
        let mut room = self.room();
        match room.oldest_newcomer(|_| true) {
            Some(number) => room.dismiss(number),
            None => room.tell_longest_idle(),
        }
    }

    fn is_ours(&self, address: IpAddr) -> bool {
        let mut proxies = self.0.trusted_proxies.iter();
        address.is_loopback() || proxies.any(|proxy| proxy.contains(address))
    }

    /// Newcomers may sit wherever nobody does.
    fn newcomers_max(&self, room: &Room) -> usize {
        let free = self.0.seats_max.saturating_sub(room.seated.len());
        free.max(self.0.newcomers_min)
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.0.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    fn add_newcomer(&mut self, number: u64, place: Arc<Place>) {
        *self.newcomers_of.entry(place.household).or_default() += 1;
        self.newcomers.insert(number, place);
    }

    fn remove_newcomer(&mut self, number: u64) -> Option<Arc<Place>> {
        let place = self.newcomers.remove(&number)?;
        match self.newcomers_of.get_mut(&place.household) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(self.newcomers_of.remove(&place.household)),
        }
        Some(place)
    }

    /// The oldest that is not waiting for a seat with a request in hand.
    fn oldest_newcomer(&self, which: impl Fn(&Place) -> bool) -> Option<u64> {
        let is_silent = |place: &Place| !place.is_waiting.load(Ordering::Relaxed);
        let mut all = self.newcomers.iter();
        all.find(|(_, place)| is_silent(place) && which(place))
            .map(|(number, _)| *number)
    }

    fn dismiss(&mut self, number: u64) -> bool {
        let Some(place) = self.remove_newcomer(number) else {
            return false;
        };
        place.tell_to_leave();
        true
    }

    /// Makes way for a newcomer of `household`: that one's own oldest goes first once it has brought half of them all.
    fn dismiss_newcomer(&mut self, household: IpAddr, newcomers_max: usize) -> bool {
        let own = self.newcomers_of.get(&household).copied().unwrap_or_default();
        let of_its_own = (own >= newcomers_max.div_ceil(ADDRESS_SHARE))
            .then(|| self.oldest_newcomer(|place| place.household == household))
            .flatten();
        match of_its_own.or_else(|| self.oldest_newcomer(|_| true)) {
            Some(number) => self.dismiss(number),
            None => false,
        }
    }

    fn tell_longest_idle(&self) -> bool {
        let idle = self.seated.values().filter_map(|place| {
            let idle_since = place.under_way.idle_since()?;
            (!place.was_told.load(Ordering::Relaxed)).then_some((idle_since, place))
        });
        match idle.min_by_key(|(idle_since, _)| *idle_since) {
            Some((_, place)) => {
                place.tell_to_leave();
                true
            }
            None => false,
        }
    }
}

impl ConnectionPlace {
    /// The calls of this connection.
    pub(crate) fn under_way(&self) -> &Arc<UnderWay> {
        &self.place.under_way
    }

    /// Whether it has shown a request and got a seat for it.
    pub(crate) fn is_seated(&self) -> bool {
        self.is_seated.load(Ordering::Acquire)
    }

    /// Returns when others need its place.
    pub(crate) async fn told_to_leave(&self) {
        self.place.leave.notified().await;
    }

    /// A request came: takes a seat, or waits some seconds for one. False when there is none.
    pub(crate) async fn sit(&self) -> bool {
        self.sit_within(SEAT_WAIT).await
    }

    async fn sit_within(&self, patience: Duration) -> bool {
        if self.is_seated() {
            return true;
        }
        let mut seat = self.seat.lock().await;
        if seat.is_none() {
            *seat = match Arc::clone(&self.seats.0.free).try_acquire_owned() {
                Ok(free) => Some(free),
                Err(_) => self.wait_for_seat(patience).await,
            };
            if seat.is_some() {
                self.take_seat();
            }
        }
        seat.is_some()
    }

    /// The same for a request that is answered in any case, and waits for nothing.
    pub(crate) fn sit_if_free(&self) {
        if !self.is_seated()
            && let Ok(mut seat) = self.seat.try_lock()
            && seat.is_none()
            && let Ok(free) = Arc::clone(&self.seats.0.free).try_acquire_owned()
        {
            *seat = Some(free);
            self.take_seat();
        }
    }

    fn take_seat(&self) {
        let mut room = self.seats.room();
        // One that was told to leave is no newcomer any more, and goes all the same.
        if let Some(place) = room.remove_newcomer(self.number) {
            room.seated.insert(self.number, place);
        }
        drop(room);
        self.is_seated.store(true, Ordering::Release);
    }

    async fn wait_for_seat(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        let _waiting = self.seats.0.waiting.try_acquire().ok()?;
        let _mark = Waiting::of(&self.place);
        let give_up = Instant::now() + patience;
        let mut free = std::pin::pin!(Arc::clone(&self.seats.0.free).acquire_owned());
        while Instant::now() < give_up {
            self.seats.room().tell_longest_idle();
            let until = give_up.min(Instant::now() + ASK_AGAIN);
            if let Ok(seat) = tokio::time::timeout_at(until, &mut free).await {
                // Nobody closes the semaphore.
                return seat.ok();
            }
        }
        None
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        let mut room = self.seats.room();
        drop(room.remove_newcomer(self.number));
        drop(room.seated.remove(&self.number));
    }
}

/// While it waits with a request in hand, a newcomer is not cut off.
struct Waiting<'a>(&'a Place);

impl<'a> Waiting<'a> {
    fn of(place: &'a Place) -> Self {
        place.is_waiting.store(true, Ordering::Relaxed);
        Self(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.is_waiting.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn seats(connections_max: usize) -> ConnectionSeats {
        ConnectionSeats::new(connections_max, &["10.0.0.0/8".parse().unwrap()])
    }

    fn enter(seats: &ConnectionSeats, address: &str) -> Option<ConnectionPlace> {
        seats.enter(address.parse().unwrap()).map(|(place, _)| place)
    }

    async fn seated(seats: &ConnectionSeats, address: &str) -> ConnectionPlace {
        let place = enter(seats, address).unwrap();
        assert!(place.sit().await, "there is a free seat");
        place
    }

    fn was_told(place: &ConnectionPlace) -> bool {
        place.told_to_leave().now_or_never().is_some()
    }

    #[test]
    fn one_address_has_its_share_and_no_more() {
        let seats = seats(6);
        let mut open = Vec::new();
        for _ in 0..3 {
            open.push(enter(&seats, "192.0.2.1").unwrap());
        }
        assert!(enter(&seats, "192.0.2.1").is_none());
        assert!(enter(&seats, "::ffff:192.0.2.1").is_none(), "the same in IPv6");
        assert!(enter(&seats, "192.0.2.2").is_some(), "others have theirs");
        drop(open.pop());
        open.push(enter(&seats, "192.0.2.1").unwrap());
        drop(open);
        assert_eq!(seats.0.shares.owners(), 0, "nothing is kept of who left");
        assert!(seats.room().newcomers_of.is_empty());

        let mut house = Vec::new();
        for host in 1..=3 {
            house.push(enter(&seats, &format!("2001:db8::{host}")).unwrap());
        }
        assert!(
            enter(&seats, "2001:db8::4").is_none(),
            "a household is one address"
        );
    }

    #[tokio::test]
    async fn proxies_and_this_machine_may_have_them_all() {
        let seats = seats(4);
        for address in ["10.1.2.3", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let mut open = Vec::new();
            for _ in 0..4 {
                open.push(seated(&seats, address).await);
            }
        }
    }

    #[tokio::test]
    async fn the_oldest_newcomer_makes_way_and_whoever_has_a_seat_keeps_it() {
        let seats = seats(1);
        let busy = seated(&seats, "127.0.0.1").await;
        let _call = UnderWay::begin(busy.under_way());
        let mut silent: Vec<_> = (0..NEWCOMERS_MIN)
            .map(|_| enter(&seats, "127.0.0.1").unwrap())
            .collect();
        assert!(!silent.iter().any(was_told), "there is room for so many");
        silent.push(enter(&seats, "127.0.0.1").unwrap());
        assert!(was_told(&silent[0]), "the oldest");
        assert!(!silent[1..].iter().any(was_told));
        assert!(!was_told(&busy));
        drop(silent.remove(0));
        assert_eq!(seats.room().newcomers.len(), NEWCOMERS_MIN);
    }

    #[tokio::test]
    async fn whoever_brings_half_of_the_newcomers_makes_way_for_its_own() {
        let seats = seats(4 * NEWCOMERS_MIN);
        let _full =
            futures_util::future::join_all((0..4 * NEWCOMERS_MIN).map(|_| seated(&seats, "::1"))).await;
        let honest = enter(&seats, "192.0.2.1").unwrap();
        let flood: Vec<_> = (0..2 * NEWCOMERS_MIN)
            .map(|_| enter(&seats, "192.0.2.2"))
            .collect();
        assert!(flood.iter().flatten().any(was_told));
        assert!(
            !was_told(&honest),
            "older than any of the flood, and from elsewhere"
        );
    }

    #[tokio::test]
    async fn a_seat_of_the_longest_idle_is_given_to_whoever_has_a_request() {
        let seats = seats(2);
        let (first, second) = (seated(&seats, "::1").await, seated(&seats, "::1").await);
        drop(UnderWay::begin(first.under_way()));
        let third = enter(&seats, "::1").unwrap();
        let waits = third.sit();
        tokio::pin!(waits);
        assert!((&mut waits).now_or_never().is_none(), "there is no free seat");
        assert!(was_told(&second), "idle for longer than the first");
        assert!(!was_told(&first));
        drop(second);
        assert!(waits.await);
        assert!(third.is_seated());
    }

    #[tokio::test]
    async fn a_request_does_not_wait_for_ever_and_nobody_busy_is_told_to_leave() {
        let seats = seats(1);
        let busy = seated(&seats, "::1").await;
        let _call = UnderWay::begin(busy.under_way());
        let other = enter(&seats, "::1").unwrap();
        assert!(!other.sit_within(Duration::from_millis(20)).await);
        assert!(!was_told(&busy));
        other.sit_if_free();
        assert!(!other.is_seated());
        drop(busy);
        other.sit_if_free();
        assert!(other.is_seated());
    }

    #[tokio::test]
    async fn whoever_waits_with_a_request_is_not_cut_off_and_the_waiting_are_bounded() {
        let seats = seats(1);
        let busy = seated(&seats, "::1").await;
        let _call = UnderWay::begin(busy.under_way());
        let waiting: Vec<_> = (0..NEWCOMERS_MIN / WAITING_SHARE)
            .map(|_| enter(&seats, "::1").unwrap())
            .collect();
        let mut waits: Vec<_> = waiting.iter().map(|place| Box::pin(place.sit())).collect();
        for wait in &mut waits {
            assert!(wait.now_or_never().is_none());
        }
        let one_more = enter(&seats, "::1").unwrap();
        assert_eq!(one_more.sit().now_or_never(), Some(false), "refused at once");
        let mut flood = Vec::new();
        for _ in 0..3 * NEWCOMERS_MIN {
            flood.push(enter(&seats, "::1").unwrap());
        }
        assert!(was_told(&one_more));
        assert!(!waiting.iter().any(was_told));
    }
}
