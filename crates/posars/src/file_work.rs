//! The work that has to do with files: reports of closed months are put, what is dropped is imported.

use std::sync::Arc;

use futures_util::FutureExt as _;
use posars_files::FileStore;

use crate::failure::Failure;
use crate::house::House;
use crate::intake::{self, Drops, IntakeArgs, Work};
use crate::month_files::{MonthFiles, remove_abandoned};
use crate::queues::Queues;
use crate::roles::{Duties, WorkRole};
use crate::settings::{FileArgs, MannerArgs};

/// Where a process keeps files, and where files are dropped to be imported.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PlacesOfFiles {
    #[command(flatten)]
    pub(crate) files: FileArgs,
    #[command(flatten)]
    pub(crate) intake: IntakeArgs,
    #[command(flatten)]
    pub(crate) manner: MannerArgs,
}

/// What is done about files in this process. It can be begun anew for other companies.
#[derive(Clone)]
pub(crate) struct FileWork {
    files: Option<Arc<dyn FileStore>>,
    manner: MannerArgs,
    drops: Option<Drops>,
}

impl FileWork {
    /// What these settings and duties ask for.
    ///
    /// # Errors
    /// `NO_INTAKE` for a process that is there to import and was not told from where, and those of the intake.
    pub(crate) async fn open(
        places: &PlacesOfFiles,
        duties: &Duties,
        queues: Option<&Queues>,
        files: Option<Arc<dyn FileStore>>,
    ) -> Result<Self, Failure> {
        let drops = if duties.include(WorkRole::Imports) {
            places.intake.drops(queues, &places.manner).await?
        } else {
            None
        };
        if drops.is_none() && *duties == Duties::of(WorkRole::Imports) {
            return Err(intake::nowhere());
        }
        Ok(Self {
            files,
            manner: places.manner.clone(),
            drops,
        })
    }

    /// Whether what is dropped can be imported; none where nothing is.
    pub(crate) fn imports(&self) -> Option<Result<(), String>> {
        self.drops.as_ref().map(Drops::state)
    }

    /// That of these companies.
    pub(crate) fn on(&self, houses: &[House], duties: &Duties) -> Vec<Work> {
        let mut all: Vec<Work> = Vec::new();
        let files = self.files.as_ref().filter(|_| duties.include(WorkRole::Reports));
        if let Some(files) = files.filter(|_| !houses.is_empty()) {
            for house in houses {
                let month_files = MonthFiles::of(house, Arc::clone(files), &self.manner);
                all.push(Box::new(|stop| month_files.run(stop).boxed()));
            }
            let files = Arc::clone(files);
            all.push(Box::new(|stop| remove_abandoned(files, stop).boxed()));
        }
        if let Some(drops) = self.drops.as_ref().filter(|_| !houses.is_empty()) {
            all.push(drops.imported_for(houses));
        }
        all
    }
}
