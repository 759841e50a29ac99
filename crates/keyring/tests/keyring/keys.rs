//! Keys are made once, whoever is faster, and found by tax numbers.

use posars_domain::RetentionClass::{Contact, Fiscal, Labour};
use posars_keyring::{Found, Keyring, KeyringError, Wanted};
use tokio::task::JoinSet;

use crate::world::{World, subject, wanted};

const CPF: &str = "52998224725";
const OTHER_CPF: &str = "11144477735";

async fn who(keyring: &Keyring, finder: &str) -> anyhow::Result<Vec<String>> {
    let found = keyring.find(finder).await?;
    Ok(found.into_iter().map(|found| found.subject.to_string()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_ask_at_once_get_the_same_keys() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut asking = JoinSet::new();
    for process in 0..4_usize {
        let keyring = world.another_process().await?;
        asking.spawn(async move {
            let mut all: Vec<Wanted> = (0..50)
                .flat_map(|person| {
                    let id = format!("p{person}");
                    [wanted(&id, Fiscal, Some(CPF)), wanted(&id, Contact, None)]
                })
                .collect();
            // Each in an order of its own, so that locks in the order given would meet.
            all.rotate_left(process * 13);
            keyring.keys(&all).await
        });
    }
    while let Some(keys) = asking.join_next().await {
        keys??;
    }
    assert_eq!(world.count("company_keys").await?, 1);
    assert_eq!(world.count("subject_keys").await?, 100);
    assert_eq!(world.count("subject_finders").await?, 50);
    assert_eq!(who(&world.keyring, CPF).await?.len(), 50);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cpf_is_one_employees() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (one, other) = (world.another_process().await?, world.another_process().await?);
    for round in 0..10 {
        let cpf = format!("{CPF}{round}");
        let (a, b) = (
            [wanted(&format!("a{round}"), Labour, Some(&cpf))],
            [wanted(&format!("b{round}"), Labour, Some(&cpf))],
        );
        let (a, b) = tokio::join!(one.keys(&a), other.keys(&b));
        let taken = |keys: Result<_, KeyringError>| matches!(keys, Err(KeyringError::CpfTaken));
        assert!(taken(a.map(drop)) != taken(b.map(drop)), "one of two has it");
        assert_eq!(who(&world.keyring, &cpf).await?.len(), 1);
    }
    assert_eq!(world.count("subject_keys").await?, 10, "who lost has none");
    // The same employee once more, and as a buyer, is no other.
    let mine = [wanted("a", Labour, Some(CPF))];
    let (again, twice) = tokio::join!(one.keys(&mine), other.keys(&mine));
    again?;
    twice?;
    one.keys(&[wanted("b", Fiscal, Some(CPF))]).await?;
    let found = world.keyring.find(CPF).await?;
    let (a, b) = (subject("a"), subject("b"));
    let expected = [(a, Labour), (b, Fiscal)].map(|(subject, class)| Found { subject, class });
    assert_eq!(found, expected);
    Ok(())
}

#[tokio::test]
async fn a_cpf_that_was_put_right_is_free() -> anyhow::Result<()> {
    let World { keyring, .. } = &World::open().await?;
    keyring.keys(&[wanted("a", Labour, Some(CPF))]).await?;
    let right = [wanted("a", Labour, Some(OTHER_CPF))];
    keyring.keys(&right).await?;
    assert!(
        keyring.keys(&[wanted("b", Labour, Some(CPF))]).await.is_err(),
        "not in the log yet"
    );
    keyring.only_finders(&right).await?;
    keyring.keys(&[wanted("b", Labour, Some(CPF))]).await?;
    assert_eq!(who(keyring, CPF).await?, ["b"]);
    assert_eq!(who(keyring, OTHER_CPF).await?, ["a"]);
    Ok(())
}

#[tokio::test]
async fn buyers_are_found_in_memory_until_they_are_forgotten() -> anyhow::Result<()> {
    let world = World::open().await?;
    let keyring = &world.keyring;
    assert_eq!(keyring.find_buyers(&[CPF]).await?, [Vec::new()]);
    assert_eq!(world.count("company_keys").await?, 0, "looking makes nothing");
    keyring.keys(&[wanted("a", Fiscal, Some(CPF))]).await?;
    world.execute("delete from subject_keys").await?;
    let found = keyring.find_buyers(&[OTHER_CPF, CPF]).await?;
    assert!(found.first().unwrap().is_empty() && found.get(1).unwrap().len() == 1);
    keyring.forget(&subject("a"));
    assert_eq!(keyring.find_buyers(&[CPF]).await?, [Vec::new()]);
    Ok(())
}

#[tokio::test]
async fn a_key_knows_its_latest_day() -> anyhow::Result<()> {
    let World { keyring, .. } = &World::open().await?;
    for day in ["2026-11-20", "2026-11-25", "2025-01-01"] {
        let mut wanted = wanted("a", Fiscal, None);
        wanted.used_on = day.parse()?;
        keyring.keys(&[wanted]).await?;
        let uses = keyring.uses(&subject("a")).await?;
        let latest = if day == "2026-11-20" { day } else { "2026-11-25" };
        assert_eq!(uses.first().unwrap().last_used_on.to_string(), latest);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_closing_takes_nothing_new_for_a_while() -> anyhow::Result<()> {
    let world = World::open().await?;
    let keyring = &world.keyring;
    let ana = subject("a");
    keyring.keys(&[wanted("a", Fiscal, None)]).await?;
    let seen = keyring.uses(&ana).await?;
    let mut later = wanted("a", Fiscal, None);
    later.used_on = "2026-11-21".parse()?;
    // Used since it was looked at: it is not due any more.
    keyring.keys(std::slice::from_ref(&later)).await?;
    assert!(!keyring.close(&ana, &seen).await?);
    assert!(keyring.close(&ana, &keyring.uses(&ana).await?).await?);
    let another = world.another_process().await?;
    later.used_on = "2026-11-22".parse()?;
    let refused = another.keys(std::slice::from_ref(&later)).await;
    assert!(matches!(refused, Err(KeyringError::Closing)), "{refused:?}");
    assert_eq!(
        keyring
            .uses(&ana)
            .await?
            .first()
            .unwrap()
            .last_used_on
            .to_string(),
        "2026-11-21"
    );
    // Whoever closed it never came back.
    world
        .execute("update subject_keys set closing_until = now() - interval '1 second'")
        .await?;
    another.keys(&[later]).await?;
    Ok(())
}
