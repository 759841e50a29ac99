use jiff::civil::date;
use posars_domain::person::{ErasePersonalData, HeldClass, PersonEvent};
use posars_domain::{RetentionClass, TaxId};
use posars_privacy::{ClassKept, Kept};

use crate::world::{CPF, NAME, World, api, at, buyer, customer_of, v};

fn held(class: RetentionClass, due_on: Option<jiff::civil::Date>) -> ClassKept {
    let last_used_on = date(2026, 11, 20);
    let kept = Kept::Held { last_used_on, due_on };
    ClassKept { class, kept }
}

const fn erased(class: RetentionClass) -> ClassKept {
    ClassKept {
        class,
        kept: Kept::Erased,
    }
}

#[tokio::test]
async fn a_buyer_is_kept_while_the_law_asks_for_it_and_then_gone_for_ever() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (_, sold) = world.sell(Some(buyer(CPF, NAME))).await?;
    let subject = customer_of(&sold);
    let number: TaxId = v("529.982.247-25");
    let found = world.privacy.find(&number).await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].subject_id, subject);
    assert_eq!(
        found[0].classes,
        [held(RetentionClass::Fiscal, Some(date(2037, 11, 21)))]
    );

    let asked = world
        .privacy
        .erase(&subject, Some("7".to_owned()), &api())
        .await?;
    assert_eq!(asked.classes(), []);
    assert!(asked.person.erasure_requested);
    assert_eq!(asked.person.classes, found[0].classes);
    let [PersonEvent::ErasureRequested(requested)] = asked.completed.events.as_slice() else {
        anyhow::bail!("{:?}", asked.completed.events);
    };
    assert_eq!(
        requested.held,
        [HeldClass {
            class: RetentionClass::Fiscal,
            until: Some(date(2037, 11, 21)),
        }]
    );

    let early = world.privacy.shred_due(&at("2037-11-20T12:00:00Z")).await?;
    assert!(early.people.is_empty());
    let due = world.privacy.shred_due(&at("2037-11-21T12:00:00Z")).await?;
    assert_eq!(due.people.len(), 1);
    assert_eq!(due.people[0].classes, [RetentionClass::Fiscal]);
    assert!(world.privacy.find(&number).await?.is_empty());
    assert!(world.keyring.uses(&subject).await?.is_empty());
    let person = world.privacy.known(&subject).await?.unwrap();
    assert_eq!(person.classes, [erased(RetentionClass::Fiscal)]);

    // The same person is somebody new from then on.
    let (_, again) = world.sell(Some(buyer(CPF, NAME))).await?;
    assert_ne!(customer_of(&again), subject);
    Ok(())
}

#[tokio::test]
async fn who_works_here_is_kept_and_loses_an_address_after_it() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.hire("e7", NAME).await?;
    world.drain().await?;
    let asked = world.privacy.erase(&v("e7"), None, &api()).await?;
    assert_eq!(asked.classes(), []);
    assert_eq!(
        asked.person.classes,
        [
            held(RetentionClass::Contact, None),
            held(RetentionClass::Labour, None)
        ]
    );
    // The same again changes nothing.
    world.drain().await?;
    let again = world.privacy.erase(&v("e7"), None, &api()).await?;
    assert!(again.completed.replayed);

    world.terminate("e7", date(2026, 12, 31)).await?;
    world.drain().await?;
    let due_on = Some(date(2057, 1, 1));
    let asked = world.privacy.erase(&v("e7"), None, &api()).await?;
    assert_eq!(asked.classes(), [RetentionClass::Contact]);
    assert_eq!(
        asked.person.classes,
        [
            erased(RetentionClass::Contact),
            held(RetentionClass::Labour, due_on)
        ]
    );
    Ok(())
}

#[tokio::test]
async fn nobody_is_erased_who_is_not_known() -> anyhow::Result<()> {
    let world = World::open().await?;
    let refused = world.privacy.erase(&v("nobody"), None, &api()).await.unwrap_err();
    assert!(format!("{refused:?}").contains("PersonUnknown"), "{refused:?}");
    assert_eq!(world.privacy.known(&v("nobody")).await?, None);
    Ok(())
}

#[tokio::test]
async fn a_dry_run_erases_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.hire("e7", NAME).await?;
    world.drain().await?;
    let head = world.log.head().await?;
    let dry = world.privacy.validate_only();
    world.terminate("e7", date(2026, 12, 31)).await?;
    world.drain().await?;
    let shown = dry.erase(&v("e7"), None, &api()).await?;
    assert_eq!(shown.classes(), [RetentionClass::Contact]);
    let due = dry.shred_due(&at("2099-01-01T00:00:00Z")).await?;
    assert_eq!(
        due.people[0].classes,
        [RetentionClass::Contact, RetentionClass::Labour]
    );
    assert_eq!(world.log.head().await?.position.get(), head.position.get() + 1);
    assert_eq!(world.keyring.uses(&v("e7")).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn keys_that_a_crash_has_left_are_destroyed_later() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.hire("e7", NAME).await?;
    world.drain().await?;
    let holdings = posars_domain::person::Holdings {
        keys: vec![posars_domain::person::Holding {
            class: RetentionClass::Contact,
            last_used_on: date(2026, 11, 20),
        }],
        ..Default::default()
    };
    let told = ErasePersonalData {
        subject_id: v("e7"),
        request_ref: None,
        holdings,
    };
    // Told, and then the process died.
    world.commands.carry_out(&told, &api()).await?;
    assert_eq!(world.keyring.uses(&v("e7")).await?.len(), 2);
    world.drain().await?;
    let swept = world.privacy.shred_due(&api()).await?;
    assert_eq!((swept.leftovers, swept.people.len()), (1, 0));
    assert_eq!(world.keyring.uses(&v("e7")).await?.len(), 1);
    Ok(())
}
