//! What a check of a token costs: one that was verified a moment ago, and one that was not.
//!
//! `cargo bench -p posars-identity`; one line per measurement, medians of rounds of a plain loop.

#![expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use posars_identity::{Grantee, LocalIssuer, Verifier};

const ROUNDS: usize = 21;
const CACHED_CALLS: u32 = 20_000;
const UNCACHED_CALLS: u32 = 100;
const CACHED_MAX: Duration = Duration::from_micros(2);

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure())
}

async fn measure() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let issuer = LocalIssuer::open(&folder.path().join("identity"))?;
    let grantee = Grantee {
        subject: "5f2b1c1e-6a7b-4c3d-9e8f-001122334455".to_owned(),
        memberships: vec!["main/cashier/centro".parse()?, "main/auditor".parse()?],
    };
    let token = issuer.issue(&grantee, Duration::from_secs(3_600))?;
    println!("token: {} bytes", token.len());

    let verifier = Verifier::new(issuer.verifier_config()).await?;
    verifier.verify(&token).await?;
    let cached = median(CACHED_CALLS, async || {
        black_box(verifier.verify(black_box(&token)).await)?;
        Ok(())
    })
    .await?;
    println!("cached: {cached:?} a check (at most {CACHED_MAX:?} wanted)");

    let mut config = issuer.verifier_config();
    config.cache_ttl = Duration::ZERO;
    let forgetful = Verifier::new(config).await?;
    let uncached = median(UNCACHED_CALLS, async || {
        black_box(forgetful.verify(black_box(&token)).await)?;
        Ok(())
    })
    .await?;
    println!("uncached: {uncached:?} a check");

    // As an attacker sends them: the key is not found, and the fetch for it is not due.
    let elsewhere = LocalIssuer::open(&folder.path().join("elsewhere"))?;
    let strange = elsewhere.issue(&grantee, Duration::from_secs(3_600))?;
    let unknown = median(1_000, async || {
        anyhow::ensure!(verifier.verify(black_box(&strange)).await.is_err());
        Ok(())
    })
    .await?;
    println!("unknown key: {unknown:?} a refusal");

    let sign = median(10, async || {
        black_box(issuer.issue_at(&grantee, Duration::from_secs(60), Timestamp::now())?);
        Ok(())
    })
    .await?;
    println!("signing: {sign:?} a token");
    anyhow::ensure!(
        cached <= CACHED_MAX,
        "a cached check takes longer than {CACHED_MAX:?}"
    );
    Ok(())
}

/// The median over the rounds of the mean of a call within each.
async fn median(calls: u32, call: impl AsyncFn() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for _ in 0..calls {
            call().await?;
        }
        rounds.push(begun.elapsed() / calls);
    }
    rounds.sort_unstable();
    rounds
        .get(ROUNDS / 2)
        .copied()
        .ok_or_else(|| anyhow::anyhow!("no rounds were measured"))
}
