//! A company and its books begin together; one that is older than its books gets them later.

use posars_commands::{CommandError, Commands, Written};
use posars_domain::books::{BeginBooks, BooksEvent, OpeningStock};
use posars_domain::chart::{AssignAccountRole, ChartDefined, ChartEvent, DefineAccount};
use posars_domain::company::{CompanyDefined, CompanyEvent, DefineCompany};
use posars_domain::posting_rules::{PostingRulesDefined, PostingRulesEvent};
use posars_domain::{AccountRole, AccountType, Currency, DomainEvent as _};
use posars_event_store::{Append, EventType, ExpectedVersion, JsonText, NewEvent, Position, StreamName};
use uuid::Uuid;

use crate::shop::{Shop, api, asked_as, decoded, define_store, reason, v};

const BOOKS: [&str; 3] = ["chart-main", "postingrules-main", "books-main"];

fn company() -> DefineCompany {
    DefineCompany {
        company_id: v("main"),
        name: "Loja".to_owned(),
        cnpj: None,
        currency: Currency::BRL,
    }
}

/// A company as builds before the books defined it.
async fn define_as_before(shop: &Shop) -> anyhow::Result<()> {
    let defined = CompanyEvent::from(CompanyDefined {
        company_id: v("main"),
        name: "Loja".to_owned(),
        cnpj: None,
        currency: Currency::BRL,
    });
    let event = NewEvent {
        event_id: Uuid::now_v7(),
        event_type: EventType::parse(defined.event_type())?,
        schema_version: 1,
        data: JsonText::parse(defined.to_json().get())?,
        metadata: JsonText::parse("{}")?,
    };
    let stream = StreamName::parse("company-main")?;
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![event]);
    shop.log.append(append).await?;
    Ok(())
}

/// The streams of the log, in the order of their events.
async fn streams(shop: &Shop) -> anyhow::Result<Vec<String>> {
    let client = shop.store.pool().get().await?;
    let rows = client
        .query("select stream from events order by position", &[])
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

#[tokio::test]
async fn a_company_and_its_books_begin_in_one_append() -> anyhow::Result<()> {
    let shop = Shop::empty().await?;
    let shown = shop
        .commands
        .validate_only()
        .carry_out(&company(), &api())
        .await?;
    let shown: Vec<_> = shown.founded.iter().map(|founded| founded.event_type).collect();
    assert_eq!(shown, ["ChartDefined", "PostingRulesDefined", "BooksBegun"]);
    assert_eq!(shop.head().await?, Position::START);

    let key = Uuid::now_v7();
    let done = shop.commands.carry_out(&company(), &asked_as(key)).await?;
    assert_eq!(
        (done.events.len(), done.event_ids.len(), done.position.get()),
        (1, 4, 4)
    );
    assert_eq!(done.version().get(), 1);
    assert_eq!(
        streams(&shop).await?,
        [&["company-main"][..], &BOOKS[..]].concat()
    );
    assert_eq!(shop.count("commits").await?, 1, "one append");
    let chart: ChartEvent = decoded(&shop.events("chart-main").await?[0]);
    assert_eq!(chart, ChartDefined::brazilian_retail().into());
    let rules: PostingRulesEvent = decoded(&shop.events("postingrules-main").await?[0]);
    assert_eq!(rules, PostingRulesDefined::brazilian_retail().into());
    let begun: BooksEvent = decoded(&shop.events("books-main").await?[0]);
    let BooksEvent::BooksBegun(begun) = begun else {
        anyhow::bail!("another event")
    };
    assert_eq!(
        (begun.currency, begun.begins_on, begun.up_to_position),
        (Currency::BRL, None, 0)
    );

    // With its key or without, the same again is answered by the definition alone: that is all it asked for.
    for envelope in [asked_as(key), api()] {
        let again = shop.commands.carry_out(&company(), &envelope).await?;
        assert!(again.replayed && again.founded.is_empty());
        assert_eq!((&again.events, again.position.get()), (&done.events, 1));
        assert_eq!(again.event_ids, done.event_ids[..1]);
    }
    assert_eq!(shop.commands.begin_missing_books(&api()).await?, Written::Before);
    assert_eq!(shop.head().await?.get(), 4);
    Ok(())
}

#[tokio::test]
async fn many_who_define_the_company_at_once_found_one() -> anyhow::Result<()> {
    let shop = Shop::empty().await?;
    let commands = shop.commands.clone();
    // With one key for all: whoever loses is given the winner's answer by the log, chart and rules left out.
    let key = Uuid::now_v7();
    let racers = (0..8).map(|_| {
        let commands = commands.clone();
        tokio::spawn(async move {
            let done = commands.carry_out(&company(), &asked_as(key)).await?;
            assert_eq!(done.events.len(), 1);
            Ok::<bool, CommandError>(done.replayed)
        })
    });
    let mut new = 0;
    for racer in racers.collect::<Vec<_>>() {
        new += usize::from(!racer.await??);
    }
    assert_eq!((new, shop.head().await?.get()), (1, 4));
    Ok(())
}

#[tokio::test]
async fn an_older_company_gets_its_books_once() -> anyhow::Result<()> {
    let shop = Shop::empty().await?;
    assert_eq!(
        shop.commands.begin_missing_books(&api()).await?,
        Written::Before,
        "no company"
    );
    define_as_before(&shop).await?;
    shop.commands.carry_out(&define_store("centro"), &api()).await?;
    let other = shop.another_process().await?;
    let other = Commands::new(other);
    let (one, two) = (api(), api());
    let (one, two) = tokio::join!(
        shop.commands.begin_missing_books(&one),
        other.begin_missing_books(&two)
    );
    let now = [one?, two?]
        .into_iter()
        .filter(|written| *written == Written::Now);
    assert_eq!(now.count(), 1);
    let found = streams(&shop).await?;
    // The books begin first in their own command's append; the order within it means nothing.
    assert_eq!(found.len(), 5);
    assert!(
        BOOKS
            .iter()
            .all(|stream| found[2..].contains(&(*stream).to_owned()))
    );
    assert_eq!(shop.commands.begin_missing_books(&api()).await?, Written::Before);
    // The definition of then is still the definition.
    assert!(shop.commands.carry_out(&company(), &api()).await?.replayed);
    assert_eq!(shop.head().await?.get(), 5);
    Ok(())
}

#[tokio::test]
async fn books_that_begin_on_a_day_begin_once() -> anyhow::Result<()> {
    let shop = Shop::empty().await?;
    define_as_before(&shop).await?;
    let begin = BeginBooks {
        currency: Currency::BRL,
        begins_on: Some(v("2026-11-01")),
        up_to_position: 1,
        opening: vec![OpeningStock {
            store_id: v("centro"),
            value: crate::shop::cents(12_345),
        }],
    };
    let done = shop.commands.carry_out(&begin, &api()).await?;
    assert_eq!(done.event_ids.len(), 3);
    assert_eq!(shop.commands.begin_missing_books(&api()).await?, Written::Before);
    let other = BeginBooks {
        begins_on: Some(v("2026-11-02")),
        ..begin
    };
    assert_eq!(
        reason(shop.commands.carry_out(&other, &api()).await),
        "BOOKS_EXIST"
    );
    assert_eq!(shop.head().await?.get(), 4);
    Ok(())
}

#[tokio::test]
async fn books_that_are_there_stay_when_the_company_is_defined() -> anyhow::Result<()> {
    let shop = Shop::empty().await?;
    let begin = BeginBooks {
        currency: Currency::BRL,
        begins_on: None,
        up_to_position: 0,
        opening: Vec::new(),
    };
    shop.commands.carry_out(&begin, &api()).await?;
    let done = shop.commands.carry_out(&company(), &api()).await?;
    assert!(done.founded.is_empty() && done.event_ids.len() == 1);
    assert_eq!(shop.head().await?.get(), 4);
    Ok(())
}

#[tokio::test]
async fn an_account_answers_for_itself_and_a_role_names_a_store_that_is_there() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&company(), &api()).await?;
    let define = |code: &str| DefineAccount {
        code: v(code),
        name: format!("Conta {code}"),
        account_type: AccountType::Asset,
        nature: None,
        parent: Some(v("1.1.01")),
        postable: true,
        liquid: true,
    };
    let first = shop.commands.carry_out(&define("1.1.01.010"), &api()).await?;
    shop.commands.carry_out(&define("1.1.01.011"), &api()).await?;
    // All accounts share a stream: the answer to the same again is the account's own event.
    let again = shop.commands.carry_out(&define("1.1.01.010"), &api()).await?;
    assert!(again.replayed);
    assert_eq!((again.events, again.position), (first.events, first.position));
    let assign = |store: &str, code: &str| AssignAccountRole {
        role: AccountRole::CASH,
        store_id: Some(v(store)),
        code: v(code),
    };
    shop.commands
        .carry_out(&assign("centro", "1.1.01.010"), &api())
        .await?;
    let nowhere = shop
        .commands
        .carry_out(&assign("nenhuma", "1.1.01.010"), &api())
        .await;
    assert_eq!(reason(nowhere), "UNKNOWN_STORE");
    let chart = shop.commands.chart().await?;
    assert_eq!(
        chart.account_of(&AccountRole::CASH, Some(&v("centro"))),
        Some(&v("1.1.01.010"))
    );
    assert_eq!(shop.events("chart-main").await?.len(), 4);
    Ok(())
}
