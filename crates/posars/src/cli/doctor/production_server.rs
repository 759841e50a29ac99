//! What a server must be like before a company relies on it.

use posars_database_address::{Address, Protection};
use posars_event_store::DeploymentFacts;
use posars_projections::ProjectionStatus;

use super::checkup::Check;
use crate::house::House;
use crate::settings::Place;

/// The checks of the server, in order.
pub(super) fn on_server(facts: &DeploymentFacts, place: &Place) -> Vec<Check> {
    let protection = match place {
        Place::Url(url) => Address::parse(url).map_or(Protection::Disable, |address| address.protection()),
        Place::Folder(_) => Protection::Disable,
    };
    vec![
        database_tls(facts, protection),
        role(facts),
        archive(facts),
        page_checksums(facts),
        autovacuum(facts),
        forgotten_transactions(facts),
    ]
}

fn database_tls(facts: &DeploymentFacts, protection: Protection) -> Check {
    const NAME: &str = "database_tls";
    if facts.is_local {
        return Check::ok(NAME, "not needed: the connection does not leave this machine");
    }
    let fix = "set sslmode=verify-full and sslrootcert=/path/of/the/authority.pem in POSARS_DATABASE_URL";
    if !facts.is_encrypted {
        Check::fault(
            NAME,
            "the connection is plain: whoever is between reads everything",
            fix,
        )
    } else if protection < Protection::VerifyFull {
        Check::fault(
            NAME,
            format!(
                "encrypted with sslmode={}: whoever is between can pose as the server",
                protection.word()
            ),
            fix,
        )
    } else {
        Check::ok(NAME, "encrypted, and the server proves who it is")
    }
}

fn role(facts: &DeploymentFacts) -> Check {
    const NAME: &str = "database_role";
    // The private server's own user is the superuser, and reachable by nobody else.
    if facts.is_superuser && !facts.is_local {
        Check::fault(
            NAME,
            "a superuser: a mistake of ours, or a stolen password, could do anything to the server",
            "make a role for posars: create role posars login; grant posars_tenant to posars; and give it the database",
        )
    } else if facts.is_above_policies && !facts.is_superuser {
        Check::fault(
            NAME,
            "above row-level security, the second wall between companies",
            "take it away, as an administrator of the server: alter role … nobypassrls",
        )
    } else {
        Check::ok(NAME, "may not do more than it needs")
    }
}

fn archive(facts: &DeploymentFacts) -> Check {
    const NAME: &str = "backups";
    if facts.is_managed {
        return Check::ok(
            NAME,
            "the server is managed; see that point-in-time recovery is on, and try a restore with `posars backup verify`",
        );
    }
    if facts.wal_level == "minimal" {
        return Check::fault(
            NAME,
            "wal_level = minimal: no copy of the running server can be made",
            "let wal_level be replica, and start the server again",
        );
    }
    if facts.archive_mode == "off" {
        return Check::warning(
            NAME,
            "archive_mode = off: what was recorded since the last copy is lost with the disk",
            "let archive_mode be on, with an archive_command, and try each copy with `posars backup verify`",
        );
    }
    Check::ok(
        NAME,
        "the write-ahead log is archived; try a restore with `posars backup verify`",
    )
}

fn page_checksums(facts: &DeploymentFacts) -> Check {
    const NAME: &str = "data_checksums";
    if facts.data_checksums == "off" {
        Check::warning(
            NAME,
            "off: what a disk changes by itself is noticed only by `posars audit verify`",
            "enable them while the server stands: pg_checksums --enable -D DIR",
        )
    } else {
        Check::ok(NAME, facts.data_checksums.as_str())
    }
}

fn autovacuum(facts: &DeploymentFacts) -> Check {
    const NAME: &str = "autovacuum";
    if facts.autovacuum == "off" {
        Check::fault(
            NAME,
            "off: tables grow without end, and the server stops one day to save itself",
            "give autovacuum = on and reload the settings",
        )
    } else {
        Check::ok(NAME, facts.autovacuum.as_str())
    }
}

fn forgotten_transactions(facts: &DeploymentFacts) -> Check {
    const NAME: &str = "idle_in_transaction";
    if facts.idle_in_transaction_timeout == "0" {
        Check::warning(
            NAME,
            "a session that forgets its transaction holds its locks for ever, and may stop every sale",
            "let idle_in_transaction_session_timeout be 60s, and reload it",
        )
    } else {
        Check::ok(NAME, format!("ended after {}", facts.idle_in_transaction_timeout))
    }
}

/// Whether anything was set aside that a person has to look at.
pub(super) async fn set_aside(house: &House) -> Check {
    const NAME: &str = "set_aside";
    match house.projections.status().await {
        Ok(all) => parked(&all, house.company_id.as_str()),
        Err(error) => Check::failed(NAME, error.into()),
    }
}

fn parked(all: &[ProjectionStatus], company: &str) -> Check {
    const NAME: &str = "set_aside";
    let parked: Vec<String> = all
        .iter()
        .filter(|one| one.parked > 0)
        .map(|one| format!("{} of {}", one.parked, one.projection))
        .collect();
    if parked.is_empty() {
        return Check::ok(NAME, "no read model has set an event aside");
    }
    let option = crate::companies::option_of(company);
    Check::warning(
        NAME,
        format!("events that could not be applied: {}", parked.join(", ")),
        format!(
            "`posars projections status{option}` names them, `posars projections retry{option}` tries them again"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::checkup::State;
    use super::super::production::tests::{found, place};
    use super::*;

    fn facts() -> DeploymentFacts {
        DeploymentFacts {
            is_encrypted: true,
            is_local: false,
            is_superuser: false,
            is_above_policies: false,
            is_managed: false,
            wal_level: "replica".into(),
            archive_mode: "on".into(),
            data_checksums: "on".into(),
            autovacuum: "on".into(),
            idle_in_transaction_timeout: "1min".into(),
        }
    }

    #[test]
    fn each_weakness_of_a_server_is_found_by_its_own_check() {
        let with = |change: fn(&mut DeploymentFacts)| {
            let mut facts = facts();
            change(&mut facts);
            found(&on_server(&facts, &place()))
        };
        assert_eq!(with(|_| {}), []);
        assert_eq!(
            with(|it| it.is_encrypted = false),
            [("database_tls", State::Fault)]
        );
        assert_eq!(
            with(|it| {
                it.is_encrypted = false;
                it.is_local = true;
            }),
            []
        );
        assert_eq!(
            with(|it| it.is_superuser = true),
            [("database_role", State::Fault)]
        );
        assert_eq!(
            with(|it| it.is_above_policies = true),
            [("database_role", State::Fault)]
        );
        assert_eq!(
            with(|it| it.wal_level = "minimal".into()),
            [("backups", State::Fault)]
        );
        assert_eq!(
            with(|it| it.archive_mode = "off".into()),
            [("backups", State::Warning)]
        );
        assert_eq!(
            with(|it| {
                it.archive_mode = "off".into();
                it.is_managed = true;
            }),
            []
        );
        assert_eq!(
            with(|it| it.data_checksums = "off".into()),
            [("data_checksums", State::Warning)]
        );
        assert_eq!(
            with(|it| it.autovacuum = "off".into()),
            [("autovacuum", State::Fault)]
        );
        assert_eq!(
            with(|it| it.idle_in_transaction_timeout = "0".into()),
            [("idle_in_transaction", State::Warning)]
        );
        let unverified = Place::Url("postgres://posars@db.example/posars?sslmode=require".into());
        assert_eq!(
            found(&on_server(&facts(), &unverified)),
            [("database_tls", State::Fault)]
        );
    }
}
