//! Every reactor there is, one line each.

use std::marker::PhantomData;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use posars_event_store::Log;

use super::books::BooksReactor;
use super::error::ReactorError;
use super::low_stock::LowStockReactor;
use super::parked::{ParkedEvent, retry_parked};
use super::reactor::{Reactor, Retried};
use super::runner::{AnyRunner, ReactorRunner};
use super::stock::StockReactor;

/// Every reactor. One stands behind those whose events it follows, so that one pass in this order catches up with all.
pub const REACTORS: &[&dyn AnyReactor] = &[
    registered::<StockReactor>(),
    registered::<LowStockReactor>(),
    registered::<BooksReactor>(),
];

/// The reactor of this name.
#[must_use]
pub fn reactor_named(name: &str) -> Option<&'static dyn AnyReactor> {
    REACTORS.iter().copied().find(|known| known.name() == name)
}

const fn registered<R: Reactor>() -> &'static dyn AnyReactor {
    &Registered::<R>(PhantomData)
}

/// A reactor of any kind, before it is given a log.
pub trait AnyReactor: Sync {
    /// As [`Reactor::NAME`].
    fn name(&self) -> &'static str;

    /// As [`Reactor::WHAT`].
    fn what(&self) -> &'static str;

    /// As [`Reactor::WORKER`].
    fn worker(&self) -> &'static str;

    /// As [`Reactor::categories`].
    fn categories(&self) -> Vec<&'static str>;

    /// A runner of it on a log. `holder` names this process in the lease.
    fn runner(&self, log: Log, holder: &str) -> Box<dyn AnyRunner>;

    /// As [`retry_parked`], with a reactor of its own.
    fn retry_parked<'a>(
        &self,
        log: &'a Log,
        key: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(ParkedEvent, Retried)>, ReactorError>>;
}

struct Registered<R>(PhantomData<fn() -> R>);

impl<R: Reactor> AnyReactor for Registered<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn what(&self) -> &'static str {
        R::WHAT
    }

    fn worker(&self) -> &'static str {
        R::WORKER
    }

    fn categories(&self) -> Vec<&'static str> {
        R::categories()
    }

    fn runner(&self, log: Log, holder: &str) -> Box<dyn AnyRunner> {
        Box::new(ReactorRunner::<R>::new(log, holder))
    }

    fn retry_parked<'a>(
        &self,
        log: &'a Log,
        key: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(ParkedEvent, Retried)>, ReactorError>> {
        async move { retry_parked(&mut R::of(log.clone()), log, key, limit).await }.boxed()
    }
}
