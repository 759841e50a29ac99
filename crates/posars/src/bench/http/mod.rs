//! REST against gRPC: the same calls to the same server in turn, with what each costs the server.
//!
//! The server is a process of its own, because its CPU time is the fair figure: the clients of the two protocols do
//! not cost the same, and on a small machine they compete with the server.

mod clients;
mod echo;
mod server;

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use self::clients::{GrpcClient, RestClient};
use self::server::EchoServer;
use super::load::{self, Round};
use super::{ROUNDS, table};

const WARM_UP: Duration = Duration::from_millis(500);

/// Options of `posars bench http`.
#[derive(Debug, Args)]
pub(crate) struct HttpArgs {
    /// Connections of each protocol, with one call in flight on each
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=512))]
    clients: u16,
    /// Seconds of each kind of call, over all rounds
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Print JSON also on a terminal
    #[arg(long)]
    json: bool,
}

/// What was measured: medians over the rounds.
#[derive(Debug, Serialize)]
struct Report {
    clients: u16,
    seconds: u64,
    rounds: usize,
    get_grpc_per_second: f64,
    get_rest_per_second: f64,
    get_ratio_to_grpc: f64,
    get_grpc_server_cpu_us: f64,
    get_rest_server_cpu_us: f64,
    get_server_cpu_ratio: f64,
    get_rest_p50_ms: f64,
    get_rest_p99_ms: f64,
    post_grpc_per_second: f64,
    post_rest_per_second: f64,
    post_ratio_to_grpc: f64,
    post_grpc_server_cpu_us: f64,
    post_rest_server_cpu_us: f64,
    post_server_cpu_ratio: f64,
    post_rest_p50_ms: f64,
    post_rest_p99_ms: f64,
}

/// One kind of call in all rounds.
#[derive(Default)]
struct Measured {
    rounds: Vec<Round>,
    /// CPU time of the server for one call, in microseconds.
    server_cpu_us: Vec<f64>,
}

/// Serves the echo service for another process of this program.
pub(crate) async fn serve_echo() -> anyhow::Result<()> {
    echo::run().await
}

/// Runs it and prints the report.
pub(crate) async fn run(args: HttpArgs) -> anyhow::Result<()> {
    let server = EchoServer::start().await?;
    let count = usize::from(args.clients);
    let mut grpc = GrpcClient::connect(server.address(), count).await?;
    let mut rest = RestClient::connect(server.address(), count).await?;
    (_, grpc) = load::run(grpc, WARM_UP, 1, GrpcClient::post).await?;
    (_, rest) = load::run(rest, WARM_UP, 1, RestClient::post).await?;
    let round = Duration::from_secs(args.seconds) / u32::try_from(ROUNDS)?;
    let (mut get_grpc, mut get_rest) = (Measured::default(), Measured::default());
    let (mut post_grpc, mut post_rest) = (Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        grpc = get_grpc.add(&server, grpc, round, GrpcClient::get).await?;
        rest = get_rest.add(&server, rest, round, RestClient::get).await?;
        grpc = post_grpc.add(&server, grpc, round, GrpcClient::post).await?;
        rest = post_rest.add(&server, rest, round, RestClient::post).await?;
    }
    drop((grpc, rest));
    server.stop().await?;
    let (get, post) = (load::median(&get_rest.rounds), load::median(&post_rest.rounds));
    let report = Report {
        clients: args.clients,
        seconds: args.seconds,
        rounds: ROUNDS,
        get_grpc_per_second: get_grpc.per_second(),
        get_rest_per_second: get_rest.per_second(),
        get_ratio_to_grpc: get_rest.throughput_ratio(&get_grpc),
        get_grpc_server_cpu_us: get_grpc.cpu_us(),
        get_rest_server_cpu_us: get_rest.cpu_us(),
        get_server_cpu_ratio: get_rest.cpu_ratio(&get_grpc),
        get_rest_p50_ms: get.p50_ms,
        get_rest_p99_ms: get.p99_ms,
        post_grpc_per_second: post_grpc.per_second(),
        post_rest_per_second: post_rest.per_second(),
        post_ratio_to_grpc: post_rest.throughput_ratio(&post_grpc),
        post_grpc_server_cpu_us: post_grpc.cpu_us(),
        post_rest_server_cpu_us: post_rest.cpu_us(),
        post_server_cpu_ratio: post_rest.cpu_ratio(&post_grpc),
        post_rest_p50_ms: post.p50_ms,
        post_rest_p99_ms: post.p99_ms,
    };
    table::print(&report, args.json)
}

impl Measured {
    /// Runs one more round.
    async fn add<C, F>(
        &mut self,
        server: &EchoServer,
        clients: Vec<C>,
        duration: Duration,
        call: impl Fn(C) -> F + Clone + Send + 'static,
    ) -> anyhow::Result<Vec<C>>
    where
        C: Send + 'static,
        F: Future<Output = anyhow::Result<C>> + Send,
    {
        let before = server.cpu_time()?;
        let (round, clients) = load::run(clients, duration, 1, call).await?;
        let used = server.cpu_time()?.saturating_sub(before);
        self.server_cpu_us
            .push(used.as_secs_f64() * 1_000_000.0 / round.units);
        self.rounds.push(round);
        Ok(clients)
    }

    fn per_second(&self) -> f64 {
        load::median(&self.rounds).per_second
    }

    fn cpu_us(&self) -> f64 {
        load::median_of(self.server_cpu_us.clone())
    }

    /// Median over the rounds of this throughput to the other's in the same round.
    fn throughput_ratio(&self, other: &Self) -> f64 {
        let pairs = self.rounds.iter().zip(&other.rounds);
        load::median_of(
            pairs
                .map(|(one, other)| one.per_second / other.per_second)
                .collect(),
        )
    }

    /// Median over the rounds of this cost to the other's in the same round.
    fn cpu_ratio(&self, other: &Self) -> f64 {
        let pairs = self.server_cpu_us.iter().zip(&other.server_cpu_us);
        load::median_of(pairs.map(|(one, other)| one / other).collect())
    }
}
