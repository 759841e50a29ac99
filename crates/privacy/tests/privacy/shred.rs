use jiff::civil::date;
use posars_domain::RetentionClass;
use posars_domain::company::SetRetentionPolicy;

use crate::world::{NAME, World, api, at, buyer, v};

#[tokio::test]
async fn the_company_says_for_how_long_and_all_that_is_due_goes() -> anyhow::Result<()> {
    let world = World::open().await?;
    // More than one page would be slow here; that pages follow each other is seen by the ids going on in order.
    for number in ["52998224725", "11144477735", "12345678909"] {
        world.sell(Some(buyer(number, NAME))).await?;
    }
    world.sell(None).await?;
    let policy = SetRetentionPolicy {
        company_id: v("acme"),
        contact_months: None,
        fiscal_months: Some(60),
        labour_months: None,
    };
    world.commands.carry_out(&policy, &api()).await?;
    assert_eq!(world.privacy.retention_policy().await?.fiscal_months, 60);
    let early = world.privacy.shred_due(&at("2031-11-20T12:00:00Z")).await?;
    assert!(early.people.is_empty());
    let due = world.privacy.shred_due(&at("2031-11-21T12:00:00Z")).await?;
    assert_eq!(due.people.len(), 3);
    assert!(due.people.is_sorted_by_key(|person| person.subject_id.clone()));
    assert!(!due.more);
    let after = world.privacy.shred_due(&at("2031-11-22T12:00:00Z")).await?;
    assert_eq!(after, posars_privacy::Shredding::default());
    Ok(())
}

#[tokio::test]
async fn nothing_of_who_works_here_is_due_whatever_its_age() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.hire("e7", NAME).await?;
    world.hire("e8", NAME).await?;
    world.terminate("e8", date(2026, 12, 31)).await?;
    world.drain().await?;
    let due = world.privacy.shred_due(&at("2099-01-01T12:00:00Z")).await?;
    assert_eq!(due.people.len(), 1);
    assert_eq!(due.people[0].subject_id, v("e8"));
    assert_eq!(
        due.people[0].classes,
        [RetentionClass::Contact, RetentionClass::Labour]
    );
    assert_eq!(world.keyring.uses(&v("e7")).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn two_processes_that_shred_at_once_do_no_harm() -> anyhow::Result<()> {
    let world = World::open().await?;
    for number in ["52998224725", "11144477735", "12345678909"] {
        world.sell(Some(buyer(number, NAME))).await?;
    }
    let then = at("2040-01-01T12:00:00Z");
    let (one, other) = tokio::join!(world.privacy.shred_due(&then), world.privacy.shred_due(&then));
    assert_eq!(one?.people.len() + other?.people.len(), 3);
    Ok(())
}

#[tokio::test]
async fn a_clock_that_nothing_confirms_destroys_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.sell(Some(buyer("52998224725", NAME))).await?;
    let careful = posars_privacy::Privacy::new(
        world.commands.clone(),
        world.projections.clone(),
        std::time::Duration::from_secs(60),
    );
    // The battery of the machine has died, or its clock was set by a typing error.
    let due = careful.shred_due(&at("2099-01-01T12:00:00Z")).await?;
    assert!(due.people.is_empty());
    assert_eq!(
        world
            .privacy
            .shred_due(&at("2099-01-01T12:00:00Z"))
            .await?
            .people
            .len(),
        1
    );
    Ok(())
}

#[tokio::test]
async fn keys_with_which_nothing_was_recorded_go_after_a_day() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (_, sold) = world.sell(Some(buyer("52998224725", NAME))).await?;
    world.drain().await?;
    // A process made a key, and died before its append.
    let wanted = posars_keyring::Wanted {
        subject: v("p-lost"),
        class: RetentionClass::Labour,
        used_on: date(2026, 11, 20),
        finder: None,
    };
    world.keyring.keys(&[wanted]).await?;
    assert_eq!(
        world.privacy.shred_due(&api()).await?.leftovers,
        0,
        "it may come yet"
    );
    world.make_keys_older().await?;
    assert_eq!(world.privacy.shred_due(&api()).await?.leftovers, 1);
    assert!(world.keyring.uses(&v("p-lost")).await?.is_empty());
    let buyer = crate::world::customer_of(&sold);
    assert_eq!(world.keyring.uses(&buyer).await?.len(), 1);
    Ok(())
}
