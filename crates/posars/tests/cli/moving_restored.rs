//! What becomes of companies in several databases when one of these is away, or was restored to an earlier time.

use std::time::{Duration, Instant};

use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::moving::{Shop, Till};
use crate::support::{Ran, Up};

const SOON: Duration = Duration::from_secs(90);
const STORES_OF_FILIAL: &str = "GET /v1/companies/filial/stores";
/// What a restore of the first database to before the move leaves of it.
const AS_RESTORED: &str = "delete from placements where log = 'main';
    update log_head set closed = null, closed_until = null where name = 'main'";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_keeps_no_other_company_from_being_served() {
    let mut shop = Shop::open_with(1, &["--company", "filial"]).await;
    let filial = ["companies", "move", "filial", "--to", shop.second.url()];
    assert_eq!(shop.run(&filial).ended(0).json()["step"], "moved");
    shop.servers.clear();
    let name = shop.second.name();
    shop.sql(&format!("alter database {name} with allow_connections false"))
        .await;
    let away = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    shop.sql(&away).await;

    shop.servers.push(Up::spawn(shop.server()));
    shop.till(0).sell(Uuid::now_v7());
    let of_filial = Till {
        token: shop.token_of("filial"),
        ..shop.till(0)
    };
    let (status, answer) = of_filial.call(STORES_OF_FILIAL, "");
    assert!(
        status == 503 && answer.contains("DATABASE_AWAY"),
        "{status} {answer}"
    );
    let doctor = shop.run(&["doctor"]).json();
    let checks = doctor["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "companies").unwrap();
    assert_eq!(check["state"], "fault", "{check}");
    assert!(check["found"].as_str().unwrap().contains("filial"), "{check}");

    shop.sql(&format!("alter database {name} with allow_connections true"))
        .await;
    let deadline = Instant::now() + SOON;
    loop {
        let (status, answer) = of_filial.call(STORES_OF_FILIAL, "");
        if status == 200 {
            break;
        }
        assert!(Instant::now() < deadline, "{status} {answer}");
        std::thread::sleep(Duration::from_millis(100));
    }
    shop.till(0).sell(Uuid::now_v7());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_does_not_serve_a_company_that_went_on_elsewhere() {
    let mut shop = Shop::open_with(1, &["--company", "filial"]).await;
    shop.till(0).sell(Uuid::now_v7());
    let to = shop.second.url().to_owned();
    assert_eq!(shop.moved_to(&to)["step"], "moved");
    let filial = ["companies", "move", "filial", "--to", &to];
    assert_eq!(shop.run(&filial).ended(0).json()["step"], "moved");
    shop.till(0).sell(Uuid::now_v7());
    shop.servers.clear();
    let sales = "select count(*) from events where type = 'SaleRecorded'";
    shop.sql(AS_RESTORED).await;

    let refused = Ran::from(shop.server().output().unwrap()).ended(4);
    assert_eq!(refused.error()["code"], "COMPANY_IN_TWO_PLACES", "{refused}");
    assert!(
        refused.error()["message"]
            .as_str()
            .unwrap()
            .contains("company main")
    );
    let doctor = shop.run(&["doctor"]);
    assert!(doctor.out.contains("COMPANY_IN_TWO_PLACES"), "{doctor}");

    let rejoin = ["companies", "move", "main", "--to", &to, "--rejoin"];
    assert_eq!(shop.run(&rejoin).ended(0).json()["step"], "rejoined");
    shop.servers.push(Up::spawn(shop.server()));
    shop.till(0).sell(Uuid::now_v7());
    let (client, connection) = tokio_postgres::connect(&to, NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    let there: i64 = client.query_one(sales, &[]).await.unwrap().get(0);
    assert_eq!(there, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_that_went_on_in_both_places_is_not_rejoined() {
    let mut shop = Shop::open_with(1, &[]).await;
    let to = shop.second.url().to_owned();
    assert_eq!(shop.moved_to(&to)["step"], "moved");
    shop.till(0).sell(Uuid::now_v7());
    shop.servers.clear();
    shop.sql(AS_RESTORED).await;
    // Nothing names the other database any more, so nobody can know.
    shop.servers.push(Up::spawn(shop.server()));
    shop.till(0).sell(Uuid::now_v7());
    let dry = ["companies", "move", "main", "--to", &to, "--dry-run"];
    assert_eq!(shop.run(&dry).ended(4).error()["code"], "DESTINATION_OCCUPIED");
    let rejoin = ["companies", "move", "main", "--to", &to, "--rejoin"];
    assert_eq!(shop.run(&rejoin).ended(4).error()["code"], "DESTINATION_OCCUPIED");
    // It goes on here.
    shop.till(0).sell(Uuid::now_v7());
}
