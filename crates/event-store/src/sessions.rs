//! Sessions must be ours from end to end.
//!
//! A session names the log that it serves, and row-level security goes by that; it has its plans, its role and its
//! listener, too. A pooler that gives each transaction another session (PgBouncer's transaction mode) mixes all of that
//! up: lists would be empty, or of another company's log. So two connections are compared before any is used.

use tokio_postgres::{Client, SimpleQueryMessage};
use uuid::Uuid;

use crate::StoreError;
use crate::connections::Connections;

/// Refuses connections whose sessions are exchanged between their transactions.
pub(crate) async fn must_be_ours(connections: &Connections) -> Result<(), StoreError> {
    let first = connections.owner().await?;
    let mut second = connections.owner().await?;
    let name = Uuid::new_v4().simple().to_string();
    let naming = include_str!("sql/name_session.sql").replace("$1", &name);
    let compare = async {
        first.simple_query(&naming).await?;
        // While this transaction holds the one session, the first connection gets another one, if it gets any.
        let transaction = second.transaction().await?;
        let seen_by_second = session_name(transaction.client()).await?;
        let seen_by_first = session_name(&first).await?;
        transaction.rollback().await?;
        Ok(seen_by_first == name && seen_by_second != name)
    };
    if connections.within(compare).await? {
        return Ok(());
    }
    Err(StoreError::BadConfig(
        "a pooler in between gives every transaction another session, so companies would be mixed up; set its \
         pool_mode to session, or name the server itself"
            .to_owned(),
    ))
}

async fn session_name(client: &Client) -> Result<String, tokio_postgres::Error> {
    let answer = client.simple_query(include_str!("sql/session_name.sql")).await?;
    let name = answer.iter().find_map(|message| {
        let SimpleQueryMessage::Row(row) = message else {
            return None;
        };
        row.get(0).map(str::to_owned)
    });
    Ok(name.unwrap_or_default())
}
