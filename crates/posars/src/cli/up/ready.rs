//! What `posars up` says when it is ready: where it serves and what to try first.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Instant;

use serde::Serialize;

use super::folder_to_name;
use super::serving::Serving;
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
    version: &'static str,
    pid: u32,
    /// Address and port of gRPC and HTTP.
    listen: String,
    grpc: String,
    rest: String,
    livez: String,
    readyz: String,
    metrics: String,
    /// The data folder, or the server given by URL.
    data: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    postgres_pid: Option<u32>,
    started_in_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    demo: Option<DemoFacts>,
    /// Commands to try, ready to paste.
    first_commands: Vec<String>,
}

#[derive(Debug, Serialize)]
struct DemoFacts {
    sales_added: u32,
    from: String,
    to: String,
}

impl Ready {
    pub(super) fn of(
        session: &Session,
        database: &Database,
        address: SocketAddr,
        serving: &Serving,
        began: Instant,
    ) -> Self {
        let seeded = serving.seeded;
        let scheme = if serving.speaks_tls { "https" } else { "http" };
        let http = format!("{scheme}://{address}");
        let data = match &session.place.place {
            Place::Folder(folder) => folder.display().to_string(),
            Place::Url(url) => without_password(url),
        };
        Self {
            event: "ready",
            version: env!("CARGO_PKG_VERSION"),
            pid: std::process::id(),
            listen: address.to_string(),
            grpc: http.clone(),
            rest: format!("{http}/v1"),
            livez: format!("{http}/livez"),
            readyz: format!("{http}/readyz"),
            metrics: format!("{http}/metrics"),
            data,
            postgres_pid: database.server_pid(),
            started_in_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            first_commands: first_commands(session, serving, &http),
            demo: seeded.map(
                |Seeded {
                     days: (from, to),
                     sales,
                 }| DemoFacts {
                    sales_added: sales,
                    from: from.to_string(),
                    to: to.to_string(),
                },
            ),
        }
    }
}

fn first_commands(session: &Session, serving: &Serving, http: &str) -> Vec<String> {
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
    if serving.takes_local_tokens {
        commands.push(format!(
            "curl -H \"authorization: Bearer $({program} token --role owner{place})\" \
             \"{http}/v1/companies/{COMPANY}/sales?pageSize=3\""
        ));
    }
    match serving.seeded {
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
        let Self { version, data, .. } = self;
        let seconds = std::time::Duration::from_millis(self.started_in_ms);
        let plaintext = if self.grpc.starts_with("https:") {
            ""
        } else {
            "-plaintext "
        };
        writeln!(out, "posars {version} is ready ({seconds:.1?})")?;
        writeln!(
            out,
            "  gRPC     {}  (reflection is on: grpcurl {}{} list)",
            self.grpc, plaintext, self.listen
        )?;
        writeln!(out, "  REST     {}", self.rest)?;
        writeln!(out, "  health   {}  {}", self.livez, self.readyz)?;
        writeln!(out, "  metrics  {}", self.metrics)?;
        match self.postgres_pid {
            Some(pid) => writeln!(out, "  data     {data}  (private PostgreSQL, process {pid})")?,
            None => writeln!(out, "  data     {data}")?,
        }
        if let Some(demo) = &self.demo {
            writeln!(
                out,
                "  demo     two stores, sales from {} to {}",
                demo.from, demo.to
            )?;
        }
        writeln!(out, "Try, in another terminal:")?;
        for command in &self.first_commands {
            writeln!(out, "  {command}")?;
        }
        writeln!(out, "Ctrl-C ends everything.")
    }
}
