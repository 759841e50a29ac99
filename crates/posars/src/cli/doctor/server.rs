//! What only a database can answer: PostgreSQL itself, the schema, the log and who holds its leases.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use posars_domain::CompanyId;
use posars_event_store::{ReplicaStanding, ServerFacts, SubscriptionState};
use posars_keyring::CompanyStanding;
use posars_local_postgres::{Installation, MAJOR_MIN};

use super::checkup::Check;
use super::production_server;
use crate::companies::option_of;
use crate::database::{Database, Need};
use crate::databases::{Databases, Found};
use crate::failure::Failure;
use crate::house::House;
use crate::progress;
use crate::screen::Screen;
use crate::settings::{ChosenPlace, Place};
use crate::stock_costs::{self, WrongCost};

/// A larger difference between our clock and the server's puts events near midnight on the wrong day.
const CLOCK_SKEW_MAX: SignedDuration = SignedDuration::from_secs(5);
/// Stocks that the doctor names; the command that mends them lists all.
const STOCKS_SHOWN: usize = 10;
/// `posars up` needs about 25 connections, and one-shot commands come on top.
const CONNECTIONS_MIN: u32 = 40;

/// How much is asked of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// That it works.
    Usual,
    /// That a company can rely on it.
    Production,
}

/// The checks, in order; those behind a fault are skipped.
pub(super) async fn checks(
    chosen: &ChosenPlace,
    company: &CompanyId,
    depth: Depth,
    screen: Screen,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let place = &chosen.place;
    if let Place::Folder(folder) = place {
        checks.push(programs(folder, screen).await);
        if posars_local_postgres::cluster_major(folder).is_none() {
            checks.push(Check::skipped("database", "there is no data yet"));
            return checks;
        }
    }
    match Database::open_unmigrated(place, Need::Existing, screen).await {
        Ok(database) => {
            let database = database
                .with_master_key(chosen.master_key.clone())
                .with_replica(chosen.replica.clone());
            checks.extend(on_database(&database, company, screen).await);
            if depth == Depth::Production
                && checks
                    .iter()
                    .all(|check| check.name != "schema" || check.fix.is_none())
            {
                checks.extend(for_production(&database, company, place).await);
            }
            if let Err(failure) = database.close(screen).await {
                checks.push(Check::failed("database", failure));
            }
        }
        Err(failure) => checks.push(Check::failed("database", failure)),
    }
    checks
}

async fn for_production(database: &Database, company: &CompanyId, place: &Place) -> Vec<Check> {
    let house = match House::open(database, company).await {
        Ok(house) => house,
        // Told by the usual checks already.
        Err(_) => return vec![Check::skipped("database_tls", "the log cannot be opened")],
    };
    let mut checks = match house.store.deployment_facts().await {
        Ok(facts) => production_server::on_server(&facts, place),
        Err(error) => vec![Check::failed("database_tls", error.into())],
    };
    checks.push(production_server::set_aside(&house).await);
    checks
}

async fn programs(folder: &Path, screen: Screen) -> Check {
    const NAME: &str = "postgresql_programs";
    let folder = folder.to_owned();
    let found =
        tokio::task::spawn_blocking(move || Installation::find_for(&folder, &|line| screen.say(line))).await;
    match found {
        Ok(Ok(found)) => Check::ok(
            NAME,
            format!("PostgreSQL {} in {}", found.version(), found.bin_dir().display()),
        ),
        Ok(Err(error)) => Check::failed(NAME, Failure::from(error)),
        Err(error) => Check::skipped(NAME, error.to_string()),
    }
}

async fn on_database(database: &Database, company: &CompanyId, screen: Screen) -> Vec<Check> {
    let schema = match posars_schema::pending(database.url()).await {
        Err(error) => return vec![Check::failed("database", error.into())],
        Ok(pending) if pending.is_empty() => {
            let version = posars_schema::migrations().last().map_or(0, |last| last.version);
            Check::ok("schema", format!("current, version {version}"))
        }
        Ok(pending) => {
            let found = format!("{} migrations are missing", pending.len());
            return vec![
                Check::ok("database", "answers"),
                Check::fault(
                    "schema",
                    found,
                    "run `posars migrate` with the same --data or POSARS_DATABASE_URL",
                ),
            ];
        }
    };
    let mut checks = vec![
        Check::ok("database", "answers"),
        schema,
        companies(database).await,
    ];
    match House::open(database, company).await {
        Ok(house) => {
            checks.extend(on_house(&house).await);
            checks.push(stock_cost(&house, screen).await);
        }
        Err(failure) => checks.push(Check::failed("log", failure)),
    }
    checks
}

/// Whether every company is in one place, and that is there.
async fn companies(database: &Database) -> Check {
    const NAME: &str = "companies";
    let found = async {
        let databases = Databases::open(database).await?;
        databases.must_be_in_one_place().await?;
        databases.found().await
    };
    match found.await {
        Ok(Found { companies, away }) if away.is_empty() => {
            Check::ok(NAME, format!("{} of them, each in one place", companies.len()))
        }
        Ok(Found { away, .. }) => {
            let told = away
                .iter()
                .map(|(company, failure)| format!("{company}: {failure}"));
            let told: Vec<String> = told.collect();
            Check::fault(
                NAME,
                told.join("; "),
                "mend that database; the other companies are served, and these as soon as it is back",
            )
        }
        Err(failure) => Check::failed(NAME, failure),
    }
}

async fn on_house(house: &House) -> Vec<Check> {
    let mut checks = Vec::new();
    match house.store.server_facts().await {
        Ok(facts) => checks.extend(on_server(&facts, Timestamp::now())),
        Err(error) => checks.push(Check::failed("postgresql", error.into())),
    }
    match house.log.head().await {
        Ok(head) => {
            let last = head
                .recorded_at
                .map_or("empty".to_owned(), |at| format!("last event {at:.0}"));
            checks.push(Check::ok(
                "log",
                format!("{} at position {}, {last}", house.log.name(), head.position),
            ));
        }
        Err(error) => checks.push(Check::failed("log", error.into())),
    }
    checks.push(master_key(house).await);
    checks.extend(replica(house).await);
    match house.log.subscriptions().await {
        Ok(all) => checks.push(leases(&all)),
        Err(error) => checks.push(Check::failed("leases", error.into())),
    }
    checks
}

/// Whether the replica answers queries; none where the settings name none.
async fn replica(house: &House) -> Option<Check> {
    const NAME: &str = "replica";
    let standing = house.store.replica_standing().await?;
    Some(match standing {
        ReplicaStanding::Fresh => Check::ok(NAME, standing.to_string()),
        ReplicaStanding::Unknown
        | ReplicaStanding::Behind
        | ReplicaStanding::Foreign
        | ReplicaStanding::Away(_) => Check::fault(
            NAME,
            standing.to_string(),
            "mend the replica, or correct POSARS_READ_DATABASE_URL; until then the writer answers all queries",
        ),
    })
}

/// Whether what is personal can be read.
async fn master_key(house: &House) -> Check {
    const NAME: &str = "master_key";
    let standing = match house.commands.keyring().standing().await {
        Ok(standing) => standing,
        Err(error) => return Check::failed(NAME, error.into()),
    };
    match standing.company {
        None => Check::ok(NAME, "nothing personal is kept yet"),
        Some(CompanyStanding {
            problem: None,
            master_key,
            ..
        }) => Check::ok(NAME, format!("{master_key} opens what is personal")),
        Some(CompanyStanding {
            problem: Some(problem),
            ..
        }) => Check::fault(
            NAME,
            problem.to_string(),
            "put the file of the master key back, or name it with POSARS_MASTER_KEY_FILE; `posars keys status` says \
             which key is missing",
        ),
    }
}

/// Stocks whose value an earlier version left wrong; reads the whole log.
async fn stock_cost(house: &House, screen: Screen) -> Check {
    const NAME: &str = "stock_cost";
    let spinner = progress::spinner(screen, "looking at the stocks");
    let found = stock_costs::find(&house.log).await;
    spinner.finish_and_clear();
    let wrong = match found {
        Ok(wrong) if wrong.is_empty() => return Check::ok(NAME, "every stock is worth what was paid for it"),
        Ok(wrong) => wrong,
        Err(failure) => return Check::failed(NAME, failure),
    };
    let shown: Vec<String> = wrong.iter().take(STOCKS_SHOWN).map(told).collect();
    let more = wrong.len() - shown.len();
    let more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    let option = option_of(house.company_id.as_str());
    Check::warning(
        NAME,
        format!("{} of the stocks: {}{more}", wrong.len(), shown.join("; ")),
        format!(
            "`posars stock recost{option}` records the right value of each, `posars stock recost --dry-run{option}` \
             only lists them"
        ),
    )
}

fn told(wrong: &WrongCost) -> String {
    format!(
        "{} in {} shows {}, right is {}",
        wrong.sku,
        wrong.store_id,
        wrong.shown(),
        wrong.right()
    )
}

fn on_server(facts: &ServerFacts, now: Timestamp) -> Vec<Check> {
    let major = facts
        .version
        .split(['.', ' '])
        .next()
        .and_then(|text| text.parse::<u32>().ok());
    let version = if major.is_some_and(|major| major < MAJOR_MIN) {
        Check::fault(
            "postgresql",
            format!("PostgreSQL {}", facts.version),
            format!("move to PostgreSQL {MAJOR_MIN} or newer; the schema needs it"),
        )
    } else if facts.is_standby {
        Check::fault(
            "postgresql",
            format!("PostgreSQL {} is a standby and takes no writes", facts.version),
            "let POSARS_DATABASE_URL name the primary",
        )
    } else {
        Check::ok("postgresql", format!("PostgreSQL {}", facts.version))
    };
    let connections = if facts.max_connections < CONNECTIONS_MIN {
        Check::warning(
            "max_connections",
            facts.max_connections.to_string(),
            format!("set max_connections to {CONNECTIONS_MIN} or more, or commands will wait for each other"),
        )
    } else {
        Check::ok("max_connections", facts.max_connections.to_string())
    };
    vec![
        version,
        durable("fsync", &facts.fsync),
        durable("full_page_writes", &facts.full_page_writes),
        durable("synchronous_commit", &facts.synchronous_commit),
        connections,
        skew(facts.clock, now),
    ]
}

fn durable(name: &'static str, value: &str) -> Check {
    if value == "off" {
        Check::fault(
            name,
            "off: a power cut loses sales that were acknowledged",
            format!("set {name} = on in postgresql.conf and reload it"),
        )
    } else {
        Check::ok(name, value)
    }
}

fn skew(server: Timestamp, ours: Timestamp) -> Check {
    const NAME: &str = "clock_skew";
    let skew = server.duration_since(ours).abs();
    let found = format!("{} ms between this machine and PostgreSQL", skew.as_millis());
    if skew > CLOCK_SKEW_MAX {
        Check::fault(
            NAME,
            found,
            "set both clocks by NTP, for instance with `timedatectl set-ntp true`",
        )
    } else {
        Check::ok(NAME, found)
    }
}

fn leases(all: &[SubscriptionState]) -> Check {
    const NAME: &str = "leases";
    let held: Vec<String> = all
        .iter()
        .filter_map(|one| {
            let (holder, remaining_ms) = one.lease.as_ref()?;
            Some(format!(
                "{} by {holder} for {remaining_ms} ms at {}",
                one.name, one.position
            ))
        })
        .collect();
    if held.is_empty() {
        Check::ok(NAME, "nobody works on this log now")
    } else {
        Check::ok(NAME, held.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::checkup::State;
    use super::*;

    fn facts() -> ServerFacts {
        ServerFacts {
            version: "15.18 (Debian)".to_owned(),
            fsync: "on".to_owned(),
            synchronous_commit: "on".to_owned(),
            full_page_writes: "on".to_owned(),
            max_connections: 100,
            is_standby: false,
            clock: Timestamp::UNIX_EPOCH,
        }
    }

    fn faults(facts: &ServerFacts) -> Vec<&'static str> {
        let checks = on_server(facts, Timestamp::UNIX_EPOCH);
        checks
            .iter()
            .filter(|check| check.state != State::Ok)
            .map(|check| check.name)
            .collect()
    }

    #[test]
    fn each_bad_setting_is_found_by_its_own_check() {
        assert!(faults(&facts()).is_empty());
        assert_eq!(
            faults(&ServerFacts {
                fsync: "off".into(),
                ..facts()
            }),
            ["fsync"]
        );
        assert_eq!(
            faults(&ServerFacts {
                full_page_writes: "off".into(),
                ..facts()
            }),
            ["full_page_writes"]
        );
        assert_eq!(
            faults(&ServerFacts {
                synchronous_commit: "off".into(),
                ..facts()
            }),
            ["synchronous_commit"]
        );
        assert_eq!(
            faults(&ServerFacts {
                max_connections: 10,
                ..facts()
            }),
            ["max_connections"]
        );
        assert_eq!(
            faults(&ServerFacts {
                version: "14.9".into(),
                ..facts()
            }),
            ["postgresql"]
        );
        assert_eq!(
            faults(&ServerFacts {
                is_standby: true,
                ..facts()
            }),
            ["postgresql"]
        );
        let late = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(60);
        assert_eq!(
            faults(&ServerFacts {
                clock: late,
                ..facts()
            }),
            ["clock_skew"]
        );
    }
}
