//! The catalogue and the places: every column, every filter, every page.

use posars_domain::StoreId;

use super::rows::twice;
use super::world::{Said, World, product, register, retired, store};
use crate::{Freshness, PageRequest, ProductFilter, ProductRow};

const FIRST: PageRequest = PageRequest::first(100);

/// A product whose fields all differ, and differ from those of the others.
fn described(kind: &'static str, sku: &str, name: &str, gtin: &str, ncm: &str) -> Said {
    let data = format!(
        r#"{{"sku":"{sku}","name":"{name}","gtin":"{gtin}","ncm":"{ncm}","unit":"KG","decimals":3,"tracked":false}}"#
    );
    (format!("product-{sku}"), kind, data)
}

async fn found(world: &World, filter: &ProductFilter) -> anyhow::Result<Vec<String>> {
    let page = world
        .projections
        .list_products(filter, &FIRST, Freshness::ANY)
        .await?;
    Ok(page
        .rows
        .iter()
        .map(|product| product.settings.sku.to_string())
        .collect())
}

async fn one(world: &World, sku: &str) -> anyhow::Result<Option<ProductRow>> {
    let (product, position) = world.projections.product(&sku.parse()?, Freshness::ANY).await?;
    assert!(
        product
            .as_ref()
            .is_none_or(|product| product.position <= position)
    );
    Ok(product)
}

#[tokio::test]
async fn a_product_is_as_it_was_described_last() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            product("cafe", "Café"),
            described("ProductDefined", "queijo", "Queijo", "7891000100103", "04061010"),
        ])
        .await?;
    world.catch_up().await?;
    world
        .say(&[
            described("ProductChanged", "queijo", "Queijo prato", "78912939", "04069020"),
            retired("cafe"),
            // No product: nothing says what it is.
            retired("never_described"),
        ])
        .await?;
    twice(&world).await?;
    let cheese = one(&world, "queijo").await?.unwrap();
    let settings = &cheese.settings;
    assert_eq!(
        (settings.sku.as_str(), settings.name.as_str()),
        ("queijo", "Queijo prato")
    );
    assert_eq!(
        settings.gtin.as_ref().map(ToString::to_string).as_deref(),
        Some("78912939")
    );
    assert_eq!(
        settings.ncm.as_ref().map(ToString::to_string).as_deref(),
        Some("04069020")
    );
    assert_eq!((settings.unit.as_str(), settings.decimals), ("KG", 3));
    assert_eq!(
        (settings.tracked, cheese.retired, cheese.position.get()),
        (false, false, 3)
    );
    let coffee = one(&world, "cafe").await?.unwrap();
    assert_eq!((coffee.retired, coffee.position.get()), (true, 4));
    assert_eq!(coffee.settings.name, "Café", "what is retired keeps what it was");
    assert_eq!((coffee.settings.gtin, coffee.settings.ncm), (None, None));
    assert!(coffee.settings.tracked);
    assert_eq!(one(&world, "never_described").await?, None);
    assert_eq!(
        found(&world, &ProductFilter::default()).await?,
        ["cafe", "queijo"]
    );
    Ok(())
}

#[tokio::test]
async fn products_are_found_by_text_gtin_ncm_and_whether_they_are_retired() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            described(
                "ProductDefined",
                "CAFE-500",
                "Café Pilão 500 g",
                "036000291452",
                "09012100",
            ),
            described(
                "ProductDefined",
                "cafe-1k",
                "Café Pilão 1 kg",
                "7891000100103",
                "09012100",
            ),
            described(
                "ProductDefined",
                "acucar",
                "Açúcar União 100%",
                "78912939",
                "17019900",
            ),
            retired("cafe-1k"),
        ])
        .await?;
    world.catch_up().await?;
    let by_text = |text: &str| ProductFilter {
        text: text.into(),
        ..ProductFilter::default()
    };
    for (text, expected) in [
        ("", &["CAFE-500", "acucar", "cafe-1k"][..]),
        ("cafe", &["CAFE-500", "cafe-1k"]),
        ("PILÃO café", &["CAFE-500", "cafe-1k"]),
        ("cafe-5", &["CAFE-500"]),
        ("kg pilao", &["cafe-1k"]),
        ("acucar 100%", &["acucar"]),
        ("%", &["acucar"]),
        ("_", &[]),
        ("cha", &[]),
    ] {
        assert_eq!(found(&world, &by_text(text)).await?, expected, "{text:?}");
    }
    // A UPC of 12 digits is the EAN-13 with a zero in front.
    for gtin in ["036000291452", "0036000291452", "00036000291452"] {
        let filter = ProductFilter {
            gtin: Some(gtin.parse()?),
            ..ProductFilter::default()
        };
        assert_eq!(found(&world, &filter).await?, ["CAFE-500"], "{gtin}");
    }
    let coffees = ProductFilter {
        ncm: Some("0901.21.00".parse()?),
        ..ProductFilter::default()
    };
    assert_eq!(found(&world, &coffees).await?, ["CAFE-500", "cafe-1k"]);
    for (retired, expected) in [(true, ["cafe-1k"]), (false, ["CAFE-500"])] {
        let filter = ProductFilter {
            retired: Some(retired),
            ..coffees.clone()
        };
        assert_eq!(found(&world, &filter).await?, expected);
    }
    let other = ProductFilter {
        gtin: Some("78912939".parse()?),
        ..coffees
    };
    assert!(found(&world, &other).await?.is_empty(), "every filter counts");
    Ok(())
}

#[tokio::test]
async fn products_come_page_by_page_with_any_filter() -> anyhow::Result<()> {
    let world = World::open().await?;
    let all: Vec<Said> = (1..=7)
        .map(|number| {
            described(
                "ProductDefined",
                &format!("p{number}"),
                "Pão",
                "78912939",
                "19059090",
            )
        })
        .collect();
    world.say(&all).await?;
    world.catch_up().await?;
    let ncm = ProductFilter {
        ncm: Some("19059090".parse()?),
        ..ProductFilter::default()
    };
    for filter in [ProductFilter::default(), ncm] {
        let (mut request, mut pages) = (Some(PageRequest::first(3)), Vec::new());
        while let Some(asked) = request {
            let page = world
                .projections
                .list_products(&filter, &asked, Freshness::ANY)
                .await?;
            let skus = page.rows.iter().map(|product| product.settings.sku.to_string());
            pages.push(skus.collect::<Vec<_>>().join(" "));
            request = asked.following(&page);
        }
        assert_eq!(pages, ["p1 p2 p3", "p4 p5 p6", "p7"], "{filter:?}");
    }
    Ok(())
}

#[tokio::test]
async fn places_are_as_they_were_set_up() -> anyhow::Result<()> {
    let world = World::open().await?;
    let company = r#"{"company_id":"main","name":"Padaria Sol","cnpj":"12ABC34501DE35","currency":"USD"}"#;
    let north = r#"{"store_id":"norte","name":"Norte","cnpj":"11222333000181","time_zone":"America/Manaus","day_cutover":"05:30:00","currency":"EUR"}"#;
    world
        .say(&[
            ("company-main".into(), "CompanyDefined", company.into()),
            store("centro", "Loja 1"),
            ("store-norte".into(), "StoreDefined", north.into()),
            register("norte", "2", "Caixa 2"),
            register("centro", "1", "Caixa 1"),
            (
                "register-norte-9".into(),
                "RegisterDefined",
                r#"{"store_id":"norte","register_no":"9"}"#.into(),
            ),
        ])
        .await?;
    twice(&world).await?;
    let read = &world.projections;
    let (company, position) = read.company(&"main".parse()?, Freshness::ANY).await?;
    let company = company.unwrap();
    assert_eq!((company.company_id.as_str(), position.get()), ("main", 6));
    assert_eq!(
        (company.name.as_str(), company.currency.as_str()),
        ("Padaria Sol", "USD")
    );
    assert_eq!(
        company.cnpj.map(|cnpj| cnpj.to_string()).as_deref(),
        Some("12ABC34501DE35")
    );

    let store = read.store(&"norte".parse()?, Freshness::ANY).await?.0.unwrap();
    assert_eq!((store.store_id.as_str(), store.name.as_str()), ("norte", "Norte"));
    assert_eq!(
        store.cnpj.map(|cnpj| cnpj.to_string()).as_deref(),
        Some("11222333000181")
    );
    assert_eq!(
        (
            store.time_zone.to_string().as_str(),
            store.day_cutover.to_string().as_str()
        ),
        ("America/Manaus", "05:30:00")
    );
    assert_eq!(store.currency.as_str(), "EUR");
    assert_eq!(read.store(&"sul".parse()?, Freshness::ANY).await?.0, None);

    let register = read
        .register(&"norte".parse()?, &"2".parse()?, Freshness::ANY)
        .await?
        .0
        .unwrap();
    assert_eq!(
        (
            register.store_id.as_str(),
            register.register_no.as_str(),
            register.name.as_deref()
        ),
        ("norte", "2", Some("Caixa 2"))
    );
    let elsewhere = read
        .register(&"centro".parse()?, &"2".parse()?, Freshness::ANY)
        .await?;
    assert_eq!(elsewhere.0, None);
    Ok(())
}

#[tokio::test]
async fn places_are_listed_by_store_and_page() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            store("norte", "Norte"),
            store("centro", "Centro"),
            store("sul", "Sul"),
            register("sul", "1", "a"),
            register("centro", "2", "b"),
            register("centro", "1", "c"),
            register("norte", "1", "d"),
        ])
        .await?;
    world.catch_up().await?;
    let (centro, sul): (StoreId, StoreId) = ("centro".parse()?, "sul".parse()?);
    let read = &world.projections;
    for (stores, expected) in [
        (None, "centro norte | sul"),
        (Some(&[sul.clone(), centro.clone()][..]), "centro sul"),
        (Some(&[]), ""),
    ] {
        let (mut request, mut pages) = (Some(PageRequest::first(2)), Vec::new());
        while let Some(asked) = request {
            let page = read.list_stores(stores, &asked, Freshness::ANY).await?;
            let ids = page.rows.iter().map(|store| store.store_id.to_string());
            pages.push(ids.collect::<Vec<_>>().join(" "));
            request = asked.following(&page);
        }
        assert_eq!(pages.join(" | "), expected);
    }
    for (stores, expected) in [
        (None, "centro/1 centro/2 | norte/1 sul/1"),
        (Some(&[centro][..]), "centro/1 centro/2"),
    ] {
        let (mut request, mut pages) = (Some(PageRequest::first(2)), Vec::new());
        while let Some(asked) = request {
            let page = read.list_registers(stores, &asked, Freshness::ANY).await?;
            let ids = page
                .rows
                .iter()
                .map(|r| format!("{}/{}", r.store_id, r.register_no));
            pages.push(ids.collect::<Vec<_>>().join(" "));
            request = asked.following(&page);
        }
        assert_eq!(pages.join(" | "), expected);
    }
    Ok(())
}
