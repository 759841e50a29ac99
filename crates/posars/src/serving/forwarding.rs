//! `posars serve gateway`: one door for several processes, without a database.

use std::str::FromStr;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use clap::Args;
use futures_util::future::join_all;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Gauge;
use posars_edge::Upstream;
use posars_gateway::{Area, Gateway, Readiness, Upstreams};

use super::front::warn_of_plain_http;
use super::port::Port;
use super::process::farewell;
use super::ready::Ready;
use super::{Ended, FrontArgs, OURSELVES, PortArgs, door};
use crate::failure::{Exit, Failure};
use crate::health::Health;
use crate::session::Session;
use crate::signals::EndRequests;
use crate::{api_docs, http, open_files};

/// The name under which the processes behind stand in `/readyz`.
const UPSTREAMS: &str = "upstreams";
/// How often it looks at them.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long one may take to say that it is ready.
const DEADLINE: Duration = Duration::from_secs(3);
const EXAMPLE: &str = "sales=http://127.0.0.1:8081,finance=http://127.0.0.1:8082,inventory=http://127.0.0.1:8083,\
    hr=http://127.0.0.1:8084,reporting=http://127.0.0.1:8085";

/// Where the processes are that a gateway hands calls on to.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct UpstreamArgs {
    /// For the role gateway: where each area is served, such as sales=http://127.0.0.1:8081; all five, with commas. Each of
    /// these processes names the gateway's address with --trusted-proxy
    #[arg(
        long,
        value_name = "AREA=URL",
        env = "POSARS_UPSTREAMS",
        hide_env_values = true,
        value_delimiter = ',',
        help_heading = "Network"
    )]
    upstreams: Vec<AreaUpstream>,
}

/// One area and where it is served.
#[derive(Clone, Debug)]
struct AreaUpstream(Area, Upstream);

impl FromStr for AreaUpstream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (area, upstream) = text
            .split_once('=')
            .ok_or("write AREA=URL, such as sales=http://127.0.0.1:8081")?;
        let area = area.trim().parse().map_err(|error| format!("{error}"))?;
        let upstream = upstream.trim().parse().map_err(|error| format!("{error}"))?;
        Ok(Self(area, upstream))
    }
}

impl UpstreamArgs {
    /// One for each area.
    ///
    /// # Errors
    /// `UPSTREAMS_MISSING` for an area without one, `UPSTREAMS_TWICE` for one with two.
    fn all(&self) -> Result<Upstreams, Failure> {
        for (index, AreaUpstream(area, _)) in self.upstreams.iter().enumerate() {
            let mut before = self.upstreams.iter().take(index);
            if before.any(|AreaUpstream(other, _)| other == area) {
                return Err(Failure::new(
                    Exit::Usage,
                    "UPSTREAMS_TWICE",
                    format!("{area} is given twice"),
                )
                .next("name each area once in --upstreams (POSARS_UPSTREAMS); put a balancer before several processes"));
            }
        }
        let all = self.upstreams.iter().cloned();
        Upstreams::new(all.map(|AreaUpstream(area, upstream)| (area, upstream))).map_err(|missing| {
            Failure::new(Exit::Usage, "UPSTREAMS_MISSING", missing)
                .next(format!("give --upstreams {EXAMPLE}, or set POSARS_UPSTREAMS"))
        })
    }
}

/// What a gateway is to do.
pub(crate) struct Forwarding {
    /// What it calls itself when it is ready.
    pub(crate) role: &'static str,
    /// The port and who may read the metrics there.
    pub(crate) port: PortArgs,
    /// What faces the network.
    pub(crate) front: FrontArgs,
    /// Where the calls go.
    pub(crate) upstreams: UpstreamArgs,
}

/// Hands calls on until Ctrl-C or SIGTERM, then ends in order.
///
/// # Errors
/// `UPSTREAMS_MISSING`, `UPSTREAMS_TWICE`, `ADDRESS_IN_USE`, and the codes of the settings.
pub(crate) async fn forward(asked: Forwarding, session: &Session) -> Result<Ended, Failure> {
    let began = Instant::now();
    let end = EndRequests::listen();
    let upstreams = asked.upstreams.all()?;
    let server = asked.front.server()?;
    open_files::raise_limit(server.limits.connections_max);
    let (listener, address) = asked.port.bind().await?;
    warn_of_plain_http(&server, address);
    let door = door(&server, address, true);
    let broken = |error: &dyn std::fmt::Display| Failure::new(Exit::Failure, "GATEWAY_BROKEN", error);
    let gateway = Gateway::forwarding(upstreams.clone(), &server.limits)
        .await
        .map_err(|error| broken(&error))?;
    let mut look = Look::new(upstreams, gateway.readiness());
    let router = http::router(
        look.health.clone(),
        session.metrics.clone(),
        asked.port.metrics_readers(),
    )
    .merge(api_docs::router().map_err(|error| broken(&error))?)
    .merge(gateway.into_router());
    let mut port = Port::open(server, listener, router);
    look.once().await;
    look.health.note(OURSELVES, Ok(()));
    if let Err(error) = session.screen.show(&Ready::at(asked.role, door, began)) {
        tracing::debug!(%error, "nobody reads standard output");
    }
    tokio::select! {
        () = end.first() => {}
        failure = port.ended() => return Err(failure),
        never = look.again_and_again() => match never {},
    }
    look.health.note(OURSELVES, Err("ending".to_owned()));
    look.readiness.stop_serving().await;
    port.begin_ending();
    let drain_wait = asked.front.drain_wait();
    session.screen.say(&farewell(drain_wait));
    let orderly = async {
        tokio::time::sleep(drain_wait).await;
        port.close().await;
    };
    tokio::select! {
        () = orderly => {}
        () = end.one_more() => tracing::warn!("asked to end twice: calls in flight were cut off"),
    }
    Ok(Ended {})
}

/// The eye on the processes behind.
struct Look {
    upstreams: Vec<Seen>,
    health: Health,
    readiness: Readiness,
    up: Gauge<u64>,
}

/// One of them, with what is wrong with it.
struct Seen {
    area: Area,
    upstream: Upstream,
    problem: Option<String>,
}

impl Look {
    fn new(upstreams: Upstreams, readiness: Readiness) -> Self {
        let up = opentelemetry::global::meter("posars.gateway")
            .u64_gauge("posars.gateway.upstream.up")
            .with_description("1 while the process that serves an area says that it is ready.")
            .build();
        let upstreams = upstreams.iter().map(|(area, upstream)| Seen {
            area,
            upstream: upstream.clone(),
            problem: Some("it was not asked yet".to_owned()),
        });
        Self {
            upstreams: upstreams.collect(),
            health: Health::default(),
            readiness,
            up,
        }
    }

    async fn again_and_again(&mut self) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(INTERVAL).await;
            self.once().await;
        }
    }

    /// Asks all of them. One that is away is no reason to send the calls of the others elsewhere, so this process is ready
    /// while one of them is.
    async fn once(&mut self) {
        let asked = join_all(self.upstreams.iter().map(|seen| problem_of(&seen.upstream))).await;
        for (seen, problem) in self.upstreams.iter_mut().zip(asked) {
            let Seen { area, upstream, .. } = &seen;
            match (&seen.problem, &problem) {
                (Some(_), None) => tracing::info!(%area, %upstream, "the process behind is ready"),
                (None, Some(problem)) => {
                    tracing::warn!(%area, %upstream, problem, "the process behind is not ready; its calls are refused");
                }
                (None, None) | (Some(_), Some(_)) => {}
            }
            self.up.record(
                u64::from(problem.is_none()),
                &[KeyValue::new("area", area.name())],
            );
            seen.problem = problem;
        }
        let ready = self.upstreams.iter().any(|seen| seen.problem.is_none());
        let first = self.upstreams.iter().find_map(|seen| seen.problem.clone());
        let state = match first {
            Some(problem) if !ready => Err(format!("no process behind is ready: {problem}")),
            Some(_) | None => Ok(()),
        };
        self.health.note(UPSTREAMS, state);
        if ready != self.readiness.is_serving() {
            if ready {
                self.readiness.start_serving().await;
            } else {
                self.readiness.stop_serving().await;
            }
        }
    }
}

/// What keeps a process from being ready, if anything does.
async fn problem_of(upstream: &Upstream) -> Option<String> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = axum::http::Uri::from_static("/readyz");
    match upstream.send(request, DEADLINE, ()).await {
        Ok(answer) if answer.status() == StatusCode::OK => None,
        Ok(answer) => Some(format!("{upstream}/readyz says {}", answer.status().as_u16())),
        Err(error) => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        upstreams: UpstreamArgs,
    }

    fn all(text: &str) -> Result<Upstreams, Failure> {
        let line = Line::try_parse_from(["posars", "--upstreams", text]).unwrap();
        line.upstreams.all()
    }

    #[tokio::test]
    async fn every_area_has_one_upstream() {
        let upstreams = all(EXAMPLE).unwrap();
        assert_eq!(upstreams.iter().count(), Area::ALL.len());
        let failure = all("sales=http://a:1").unwrap_err();
        assert_eq!(failure.code, "UPSTREAMS_MISSING");
        assert!(failure.message.contains("inventory"), "{failure}");
        assert!(failure.next.unwrap().contains("POSARS_UPSTREAMS"));
        let failure = all(&format!("{EXAMPLE},sales=http://a:1")).unwrap_err();
        assert_eq!(failure.code, "UPSTREAMS_TWICE");
        for wrong in [
            "sales",
            "sales:http://a:1",
            "shop=http://a:1",
            "sales=https://a:1",
            "sales=",
        ] {
            let line = Line::try_parse_from(["posars", "--upstreams", wrong]);
            assert!(line.is_err(), "{wrong}");
        }
    }
}
