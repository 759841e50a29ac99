//! Many clients at once for a while, and what came of it.

use std::future::Future;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;

/// What one round measured.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Round {
    /// Units done per second, over all clients.
    pub(crate) per_second: f64,
    /// Units done.
    pub(crate) units: f64,
    /// Median time of one call.
    pub(crate) p50_ms: f64,
    /// The time that one call in a hundred exceeds.
    pub(crate) p99_ms: f64,
}

/// Runs one client per element, each calling again and again until `duration` is over; `units` per call.
pub(crate) async fn run<C, F>(
    clients: Vec<C>,
    duration: Duration,
    units: usize,
    call: impl Fn(C) -> F + Clone + Send + 'static,
) -> anyhow::Result<(Round, Vec<C>)>
where
    C: Send + 'static,
    F: Future<Output = anyhow::Result<C>> + Send,
{
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let call = call.clone();
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(4_096);
            while started.elapsed() < duration {
                let before = Instant::now();
                client = call(client).await?;
                times.push(before.elapsed());
            }
            anyhow::Ok((client, times))
        });
    }
    let (mut clients, mut times) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (client, mine) = done??;
        clients.push(client);
        times.extend(mine);
    }
    let seconds = started.elapsed().as_secs_f64();
    times.sort_unstable();
    let done = u32::try_from(times.len() * units)?;
    let round = Round {
        per_second: f64::from(done) / seconds,
        units: f64::from(done),
        p50_ms: percentile(&times, 50),
        p99_ms: percentile(&times, 99),
    };
    Ok((round, clients))
}

/// The time that is not exceeded by so many of a hundred.
pub(super) fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

/// The median of each figure over the rounds.
pub(crate) fn median(rounds: &[Round]) -> Round {
    let of = |figure: fn(&Round) -> f64| median_of(rounds.iter().map(figure).collect());
    Round {
        per_second: of(|r| r.per_second),
        units: of(|r| r.units),
        p50_ms: of(|r| r.p50_ms),
        p99_ms: of(|r| r.p99_ms),
    }
}

/// The median of some figures; 0 of none.
pub(crate) fn median_of(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
