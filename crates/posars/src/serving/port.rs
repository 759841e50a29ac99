//! The one port of a process: bound first, closed last.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use clap::Args;
use clap::builder::BoolishValueParser;
use posars_edge::Server;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::failure::{Exit, Failure};
use crate::http::{self, Ending, MetricsReaders};
use crate::settings::LISTEN_DEFAULT;

/// How long calls in flight may go on after the request to end. With the workers' and PostgreSQL's own ends it stays
/// below the 30 s that service managers give.
const DRAIN: Duration = Duration::from_secs(8);

/// Options of the port.
#[derive(Clone, Debug, Args)]
pub(crate) struct PortArgs {
    /// Address to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDR", env = "POSARS_LISTEN", default_value = LISTEN_DEFAULT)]
    listen: String,
    /// Tell the metrics to everybody who can reach the port, as for a scraper on another machine; they name every
    /// company. Without it only programs on this machine may read them
    #[arg(
        long,
        env = "POSARS_EXPOSE_METRICS",
        hide_env_values = true,
        // Takes 1 and yes as well, as people write in unit files, and refuses what is neither yes nor no.
        value_parser = BoolishValueParser::new(),
        help_heading = "Network"
    )]
    expose_metrics: bool,
}

impl PortArgs {
    /// The address as it was asked for.
    pub(super) fn listen(&self) -> &str {
        &self.listen
    }

    /// Who may read the metrics.
    pub(super) fn metrics_readers(&self) -> MetricsReaders {
        if self.expose_metrics {
            MetricsReaders::Everybody
        } else {
            MetricsReaders::ThisMachine
        }
    }

    /// Takes the address.
    ///
    /// # Errors
    /// `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`.
    pub(super) async fn bind(&self) -> Result<(TcpListener, SocketAddr), Failure> {
        let text = self.listen.as_str();
        let bound = async {
            let listener = TcpListener::bind(text).await?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        bound.await.map_err(|error: std::io::Error| {
            let taken = error.kind() == std::io::ErrorKind::AddrInUse;
            let (exit, code) = if taken {
                (Exit::Conflict, "ADDRESS_IN_USE")
            } else {
                (Exit::Failure, "ADDRESS_UNUSABLE")
            };
            Failure::new(exit, code, format!("{text} cannot be listened on: {error}"))
                .next("end the program that uses it (see `ss -ltnp`), or choose another with --listen ADDR, such as 127.0.0.1:0")
        })
    }
}

/// A port that is served.
pub(super) struct Port {
    server: JoinHandle<std::io::Result<()>>,
    ending: Ending,
    stop: watch::Sender<bool>,
}

impl Port {
    /// Serves the router from now on.
    pub(super) fn open(mut server: Server, listener: TcpListener, router: Router) -> Self {
        server.limits.drain_timeout = DRAIN;
        let ending = Ending::default();
        let router = router.layer(from_fn_with_state(ending.clone(), http::close_with_answer));
        let (stop, mut stopped) = watch::channel(false);
        let server = tokio::spawn(async move {
            let shutdown = async move {
                // An error means that the sender is gone, which is the end as well.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            server.serve(listener, router, shutdown).await
        });
        Self { server, ending, stop }
    }

    /// Returns when it ended by itself, with the failure that this is.
    pub(super) async fn ended(&mut self) -> Failure {
        let why = match (&mut self.server).await {
            Ok(Ok(())) => "it ended".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        Failure::new(
            Exit::Failure,
            "SERVER_ENDED",
            format!("the server ended by itself: {why}"),
        )
        .next("start the same command again")
    }

    /// From now on clients of HTTP/1 are asked to leave.
    pub(super) fn begin_ending(&self) {
        self.ending.begin();
    }

    /// Takes no connection any more and lets calls in flight end.
    pub(super) async fn close(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.server.await {
            tracing::warn!(%error, "the server did not end in order");
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        port: PortArgs,
    }

    #[test]
    fn the_metrics_are_exposed_only_on_request() {
        let readers = |line: &[&str]| Line::try_parse_from(line).unwrap().port.metrics_readers();
        assert_eq!(readers(&["posars"]), MetricsReaders::ThisMachine);
        assert_eq!(
            readers(&["posars", "--expose-metrics"]),
            MetricsReaders::Everybody
        );
    }
}
