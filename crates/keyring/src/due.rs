//! Whose keys are there: those that were last used long ago, and those of certain people.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::{RetentionClass, SubjectId};

use crate::{KeyUse, Keyring, KeyringError};

impl Keyring {
    /// Closes keys of a person for a minute, before the event that gives them up because their time is over: nothing new is
    /// sealed with them meanwhile. Answers whether none was used after the day that was seen; else it is not due.
    ///
    /// Without it a sale of today, between the look at the latest day and the event, would be erased at once.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn close(&self, subject: &SubjectId, seen: &[KeyUse]) -> Result<bool, KeyringError> {
        let log = self.log();
        let classes: Vec<&str> = seen.iter().map(|seen| seen.class.as_str()).collect();
        let days: Vec<Date> = seen.iter().map(|seen| seen.last_used_on).collect();
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&log.id(), &subject.as_str(), &classes, &days];
        let closed = log.query(include_str!("sql/close_keys.sql"), &params).await?;
        Ok(closed.len() == seen.len())
    }

    /// The people of whom a key of one of these classes is there that was last used on its day or before, in the order of
    /// their ids, after one of them. It needs no master key.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn last_used_by(
        &self,
        days: &[(RetentionClass, Date)],
        after: Option<&SubjectId>,
        people_max: u32,
    ) -> Result<Vec<SubjectId>, KeyringError> {
        let log = self.log();
        let classes: Vec<&str> = days.iter().map(|(class, _)| class.as_str()).collect();
        let days: Vec<Date> = days.iter().map(|(_, day)| *day).collect();
        let after = after.map_or("", SubjectId::as_str);
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&log.id(), &after, &classes, &days, &i64::from(people_max)];
        let rows = log
            .query(include_str!("sql/subjects_last_used_by.sql"), &params)
            .await?;
        rows.iter().map(subject).collect()
    }

    /// The people of whom a key was made between these ages, in the order of their ids, after one of them.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn made_ago(
        &self,
        (hours_min, hours_max): (i32, i32),
        after: Option<&SubjectId>,
        people_max: u32,
    ) -> Result<Vec<SubjectId>, KeyringError> {
        let log = self.log();
        let after = after.map_or("", SubjectId::as_str);
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&log.id(), &after, &hours_min, &hours_max, &i64::from(people_max)];
        let rows = log
            .query(include_str!("sql/subjects_made_ago.sql"), &params)
            .await?;
        rows.iter().map(subject).collect()
    }

    /// What time it is by the database's clock.
    ///
    /// # Errors
    /// [`KeyringError::Store`].
    pub async fn database_time(&self) -> Result<Timestamp, KeyringError> {
        let rows = self.log().query(include_str!("sql/clock.sql"), &[]).await?;
        let row = rows
            .first()
            .ok_or_else(|| KeyringError::Damaged("no clock".to_owned()))?;
        Ok(row.get("now"))
    }

    /// Those of these people of whom a key is there, in the order of their ids. It needs no master key.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn with_keys(&self, people: &[SubjectId]) -> Result<Vec<SubjectId>, KeyringError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let log = self.log();
        let people: Vec<&str> = people.iter().map(SubjectId::as_str).collect();
        let rows = log
            .query(include_str!("sql/subjects_with_keys.sql"), &[&log.id(), &people])
            .await?;
        rows.iter().map(subject).collect()
    }
}

fn subject(row: &tokio_postgres::Row) -> Result<SubjectId, KeyringError> {
    let subject: &str = row.get("subject_id");
    subject
        .parse()
        .map_err(|_| KeyringError::Damaged("a subject id".to_owned()))
}
