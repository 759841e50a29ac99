//! `posars files list`: the files there are, by name.

use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use posars_files::{FolderName, LIST_FILES_MAX};
use serde::Serialize;

use super::{Where, file_name};
use crate::failure::{Exit, Failure};
use crate::file_store::Files;
use crate::screen::{Outcome, table};
use crate::session::Session;

/// Options of `posars files list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(super) place: Where,
    /// Only what is below this, such as reports/company=main
    #[arg(long, value_name = "FOLDER", default_value = "")]
    under: String,
    /// Only those behind this name: the last of a list that has more
    #[arg(long, value_name = "NAME")]
    after: Option<String>,
    /// No more than these
    #[arg(long, value_name = "FILES", default_value_t = 100)]
    limit: usize,
}

/// A page of files.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    files: Vec<File>,
    /// Whether there are more, behind the last.
    more: bool,
}

#[derive(Debug, Serialize)]
struct File {
    name: String,
    size_bytes: u64,
    put_at: Timestamp,
}

/// Lists files.
pub(super) async fn run(session: &Session, args: &ListArgs) -> Result<Listed, Failure> {
    let parts: Vec<&str> = args.under.split('/').filter(|part| !part.is_empty()).collect();
    let under = FolderName::new(&parts).map_err(|error| {
        Failure::new(Exit::Usage, "FILE_NAME_INVALID", error).next("leave --under out to see all")
    })?;
    let after = args.after.as_deref().map(file_name).transpose()?;
    let files = Files::open(&args.place.files, &session.place.place)
        .await?
        .store();
    let limit = args.limit.clamp(1, LIST_FILES_MAX);
    let page = files.list(&under, after.as_ref(), limit).await?;
    let file = |(name, facts): (posars_files::FileName, posars_files::FileFacts)| File {
        name: name.to_string(),
        size_bytes: facts.size_bytes,
        put_at: facts.put_at,
    };
    Ok(Listed {
        files: page.files.into_iter().map(file).collect(),
        more: page.next.is_some(),
    })
}

impl Outcome for Listed {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows = self.files.iter().map(|file| {
            [
                file.name.clone(),
                file.size_bytes.to_string(),
                file.put_at.to_string(),
            ]
        });
        writeln!(out, "{}", table(["file", "bytes", "put at"], rows))?;
        match self.files.last().filter(|_| self.more) {
            Some(last) => writeln!(out, "Next: there are more; go on with --after {}", last.name),
            None => Ok(()),
        }
    }
}
