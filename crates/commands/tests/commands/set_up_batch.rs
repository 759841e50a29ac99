//! Many definitions at once get what each would get alone.

use posars_commands::{BATCH_MAX, CommandError, Commands, Offered, Written};
use posars_domain::product::{ChangeProduct, DefineProduct, Edit, RetireProduct};
use posars_domain::store::DefineStore;
use posars_event_store::ReadLog;
use uuid::Uuid;

use super::shop::{Shop, api, asked_as, define_product, define_store, reason, told, v};

const GTIN: &str = "7891000100103";
const OTHER_GTIN: &str = "7891000315507";

fn with_gtin(sku: &str, gtin: &str) -> DefineProduct {
    DefineProduct {
        gtin: Some(v(gtin)),
        ..define_product(sku)
    }
}

fn named(name: &str, sku: &str) -> DefineProduct {
    DefineProduct {
        name: name.to_owned(),
        ..define_product(sku)
    }
}

async fn products(commands: &Commands, products: &[DefineProduct]) -> Vec<String> {
    let offered = products
        .iter()
        .map(|product| Offered::new(product.clone(), api()));
    told(commands.define_products(&offered.collect::<Vec<_>>()).await)
}

async fn stores(commands: &Commands, stores: &[DefineStore]) -> Vec<String> {
    let offered = stores.iter().map(|store| Offered::new(store.clone(), api()));
    told(commands.define_stores(&offered.collect::<Vec<_>>()).await)
}

/// What each gets when it is offered alone, one after the other.
async fn products_alone(commands: &Commands, products: &[DefineProduct]) -> Vec<String> {
    let mut answers: Vec<Result<Written, CommandError>> = Vec::new();
    for product in products {
        let receipt = commands.carry_out(product, &api()).await;
        answers.push(receipt.map(|receipt| receipt.written()));
    }
    told(answers)
}

/// `cafe` and `pao` as defined, `cha` changed, `bolo` retired, and a product that has the GTIN.
async fn shop_with_a_past() -> anyhow::Result<Shop> {
    let shop = Shop::open().await?;
    for sku in ["cha", "bolo"] {
        shop.commands.carry_out(&define_product(sku), &api()).await?;
    }
    let change = ChangeProduct {
        sku: v("cha"),
        name: Some("Chá".to_owned()),
        gtin: Edit::Keep,
        ncm: Edit::Keep,
        unit: None,
        decimals: None,
        tracked: None,
    };
    shop.commands.carry_out(&change, &api()).await?;
    let retire = RetireProduct {
        sku: v("bolo"),
        reason: None,
    };
    shop.commands.carry_out(&retire, &api()).await?;
    shop.commands.carry_out(&with_gtin("leite", GTIN), &api()).await?;
    Ok(shop)
}

#[tokio::test]
async fn each_gets_the_answer_it_would_get_alone() -> anyhow::Result<()> {
    let mixed = [
        define_product("cafe"),
        named("Outro", "pao"),
        named("", "novo"),
        define_product("novo"),
        define_product("novo"),
        named("Outro", "novo"),
        define_product("cha"),
        named("Chá", "cha"),
        define_product("bolo"),
        with_gtin("leite", GTIN),
        with_gtin("leite_b", GTIN),
        with_gtin("suco", OTHER_GTIN),
        with_gtin("suco_b", OTHER_GTIN),
        define_product("ultimo"),
    ];
    let expected = [
        "before",
        "SKU_EXISTS",
        "FIELD_REQUIRED",
        "now",
        "before",
        "SKU_EXISTS",
        "SKU_EXISTS",
        "before",
        "PRODUCT_RETIRED",
        "before",
        "GTIN_IN_USE",
        "now",
        "GTIN_IN_USE",
        "now",
    ];
    let alone = shop_with_a_past().await?;
    assert_eq!(products_alone(&alone.commands, &mixed).await, expected);
    let together = shop_with_a_past().await?;
    assert_eq!(products(&together.commands, &mixed).await, expected);
    assert_eq!(together.head().await?, alone.head().await?);
    for stream in ["product-novo", "product-suco", "product-ultimo"] {
        let data = |events: Vec<posars_event_store::RecordedEvent>| {
            let data = events.into_iter().map(|event| (event.version, event.data));
            data.collect::<Vec<_>>()
        };
        assert_eq!(
            data(together.events(stream).await?),
            data(alone.events(stream).await?)
        );
    }
    Ok(())
}

/// A GTIN-13 for a number.
fn gtin(number: u32) -> String {
    let root = format!("789{number:09}");
    let weighed = root.bytes().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighed
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{root}{}", (10 - sum % 10) % 10)
}

#[tokio::test]
async fn of_rows_that_want_the_same_gtin_or_cnpj_the_first_has_it() -> anyhow::Result<()> {
    let shop = shop_with_a_past().await?;
    // The log refuses them together for this one, so that each is looked at.
    let mut asked = vec![with_gtin("leite_b", GTIN)];
    for number in 0..30 {
        asked.push(with_gtin(&format!("p{number}"), &gtin(number)));
        asked.push(with_gtin(&format!("q{number}"), &gtin(number)));
    }
    let mut expected = vec!["GTIN_IN_USE"];
    expected.extend(["now", "GTIN_IN_USE"].repeat(30));
    assert_eq!(products(&shop.commands, &asked).await, expected);

    let with_cnpj = |store_id: &str| DefineStore {
        cnpj: Some(v("11.222.333/0001-81")),
        ..define_store(store_id)
    };
    let asked = ["a", "b", "c"].map(with_cnpj);
    assert_eq!(
        stores(&shop.commands, &asked).await,
        ["now", "CNPJ_IN_USE", "CNPJ_IN_USE"]
    );
    Ok(())
}

#[tokio::test]
async fn rows_with_a_key_of_their_own_keep_their_order() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let asked = (0..20).map(|number| with_gtin(&format!("p{number}"), GTIN));
    let keyed: Vec<_> = asked
        .map(|product| Offered::new(product, asked_as(Uuid::now_v7())))
        .collect();
    let answers = told(shop.commands.define_products(&keyed).await);
    assert_eq!(answers.first().map(String::as_str), Some("now"));
    assert_eq!(
        answers.get(1..),
        Some(vec!["GTIN_IN_USE".to_owned(); 19].as_slice())
    );
    Ok(())
}

#[tokio::test]
async fn new_definitions_are_one_commit_in_their_order_and_come_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let (before, commits) = (shop.head().await?, shop.count("commits").await?);
    let many: Vec<DefineProduct> = (0..BATCH_MAX)
        .map(|number| define_product(&format!("p{number}")))
        .collect();
    assert!(
        products(&shop.commands, &many)
            .await
            .iter()
            .all(|answer| answer == "now")
    );
    assert_eq!(shop.count("commits").await? - commits, 1);
    let page = shop.log.read_log(&ReadLog::after(before, 1_000)).await?;
    let streams: Vec<&str> = page.events.iter().map(|event| event.stream.as_str()).collect();
    let expected: Vec<String> = (0..BATCH_MAX)
        .map(|number| format!("product-p{number}"))
        .collect();
    assert_eq!(streams, expected);
    let head = shop.head().await?;
    assert!(
        products(&shop.commands, &many)
            .await
            .iter()
            .all(|answer| answer == "before")
    );
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn stores_are_defined_together_and_known_from_then_on() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let commits = shop.count("commits").await?;
    let mut other = define_store("centro");
    other.name = "Outra".to_owned();
    let asked = [
        define_store("norte"),
        define_store("centro"),
        other,
        define_store("sul"),
    ];
    assert_eq!(
        stores(&shop.commands, &asked).await,
        ["now", "before", "STORE_EXISTS", "now"]
    );
    assert_eq!(shop.count("commits").await? - commits, 1);
    // One of the streams has a second event, whose settings are the present ones.
    shop.move_to_manaus().await?;
    let ids = ["sul", "centro", "nenhuma", "norte"].map(v);
    let settings = shop.commands.settings_of_stores(&ids).await?;
    let zones: Vec<Option<String>> = settings
        .iter()
        .map(|settings| settings.as_ref().map(|settings| settings.time_zone.to_string()))
        .collect();
    let zone = |name: &str| Some(name.to_owned());
    assert_eq!(
        zones,
        [
            zone("America/Sao_Paulo"),
            zone("America/Manaus"),
            None,
            zone("America/Sao_Paulo")
        ]
    );
    let names: Vec<&str> = settings
        .iter()
        .flatten()
        .map(|settings| settings.name.as_str())
        .collect();
    assert_eq!(names.len(), 3);
    Ok(())
}

#[tokio::test]
async fn processes_that_define_the_same_at_once_define_each_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let many: Vec<DefineProduct> = (0..200)
        .map(|number| define_product(&format!("p{number}")))
        .collect();
    let other = Commands::new(shop.another_process().await?);
    let head = shop.head().await?;
    let (ours, theirs) = tokio::join!(products(&shop.commands, &many), products(&other, &many));
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let mut both = [ours.as_str(), theirs.as_str()];
        both.sort_unstable();
        assert_eq!(both, ["before", "now"]);
    }
    assert_eq!(shop.head().await?, head.plus(200));
    Ok(())
}

#[tokio::test]
async fn a_dry_run_and_a_key_of_ones_own() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let head = shop.head().await?;
    let asked = [
        define_product("cafe"),
        define_product("novo"),
        named("Outro", "pao"),
    ];
    assert_eq!(
        products(&shop.commands.validate_only(), &asked).await,
        ["before", "now", "SKU_EXISTS"]
    );
    assert_eq!(shop.head().await?, head);
    // The caller's own key stays taken by the definition that it came with.
    let key = Uuid::now_v7();
    let keyed = Offered::new(define_product("novo"), asked_as(key));
    assert_eq!(told(shop.commands.define_products(&[keyed]).await), ["now"]);
    assert_eq!(
        reason(
            shop.commands
                .carry_out(&define_product("outro"), &asked_as(key))
                .await
        ),
        "IDEMPOTENCY_MISMATCH"
    );
    Ok(())
}
