//! What a process says when it is ready: where it listens and what to try first.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Instant;

use serde::Serialize;

use super::folder_to_name;
use super::process::Process;
use crate::companies::COMPANY_VARIABLE;
use crate::database::Database;
use crate::demo::Seeded;
use crate::screen::Outcome;
use crate::session::Session;
use crate::settings::{COMPANY, Place, without_password};

/// Ready, and where.
#[derive(Debug, Serialize)]
pub(super) struct Ready {
    event: &'static str,
    /// The command, such as `up` or `work stock`.
    role: &'static str,
    version: &'static str,
    pid: u32,
    /// Address and port of gRPC and HTTP.
    listen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rest: Option<String>,
    livez: String,
    readyz: String,
    metrics: String,
    /// The data folder, or the server given by URL; none for a process without a database.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postgres_pid: Option<u32>,
    started_in_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    demo: Option<DemoFacts>,
    /// Commands to try, ready to paste; none for one process of several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    first_commands: Vec<String>,
}

/// How a process is reached.
pub(super) struct Door {
    pub(super) address: SocketAddr,
    pub(super) speaks_tls: bool,
    pub(super) has_services: bool,
}

#[derive(Debug, Serialize)]
struct DemoFacts {
    sales_added: u32,
    from: String,
    to: String,
}

impl Ready {
    /// What every process says.
    pub(super) fn at(role: &'static str, door: Door, began: Instant) -> Self {
        let scheme = if door.speaks_tls { "https" } else { "http" };
        let http = format!("{scheme}://{}", door.address);
        Self {
            event: "ready",
            role,
            version: env!("CARGO_PKG_VERSION"),
            pid: std::process::id(),
            listen: door.address.to_string(),
            grpc: door.has_services.then(|| http.clone()),
            rest: door.has_services.then(|| format!("{http}/v1")),
            livez: format!("{http}/livez"),
            readyz: format!("{http}/readyz"),
            metrics: format!("{http}/metrics"),
            data: None,
            postgres_pid: None,
            started_in_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            first_commands: Vec::new(),
            demo: None,
        }
    }

    /// And what a process with a database says besides.
    pub(super) fn with_database(self, session: &Session, database: &Database, process: &Process) -> Self {
        let data = match &session.place.place {
            Place::Folder(folder) => folder.display().to_string(),
            Place::Url(url) => without_password(url),
        };
        let demo = process.seeded.map(
            |Seeded {
                 days: (from, to),
                 sales,
             }| DemoFacts {
                sales_added: sales,
                from: from.to_string(),
                to: to.to_string(),
            },
        );
        let first_commands = match &self.grpc {
            Some(http) if self.role == super::UP => first_commands(session, process, http),
            Some(_) | None => Vec::new(),
        };
        Self {
            data: Some(data),
            postgres_pid: database.server_pid(),
            demo,
            first_commands,
            ..self
        }
    }
}

fn first_commands(session: &Session, process: &Process, http: &str) -> Vec<String> {
    // As it was called, so that it can be pasted also where posars is not on the PATH.
    let program = std::env::args().next().unwrap_or_else(|| "posars".to_owned());
    let mut place = folder_to_name(session)
        .map(|folder| format!(" --data {}", folder.display()))
        .unwrap_or_default();
    // They are about the first company, whatever the other terminal is set to.
    if std::env::var(COMPANY_VARIABLE).is_ok_and(|company| company != COMPANY) {
        place.push_str(&format!(" --company {COMPANY}"));
    }
    let mut commands = Vec::new();
    if process.takes_local_tokens {
        commands.push(format!(
            "curl -H \"authorization: Bearer $({program} token --role owner{place})\" \
             \"{http}/v1/companies/{COMPANY}/sales?pageSize=3\""
        ));
    }
    match process.seeded {
        Some(Seeded { days: (from, to), .. }) => commands.extend([
            format!(
                "{program} report daily-sales --from {from} --to {to} --format xlsx --out daily-sales.xlsx{place}"
            ),
            format!("{program} audit verify{place}"),
        ]),
        None => commands.push(format!("{program} import vendas.xlsx --define-missing{place}")),
    }
    commands
}

impl Outcome for Ready {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { role, version, .. } = self;
        let seconds = std::time::Duration::from_millis(self.started_in_ms);
        writeln!(out, "posars {version} {role} is ready ({seconds:.1?})")?;
        if let Some(grpc) = &self.grpc {
            let plaintext = if grpc.starts_with("https:") {
                ""
            } else {
                "-plaintext "
            };
            writeln!(
                out,
                "  gRPC     {grpc}  (reflection is on: grpcurl {plaintext}{} list)",
                self.listen
            )?;
        }
        if let Some(rest) = &self.rest {
            writeln!(out, "  REST     {rest}")?;
        }
        writeln!(out, "  health   {}  {}", self.livez, self.readyz)?;
        writeln!(out, "  metrics  {}", self.metrics)?;
        match (&self.data, self.postgres_pid) {
            (Some(data), Some(pid)) => {
                writeln!(out, "  data     {data}  (private PostgreSQL, process {pid})")?;
            }
            (Some(data), None) => writeln!(out, "  data     {data}")?,
            (None, _) => {}
        }
        if let Some(demo) = &self.demo {
            writeln!(
                out,
                "  demo     two stores, sales from {} to {}",
                demo.from, demo.to
            )?;
        }
        if !self.first_commands.is_empty() {
            writeln!(out, "Try, in another terminal:")?;
        }
        for command in &self.first_commands {
            writeln!(out, "  {command}")?;
        }
        writeln!(out, "Ctrl-C ends everything.")
    }
}
