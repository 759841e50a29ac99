//! What is sealed opens with its key at its place, and nowhere else.

use posars_domain::{Path, Personal, RetentionClass, Sealed};
use posars_event_store::{LogName, StreamName};
use posars_keyring::{Keyring, KeyringError, Opened};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use crate::world::{Spot, World, opened, sealed, spot, subject, with_master};

fn any_spot() -> impl Strategy<Value = Spot> {
    let paths = prop_oneof![
        Just(Path::field("buyer").then("name")),
        Just(Path::field("buyer").then("tax_id")),
        (0_usize..3).prop_map(|index| Path::line(index, "amounts")),
    ];
    let streams = prop_oneof![Just("sale-1"), Just("sale-2"), Just("employee-1")];
    (streams, 1_u128..4, paths).prop_map(|(stream, event, path)| Spot {
        stream: StreamName::parse(stream).unwrap(),
        event_id: Uuid::from_u128(event),
        path,
    })
}

async fn stays_at_its_place(keyring: &Keyring, text: &str, from: &Spot, to: &Spot) -> anyhow::Result<()> {
    let data = sealed(keyring, text, from).await?;
    let mut there = data.clone();
    let read = opened(keyring, &mut there, to).await;
    if from == to {
        anyhow::ensure!(there.clear().is_some_and(|read| read == text));
    } else {
        anyhow::ensure!(matches!(read, Err(KeyringError::Damaged(_))), "{read:?}");
        anyhow::ensure!(there == data, "nothing is told of it");
    }
    Ok(())
}

#[test]
fn a_ciphertext_that_was_moved_does_not_open() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::open()).unwrap();
    let mut runner = TestRunner::new(Config::with_cases(200));
    let cases = ("\\PC{0,40}", any_spot(), any_spot());
    let tried = runner.run(&cases, |(text, from, to)| {
        runtime
            .block_on(stays_at_its_place(&world.keyring, &text, &from, &to))
            .map_err(|error| TestCaseError::fail(error.to_string()))
    });
    tried.unwrap();
    drop(runtime.block_on(async { world }));
}

#[tokio::test]
async fn a_ciphertext_of_another_log_or_one_that_was_changed_does_not_open() -> anyhow::Result<()> {
    let world = World::open().await?;
    let data = sealed(&world.keyring, "Maria", &spot()).await?;
    let other = with_master(&world.store.log(&LogName::parse("other")?).await?, &world.master);
    let mut moved = data.clone();
    // The other company has no such key, so it can only take it for erased.
    assert_eq!(opened(&other, &mut moved, &spot()).await?.clear, 0);

    let Personal::Sealed(Sealed { key, sealed: text }) = &data else {
        anyhow::bail!("it is in the clear");
    };
    for (place, letter) in text.char_indices().step_by(7) {
        let other = if letter == 'A' { "B" } else { "A" };
        let mut changed = text.to_string();
        changed.replace_range(place..=place, other);
        let mut changed = Personal::Sealed(Sealed {
            key: *key,
            sealed: changed.into(),
        });
        let read = opened(&world.keyring, &mut changed, &spot()).await;
        assert!(matches!(read, Err(KeyringError::Damaged(_))), "{place}: {read:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_length_says_little_and_the_same_text_is_never_the_same() -> anyhow::Result<()> {
    let world = World::open().await?;
    let length = async |text: &str| -> anyhow::Result<usize> {
        let data = sealed(&world.keyring, text, &spot()).await?;
        Ok(data.sealed().unwrap().sealed.len())
    };
    assert_eq!(length("Ana").await?, length("Aparecida").await?);
    assert!(length(&"a".repeat(100)).await? > length("Ana").await?);
    let one = sealed(&world.keyring, "Ana", &spot()).await?;
    assert_ne!(one, sealed(&world.keyring, "Ana", &spot()).await?);
    Ok(())
}

#[tokio::test]
async fn what_lost_its_key_stays_shut_in_every_process() -> anyhow::Result<()> {
    let world = World::open().await?;
    let another = world.another_process().await?;
    let data = sealed(&world.keyring, "Maria", &spot()).await?;
    let mut read = data.clone();
    assert_eq!(
        opened(&another, &mut read, &spot()).await?,
        Opened {
            clear: 1,
            ..Opened::default()
        }
    );
    assert_eq!(
        world
            .keyring
            .destroy(&subject("ana"), &[RetentionClass::Fiscal])
            .await?,
        1
    );
    for keyring in [&world.keyring, &another] {
        let mut read = data.clone();
        assert_eq!(
            opened(keyring, &mut read, &spot()).await?,
            Opened {
                erased: 1,
                ..Opened::default()
            }
        );
        assert_eq!(read, data);
    }
    assert_eq!(
        world
            .keyring
            .destroy(&subject("ana"), &[RetentionClass::Fiscal])
            .await?,
        0,
        "once is enough"
    );
    // A key that is made anew opens nothing of before.
    let new = sealed(&world.keyring, "Maria", &spot()).await?;
    assert_ne!(new.sealed().unwrap().key, data.sealed().unwrap().key);
    assert_eq!(
        opened(&world.keyring, &mut data.clone(), &spot()).await?.erased,
        1
    );
    posars_keyring::sweep(&world.store).await?;

    // What nobody destroyed is not erased: it can come back.
    let lost = sealed(&world.keyring, "Maria", &spot()).await?;
    let key = lost.sealed().unwrap().key;
    world.execute("delete from subject_keys").await?;
    let read = opened(&another, &mut lost.clone(), &spot()).await?;
    assert_eq!(
        read,
        Opened {
            missing: vec![key],
            ..Opened::default()
        }
    );
    Ok(())
}
