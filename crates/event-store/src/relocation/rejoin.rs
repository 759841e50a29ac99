//! A log that had moved when its old database was restored to before that: there it is open again.

use tokio_postgres::types::ToSql;

use super::ranges::Border;
use super::{Relocation, RelocationError, write};
use crate::{Head, Position};

impl Relocation {
    /// Closes the log here, after a freeze, for good: it goes on in the other database, where it is open and longer.
    ///
    /// # Errors
    /// [`RelocationError::OtherHistory`] when it went on here too, or is not open there. Nothing has changed then.
    pub async fn rejoin(&self) -> Result<(), RelocationError> {
        let Head { position, hash, .. } = self.from.head().await?;
        let differs = RelocationError::OtherHistory { position };
        let there = Border::of(&self.to, position).await?;
        let is_beginning = there.is_some_and(|there| there.position == position && there.hash == hash);
        if position == Position::START || !is_beginning || self.to.closure().await?.is_some() {
            return Err(differs);
        }
        let params: [&(dyn ToSql + Sync); 2] = [&self.from.id, &position.to_sql()];
        match write(&self.from, include_str!("../sql/relocate_depart.sql"), &params).await? {
            1 => Ok(()),
            _ => Err(RelocationError::TooLate),
        }
    }
}
