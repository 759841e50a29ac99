//! `posars files get`: a file, to a file of yours or to standard output.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::TryStreamExt as _;
use posars_files::FileName;
use serde::Serialize;

use super::{Where, file_name};
use crate::failure::{Failure, on_file};
use crate::file_store::Files;
use crate::screen::Outcome;
use crate::session::Session;

/// Stands for standard output.
const STDOUT: &str = "-";

/// Options of `posars files get`.
#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    #[command(flatten)]
    pub(super) place: Where,
    /// The file, as `posars files list` names it
    #[arg(value_name = "FILE")]
    name: String,
    /// Where to; nothing that is there is replaced; - for standard output [default: its own name, here]
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

/// A file that was written.
#[derive(Debug, Serialize)]
pub(super) struct Got {
    file: String,
    out: String,
    size_bytes: usize,
}

/// Writes a file.
pub(super) async fn run(session: &Session, args: &GetArgs) -> Result<Got, Failure> {
    let name: FileName = file_name(&args.name)?;
    let files = Files::open(&args.place.files, &session.place.place)
        .await?
        .store();
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(name.last_part()));
    let content = files.read(&name, None).await?;
    // A report holds its period in memory when it is made; so it may when it is handed out.
    let bytes = content.try_collect::<Vec<_>>().await?.concat();
    let written = if out == Path::new(STDOUT) {
        io::stdout().lock().write_all(&bytes)
    } else {
        std::fs::File::create_new(&out).and_then(|mut file| file.write_all(&bytes))
    };
    written.map_err(|error| on_file("writing", &out, &error))?;
    Ok(Got {
        file: name.to_string(),
        out: out.display().to_string(),
        size_bytes: bytes.len(),
    })
}

impl Outcome for Got {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}: {} bytes of {}", self.out, self.size_bytes, self.file)
    }

    /// A file on standard output is the result itself.
    fn is_silent(&self) -> bool {
        self.out == STDOUT
    }
}
