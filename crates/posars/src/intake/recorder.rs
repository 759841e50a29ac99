//! Bringing a drop into the log of its company, with its results beside it.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use posars_domain::CompanyId;

use super::worker::Record;
use crate::companies::with_a_log;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::importing::{CompanyOfPlace, How, NotImported, Original, Results, import_dropped};

/// A drop that says for whom it is, and where what comes of it goes.
pub(super) trait Placed: Original {
    /// The company that it is for, by where it was dropped.
    fn company(&self) -> CompanyOfPlace;

    /// Where its results go.
    ///
    /// # Errors
    /// Those of the settings.
    fn results(&self) -> impl Future<Output = Result<Results, Failure>> + Send;
}

/// What imports drops.
pub(super) struct Recorder {
    /// The companies of the database.
    pub(super) houses: Vec<House>,
    /// The company of what is dropped where nothing names one.
    pub(super) company: CompanyId,
    /// How sheets are read.
    pub(super) how: How,
}

impl<D: Placed + 'static> Record<D> for Recorder {
    fn record<'a>(&'a self, original: &'a D) -> BoxFuture<'a, Result<(), NotImported>> {
        async move {
            let house = self.house_of(original.company()).await?;
            let results = original.results().await.map_err(NotImported::Failed)?;
            let done = import_dropped(original, house, &self.how, &results).await?;
            match done.refused_before() {
                Some(failure) => Err(NotImported::Refused(failure)),
                None => Ok(()),
            }
        }
        .boxed()
    }
}

impl Recorder {
    async fn house_of(&self, company: CompanyOfPlace) -> Result<&House, NotImported> {
        let company = match company {
            CompanyOfPlace::Unsaid => self.company.clone(),
            CompanyOfPlace::Said(company) => company,
            CompanyOfPlace::Wrong(error) => return Err(NotImported::Gone(error.into())),
        };
        if let Some(house) = self.houses.iter().find(|house| house.company_id == company) {
            return Ok(house);
        }
        let Some(any) = self.houses.first() else {
            return Err(unknown(&company));
        };
        let known = with_a_log(&any.store).await.map_err(NotImported::Failed)?;
        if known.contains(&company) {
            // Younger than this process.
            return Err(NotImported::Failed(
                Failure::new(
                    Exit::Failure,
                    "COMPANY_NOT_OPEN",
                    format!("company {company} was made after this process began"),
                )
                .next("start this process again; the drop is imported then"),
            ));
        }
        Err(unknown(&company))
    }
}

fn unknown(company: &CompanyId) -> NotImported {
    NotImported::Gone(
        Failure::new(
            Exit::Failure,
            "COMPANY_UNKNOWN",
            format!("the folder says that this is for company {company}, and there is none in this database"),
        )
        .next("`posars companies list` shows those there are; drop the file in the folder of one of them"),
    )
}
