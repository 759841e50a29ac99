//! What each migration does to tables that are there, measured: locks taken, tables written anew, indexes built.
//!
//! After a new migration write the file again with `POSARS_BLESS=1 cargo test -p posars-schema --test effects` and review
//! it: a lock on a table that every sale writes stops the shop for as long as the migration runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use posars_schema::EffectKind;
use posars_testkit::TestDatabase;
use tokio_postgres::{Client, NoTls, Transaction};

const FILE: &str = "src/effects.txt";
const HEADING: &str = "\
# What each migration does to tables that are there already: migration, effect, table.
# Measured by crates/schema/tests/effects.rs; POSARS_BLESS=1 cargo test -p posars-schema --test effects writes it.
";
/// Tables and what stores their rows, by the table that they are a part of.
const STORED: &str = "\
    select coalesce(pg_partition_root(c.oid)::oid, c.oid)::regclass::text as name, c.oid, c.relfilenode
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
       and c.relname not in ('refinery_schema_history', 'schema_floor')";
/// The strongest lock that this transaction has on each table.
const LOCKS: &str = "\
    select l.relation as oid, l.mode from pg_locks l
     where l.locktype = 'relation' and l.pid = pg_backend_pid() and l.granted";
const INDEXES: &str = "select indexrelid as oid, indrelid as of_table from pg_index";
/// Rows, a company and its read models, so that what depends on them happens.
const BEGINNING: &str = "\
    insert into log_head (name, chain_hash) values ('main', '') on conflict do nothing;
    select ensure_event_partitions(1)";

/// The tables there are: their name by number, and what stores them.
async fn tables(client: &Transaction<'_>) -> anyhow::Result<BTreeMap<u32, (String, u32)>> {
    let rows = client.query(STORED, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| (row.get("oid"), (row.get("name"), row.get("relfilenode"))))
        .collect())
}

async fn indexes(client: &Transaction<'_>) -> anyhow::Result<BTreeMap<u32, u32>> {
    let rows = client.query(INDEXES, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| (row.get("oid"), row.get("of_table")))
        .collect())
}

/// What a lock keeps others from; none for what only reads.
fn effect_of_lock(mode: &str) -> Option<EffectKind> {
    match mode {
        "AccessExclusiveLock" | "ExclusiveLock" => Some(EffectKind::LockAll),
        "ShareRowExclusiveLock" | "ShareLock" => Some(EffectKind::LockWrites),
        "ShareUpdateExclusiveLock" => Some(EffectKind::LockDefinition),
        "RowExclusiveLock" => Some(EffectKind::WriteRows),
        _ => None,
    }
}

/// Applies one migration and answers what it did to the tables that were there.
async fn apply(client: &mut Client, sql: &str) -> anyhow::Result<BTreeMap<String, BTreeSet<EffectKind>>> {
    let transaction = client.transaction().await?;
    let (before, indexes_before) = (tables(&transaction).await?, indexes(&transaction).await?);
    transaction.batch_execute(sql).await?;
    let (after, indexes_after) = (tables(&transaction).await?, indexes(&transaction).await?);
    let mut effects: BTreeMap<String, BTreeSet<EffectKind>> = BTreeMap::new();
    let mut note = |name: &str, effect| {
        effects.entry(name.to_owned()).or_default().insert(effect);
    };
    for (oid, (name, stored)) in &before {
        if after.get(oid).is_some_and(|(_, now)| now != stored) {
            note(name, EffectKind::Rewrite);
        }
    }
    for (index, table) in &indexes_after {
        if let Some((name, _)) = before.get(table).filter(|_| !indexes_before.contains_key(index)) {
            note(name, EffectKind::IndexBuild);
        }
    }
    for row in transaction.query(LOCKS, &[]).await? {
        let effect = effect_of_lock(row.get("mode"));
        if let (Some((name, _)), Some(effect)) = (before.get(&row.get("oid")), effect) {
            note(name, effect);
        }
    }
    transaction.commit().await?;
    // Of the locks on a table the strongest is what others feel.
    let is_lock = |effect: EffectKind| (EffectKind::LockAll..EffectKind::WriteRows).contains(&effect);
    for of_table in effects.values_mut() {
        let strongest = of_table.iter().copied().find(|effect| is_lock(*effect));
        of_table.retain(|effect| !is_lock(*effect) || Some(*effect) == strongest);
    }
    Ok(effects)
}

fn migration_files() -> anyhow::Result<BTreeMap<i32, PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let version = name.strip_prefix('V').and_then(|rest| rest.split_once("__"));
        if let Some((version, _)) = version {
            files.insert(version.parse()?, path);
        }
    }
    Ok(files)
}

#[tokio::test]
async fn the_effects_of_every_migration_are_checked_in() -> anyhow::Result<()> {
    let database = TestDatabase::create_empty().await?;
    let (mut client, connection) = tokio_postgres::connect(database.url(), NoTls).await?;
    tokio::spawn(async move { drop(connection.await) });
    let mut measured = HEADING.to_owned();
    for (version, path) in migration_files()? {
        let sql = std::fs::read_to_string(&path)?;
        let effects = apply(&mut client, &sql)
            .await
            .with_context(|| path.display().to_string())?;
        for (table, of_table) in effects {
            for effect in of_table {
                measured.push_str(&format!("V{version} {} {table}\n", effect.word()));
            }
        }
        client.batch_execute(BEGINNING).await?;
        if version > 1 {
            client.batch_execute("select ensure_read_models(1)").await?;
        }
    }
    if std::env::var_os("POSARS_BLESS").is_some() {
        std::fs::write(FILE, &measured)?;
    }
    let checked_in = std::fs::read_to_string(FILE)?;
    anyhow::ensure!(
        checked_in == measured,
        "{FILE} is not what the migrations do, which is:\n{measured}\nNext: if shops can live with it, run \
         POSARS_BLESS=1 cargo test -p posars-schema --test effects and commit the file"
    );
    // What a rewrite is, the oldest one shows: the events were written anew.
    anyhow::ensure!(measured.contains("V5 rewrite events\n"), "{measured}");
    Ok(())
}
