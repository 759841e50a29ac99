//! One shop's day, once with every role as a process of its own and once all in one: the same log, read models and files.

mod compare;
mod day;
mod places;
mod system;

use std::time::Duration;

use posars_testkit::{AwsEmulator, TestDatabase};

use crate::cognito::Pool;
use crate::queues::{Installation, QUEUES, metric};
use crate::support::{Folder, Up, posars, run_on};
use compare::{assert_same_log, assert_same_read_models, settle};
use day::{Day, Door};
use places::month_files;
use system::System;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_all_roles_is_the_day_of_one_process_whatever_dies_meanwhile() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let pool = Pool::new(aws);
    pool.add_person("ana", &["main/owner"]);
    let installation = Installation::that_gives_up_after(5, aws).await;
    let day = Day::last_month();
    let folder = Folder::new();

    let apart = TestDatabase::create_empty().await.unwrap();
    let mut settings: Vec<(&str, String)> = pool.environment().into();
    settings.extend(aws.environment().map(|(name, value)| (name, value.to_owned())));
    settings.push(("POSARS_DATABASE_URL", apart.url().to_owned()));
    settings.push(("POSARS_QUEUES", installation.prefix.clone()));
    settings.push((
        "POSARS_MASTER_KEY_FILE",
        folder.file("apart.key").display().to_string(),
    ));
    let (places, drops) = places::in_a_bucket(aws, &installation).await;
    settings.extend(places);
    let mut system = System::start(&settings);
    let door = Door::at(system.door(), pool.sign_in("ana").access);
    let (read_apart, imported_apart) = day
        .spend(&door, apart.url(), &drops, &mut |crash| {
            system.crash(&door, crash);
        })
        .await;
    let files_apart = month_files(&settings, &day.month());
    settle(apart.url());
    system.assert_that_each_died_once();
    // The workers were woken by their queues, and left nothing in them nor beside them.
    for (role, queue) in [
        ("work stock", "sales-inventory"),
        ("work finance", "sales-finance"),
        ("work reports", "finance-reporting"),
        ("work projections", "read-models"),
    ] {
        let received = metric(system.process(role), "posars_queue_received", queue);
        assert!(received > 0.0, "{role} was not woken");
    }
    for queue in QUEUES {
        let refused = installation.dead_letters(queue).await;
        assert_eq!(refused, 0, "{queue}");
    }

    let together = TestDatabase::create_empty().await.unwrap();
    let mut settings: Vec<(&str, String)> = pool.environment().into();
    settings.push(("POSARS_DATABASE_URL", together.url().to_owned()));
    settings.push((
        "POSARS_MASTER_KEY_FILE",
        folder.file("together.key").display().to_string(),
    ));
    let (places, drops) = places::in_folders(&folder);
    settings.extend(places);
    let mut command = posars(&["up", "--listen", "127.0.0.1:0"]);
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    let up = Up::spawn(command);
    let door = Door::at(up.address(), pool.sign_in("ana").access);
    let (read_together, imported_together) = day.spend(&door, together.url(), &drops, &mut |_| {}).await;
    let files_together = month_files(&settings, &day.month());
    settle(together.url());

    assert_same_log(apart.url(), together.url());
    assert_same_read_models(apart.url(), together.url()).await;
    assert_eq!(read_apart, read_together, "what callers read");
    assert_eq!(files_apart, files_together, "the files of the closed month");
    assert_eq!(imported_apart, imported_together, "what came of the workbook");
    for url in [apart.url(), together.url()] {
        let proven = run_on(url, &["audit", "verify"]).ended(0).json();
        assert_eq!(proven["verified"], true, "{proven}");
    }
    system.end_in_order();
    assert_eq!(up.terminate().0, 0);
}

/// Longer than any step on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);
