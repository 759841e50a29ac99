//! Who has a tax number.

use posars_domain::{RetentionClass, SubjectId};

use crate::company_key::Digest;
use crate::keyring::class;
use crate::{Keyring, KeyringError};

/// A person who was found by a tax number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The person.
    pub subject: SubjectId,
    /// The class under which the number is kept.
    pub class: RetentionClass,
}

impl Keyring {
    /// Who is found by a tax number, without punctuation: employees first, then buyers, the oldest first.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn find(&self, finder: &str) -> Result<Vec<Found>, KeyringError> {
        let found = self.find_all(&[finder]).await?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    /// As [`Keyring::find`], of several, in the order asked; one statement for all.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn find_all(&self, finders: &[&str]) -> Result<Vec<Vec<Found>>, KeyringError> {
        let mut all = vec![Vec::new(); finders.len()];
        let Some(company) = self.known_company().await?.filter(|_| !finders.is_empty()) else {
            return Ok(all);
        };
        let digests: Vec<Digest> = finders.iter().map(|finder| company.digest(finder)).collect();
        self.find_digests(&digests, &mut all).await?;
        Ok(all)
    }

    /// As [`Keyring::find_all`] for sales: a buyer whose key is kept in memory is found there. That nothing was erased of
    /// them since is what the append guards.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn find_buyers(&self, finders: &[&str]) -> Result<Vec<Vec<Found>>, KeyringError> {
        let mut all = vec![Vec::new(); finders.len()];
        let Some(company) = self.known_company().await? else {
            return Ok(all);
        };
        let (mut digests, mut places) = (Vec::new(), Vec::new());
        self.kept(|kept| {
            for (place, (finder, found)) in finders.iter().zip(&mut all).enumerate() {
                let digest = company.digest(finder);
                match kept.buyer(&digest) {
                    Some(subject) => found.push(Found {
                        subject: subject.clone(),
                        class: RetentionClass::Fiscal,
                    }),
                    None => {
                        digests.push(digest);
                        places.push(place);
                    }
                }
            }
        });
        let mut others = vec![Vec::new(); digests.len()];
        self.find_digests(&digests, &mut others).await?;
        for (place, found) in places.into_iter().zip(others) {
            if let Some(slot) = all.get_mut(place) {
                *slot = found;
            }
        }
        Ok(all)
    }

    async fn find_digests(&self, digests: &[Digest], all: &mut [Vec<Found>]) -> Result<(), KeyringError> {
        if digests.is_empty() {
            return Ok(());
        }
        let digests: Vec<&[u8]> = digests.iter().map(<[u8; 32]>::as_slice).collect();
        let log = &self.shared.log;
        let statement = include_str!("sql/find_subjects.sql");
        for row in log.query(statement, &[&log.id(), &digests]).await? {
            let subject: &str = row.get("subject_id");
            let found = Found {
                subject: subject
                    .parse()
                    .map_err(|_| KeyringError::Damaged("a subject id".to_owned()))?,
                class: class(row.get("class"))?,
            };
            let place = usize::try_from(row.get::<_, i32>("place")).unwrap_or(usize::MAX);
            if let Some(slot) = all.get_mut(place) {
                slot.push(found);
            }
        }
        Ok(())
    }
}
