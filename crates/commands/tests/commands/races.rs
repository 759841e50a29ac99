//! Several writers at once, and a database that is away.

use std::time::Duration;

use posars_commands::{CommandError, Commands, Completed, Unavailability};
use posars_domain::sale::{Disposition, SaleEvent};
use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_testkit::TestServer;
use tokio::task::JoinSet;

use crate::shop::{Shop, api, define_store, delivery, reason, return_of, sale, v};

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_deliver_to_one_stock_and_nothing_is_lost() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let mut writers = JoinSet::new();
    for commands in [
        shop.commands.clone(),
        Commands::new(shop.another_process().await?),
    ] {
        for _ in 0..4 {
            let commands = commands.clone();
            writers.spawn(async move {
                for _ in 0..10 {
                    // A conflict after all tries is an answer too: nothing was written, send again.
                    let goods = delivery(&[("cafe", "1", 100), ("pao", "1", 10)]);
                    loop {
                        match commands.carry_out_compound(&goods, &api()).await {
                            Ok(_) => break,
                            Err(CommandError::Conflict { attempts, .. }) => assert!(attempts > 1),
                            Err(error) => return Err(error),
                        }
                    }
                }
                Ok(())
            });
        }
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    assert_eq!(shop.on_hand("cafe").await?, ("80".to_owned(), 8_000));
    assert_eq!(shop.on_hand("pao").await?, ("80".to_owned(), 800));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_returns_that_race_for_the_last_piece_one_wins() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("cafe", "1")]);
    shop.commands.carry_out(&command, &api()).await?;
    let mut writers = JoinSet::new();
    for commands in [
        shop.commands.clone(),
        Commands::new(shop.another_process().await?),
    ] {
        for _ in 0..3 {
            let commands = commands.clone();
            let back = return_of(&command, 1, "1", Disposition::Restock);
            writers.spawn(async move { commands.carry_out(&back, &api()).await });
        }
    }
    let mut won = 0;
    while let Some(result) = writers.join_next().await {
        match result? {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(error.reason(), "RETURN_EXCEEDS_SOLD"),
        }
    }
    assert_eq!(won, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sale_sent_many_times_at_once_is_one_sale() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("cafe", "1")]);
    let head = shop.head().await?;
    let mut writers = JoinSet::new();
    for _ in 0..20 {
        let (commands, command) = (shop.commands.clone(), command.clone());
        writers.spawn(async move { commands.carry_out(&command, &api()).await });
    }
    let mut first = 0;
    while let Some(result) = writers.join_next().await {
        first += u32::from(!result??.replayed);
    }
    assert_eq!(first, 1);
    assert_eq!(shop.head().await?, head.plus(1));
    Ok(())
}

#[tokio::test]
async fn a_sale_never_counts_by_settings_of_its_store_that_are_over() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let hour_of = |receipt: &Completed<SaleEvent>| match &receipt.events[0] {
        SaleEvent::SaleRecorded(recorded) => recorded.local_hour,
        SaleEvent::SaleVoided(_) | SaleEvent::SaleReturned(_) => unreachable!(),
    };
    let before = shop.commands.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    assert_eq!(hour_of(&before), 12);
    // This process has the old settings in its memory.
    shop.move_to_manaus().await?;
    let after = shop.commands.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    assert_eq!(hour_of(&after), 11);
    Ok(())
}

#[tokio::test]
async fn a_full_queue_is_refused_with_a_time_to_come_back() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let mut config = StoreConfig::new(shop.database.url());
    config.queue_requests_max = 1;
    let log = EventStore::connect(config)
        .await?
        .log(&LogName::parse("main")?)
        .await?;
    let commands = Commands::new(log);
    // The settings of the store are known before, so that all reach the queue at once.
    commands.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    let mut writers = JoinSet::new();
    for _ in 0..50 {
        let commands = commands.clone();
        writers.spawn(async move { commands.carry_out(&sale(&[("cafe", "1")]), &api()).await });
    }
    let mut refused = 0;
    while let Some(result) = writers.join_next().await {
        if let Err(error) = result? {
            let CommandError::Unavailable {
                reason: why,
                retry_after_ms,
                ..
            } = &error
            else {
                return Err(error.into());
            };
            assert_eq!(*why, Unavailability::Busy);
            assert!(*retry_after_ms > 0);
            refused += 1;
        }
    }
    assert!(refused > 0, "a queue of one takes fifty at once");
    Ok(())
}

#[tokio::test]
async fn a_database_that_is_away_is_said_so_and_the_command_can_be_sent_again() -> anyhow::Result<()> {
    let mut server = TestServer::private().await?;
    let mut config = StoreConfig::new(server.create_database().await?);
    config.append_deadline = Duration::from_millis(500);
    config.connect_deadline = Duration::from_millis(500);
    let log = EventStore::connect(config)
        .await?
        .log(&LogName::parse("main")?)
        .await?;
    let commands = Commands::new(log);
    commands.carry_out(&define_store("centro"), &api()).await?;
    server.kill9().await?;
    let command = sale(&[("cafe", "1")]);
    let error = commands.carry_out(&command, &api()).await.unwrap_err();
    assert!(
        ["DATABASE_AWAY", "DEADLINE", "OUTCOME_UNKNOWN"].contains(&error.reason()),
        "{error}"
    );
    assert!(matches!(error, CommandError::Unavailable { retry_after_ms, .. } if retry_after_ms > 0));
    assert_eq!(
        reason(commands.store_settings(&v("filial")).await),
        "DATABASE_AWAY"
    );
    server.restart().await?;
    loop {
        match commands.carry_out(&command, &api()).await {
            Ok(_) => return Ok(()),
            Err(CommandError::Unavailable { retry_after_ms, .. }) => {
                tokio::time::sleep(Duration::from_millis(retry_after_ms.min(100))).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
