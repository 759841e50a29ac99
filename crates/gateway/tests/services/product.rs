//! `ProductService` on a real socket: every kind of answer.

use crate::shop::{COMPANY, Shop, fields, refused, value};
use posars_gateway::proto::inventory::v1::{
    ChangeProductRequest, DefineProductRequest, GetProductRequest, ListProductsRequest, Product,
    RetireProductRequest,
};
use prost_types::FieldMask;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;
use uuid::Uuid;

fn cheese() -> DefineProductRequest {
    DefineProductRequest {
        parent: COMPANY.into(),
        sku: "queijo/minas".into(),
        display_name: "Queijo minas".into(),
        gtin: "7891000100103".into(),
        ncm: "0406.10.10".into(),
        unit: "KG".into(),
        decimals: 3,
        ..Default::default()
    }
}

/// A slash in a SKU is written with a percent code in names.
const CHEESE: &str = "companies/acme/products/queijo%2Fminas";

fn change(product: Product, paths: &[&str]) -> ChangeProductRequest {
    ChangeProductRequest {
        product: Some(Product {
            name: CHEESE.into(),
            ..product
        }),
        update_mask: Some(FieldMask {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        }),
        ..Default::default()
    }
}

#[tokio::test]
async fn defines_a_product_once() {
    let shop = Shop::empty().await;
    let mut products = shop.products();
    let told = products
        .define_product(cheese())
        .await
        .unwrap()
        .into_inner()
        .product
        .unwrap();
    assert_eq!(
        (told.name.as_str(), told.ncm.as_str(), told.decimals),
        (CHEESE, "04061010", 3)
    );
    assert!(told.tracked && !told.retired);

    let again = products.define_product(cheese()).await.unwrap().into_inner();
    assert!(again.recorded.unwrap().replayed);
    assert_eq!(again.product.unwrap(), told);

    let other = DefineProductRequest {
        display_name: "Queijo prato".into(),
        ..cheese()
    };
    let details = refused(
        products.define_product(other).await,
        Code::AlreadyExists,
        "SKU_EXISTS",
    );
    assert_eq!(value(&details, "sku"), "queijo/minas");
    let same_gtin = DefineProductRequest {
        sku: "queijo2".into(),
        ..cheese()
    };
    refused(
        products.define_product(same_gtin).await,
        Code::AlreadyExists,
        "GTIN_IN_USE",
    );
}

#[tokio::test]
async fn a_wrong_product_is_told_all_that_is_wrong() {
    let shop = Shop::empty().await;
    let wrong = DefineProductRequest {
        sku: "dois queijos".into(),
        display_name: String::new(),
        gtin: "7891000100104".into(),
        ncm: "406".into(),
        decimals: 300,
        ..cheese()
    };
    let answer = shop.products().define_product(wrong).await;
    let details = refused(answer, Code::InvalidArgument, "INVALID_REQUEST");
    assert_eq!(
        fields(&details),
        ["sku", "display_name", "gtin", "ncm", "decimals"]
    );
    let wrong = DefineProductRequest {
        gtin: "7891000100104".into(),
        ..cheese()
    };
    refused(
        shop.products().define_product(wrong).await,
        Code::InvalidArgument,
        "GTIN_INVALID",
    );
    let wrong = DefineProductRequest {
        decimals: 5,
        ..cheese()
    };
    let details = refused(
        shop.products().define_product(wrong).await,
        Code::InvalidArgument,
        "UNIT_DECIMALS",
    );
    assert_eq!(fields(&details), ["decimals"]);
}

#[tokio::test]
async fn changes_what_the_mask_names_and_nothing_else() {
    let shop = Shop::empty().await;
    let mut products = shop.products();
    products.define_product(cheese()).await.unwrap();
    let renamed = Product {
        display_name: "Queijo minas frescal".into(),
        unit: "UN".into(),
        ..Default::default()
    };
    let request = change(renamed, &["display_name", "gtin"]);
    let answer = products
        .change_product(request.clone())
        .await
        .unwrap()
        .into_inner();
    let told = answer.product.unwrap();
    assert_eq!(
        (told.display_name.as_str(), told.gtin.as_str()),
        ("Queijo minas frescal", "")
    );
    assert_eq!(
        (told.unit.as_str(), told.ncm.as_str(), told.decimals),
        ("KG", "04061010", 3)
    );
    assert_eq!(answer.recorded.unwrap().etag, "2");

    let again = products.change_product(request).await.unwrap().into_inner();
    assert_eq!(
        again.product.unwrap(),
        told,
        "nothing left to change answers with the product"
    );
    assert_eq!(again.recorded.unwrap().etag, "2");
}

async fn patch(shop: &Shop, path: &str, body: &str) -> (u16, Value) {
    send(shop, "PATCH", path, body).await
}

/// Sends a body to a path of the gateway; the status and the body of the answer.
async fn send(shop: &Shop, method: &str, path: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(shop.address).await.unwrap();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nhost: posars\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn a_patch_with_the_name_in_its_body_changes_the_rest() {
    let shop = Shop::empty().await;
    shop.products().define_product(cheese()).await.unwrap();
    let path = format!("/v1/{CHEESE}");
    let body = json!({ "name": CHEESE, "displayName": "Queijo minas frescal", "gtin": "" });
    let (status, answer) = patch(&shop, &path, &body.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    let product = &answer["product"];
    assert_eq!(
        (&product["name"], &product["displayName"], &product["ncm"]),
        (&json!(CHEESE), &json!("Queijo minas frescal"), &json!("04061010")),
        "{answer}"
    );
    assert_eq!(
        product["gtin"].as_str().unwrap_or_default(),
        "",
        "what is empty in the body is cleared"
    );
    assert_eq!(answer["recorded"]["etag"], "2", "{answer}");

    // The name alone names no change.
    let (status, answer) = patch(&shop, &path, &json!({ "name": CHEESE }).to_string()).await;
    assert_eq!(status, 400, "{answer}");
    assert!(answer.to_string().contains("update_mask"), "{answer}");
}

#[tokio::test]
async fn a_wrong_change_is_told_where() {
    let shop = Shop::empty().await;
    let mut products = shop.products();
    products.define_product(cheese()).await.unwrap();
    let details = refused(
        products.change_product(change(Product::default(), &[])).await,
        Code::InvalidArgument,
        "FIELD_REQUIRED",
    );
    assert_eq!(fields(&details), ["update_mask"]);
    let wrong = Product {
        ncm: "1".into(),
        ..Default::default()
    };
    let answer = products
        .change_product(change(wrong, &["sku", "ncm", "display_name"]))
        .await;
    let details = refused(answer, Code::InvalidArgument, "INVALID_REQUEST");
    assert_eq!(
        fields(&details),
        ["product.sku", "product.ncm", "product.display_name"]
    );
    let long = Product {
        display_name: "x".repeat(201),
        ..Default::default()
    };
    let answer = products.change_product(change(long, &["display_name"])).await;
    let details = refused(answer, Code::InvalidArgument, "TEXT_TOO_LONG");
    assert_eq!(fields(&details), ["product.display_name"]);
    let mut unknown = change(
        Product {
            unit: "UN".into(),
            ..Default::default()
        },
        &["unit"],
    );
    unknown.product.as_mut().unwrap().name = "companies/acme/products/nada".into();
    refused(
        products.change_product(unknown).await,
        Code::NotFound,
        "PRODUCT_UNKNOWN",
    );
}

#[tokio::test]
async fn a_retired_product_stays_known_and_cannot_change() {
    let shop = Shop::empty().await;
    let mut products = shop.products();
    products.define_product(cheese()).await.unwrap();
    let retire = RetireProductRequest {
        name: CHEESE.into(),
        reason: "fora de linha".into(),
        ..Default::default()
    };

    let dry = RetireProductRequest {
        validate_only: true,
        ..retire.clone()
    };
    let answer = products.retire_product(dry).await.unwrap().into_inner();
    assert_eq!(answer.recorded.unwrap().preview[0].event_type, "ProductRetired");

    let keyed = RetireProductRequest {
        request_id: Uuid::now_v7().to_string(),
        ..retire
    };
    let first = products.retire_product(keyed.clone()).await.unwrap().into_inner();
    let told = first.product.unwrap();
    assert_eq!((told.retired, told.display_name.as_str()), (true, "Queijo minas"));
    let again = products
        .retire_product(keyed)
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap();
    assert!(again.replayed);
    assert_eq!(again.position, first.recorded.unwrap().position);

    let answer = products
        .change_product(change(Product::default(), &["gtin"]))
        .await;
    refused(answer, Code::FailedPrecondition, "PRODUCT_RETIRED");
}

/// The product once the read model has the position.
async fn read(shop: &Shop, min_position: u64) -> Product {
    let request = GetProductRequest {
        name: CHEESE.into(),
        min_position,
    };
    let answer = shop.products().get_product(request).await.unwrap().into_inner();
    assert!(answer.position >= min_position);
    answer.product.unwrap()
}

#[tokio::test]
async fn a_product_that_was_read_is_sent_back_whole() {
    let shop = Shop::empty().await;
    let _work = shop.work();
    let mut products = shop.products();
    let defined = products.define_product(cheese()).await.unwrap().into_inner();
    let position = defined.recorded.unwrap().position;
    let was = read(&shop, position).await;
    assert_eq!(Some(&was), defined.product.as_ref());

    // As it is, over gRPC: every field of the message in the mask, and nothing changes.
    let every = [
        "name",
        "sku",
        "display_name",
        "gtin",
        "ncm",
        "unit",
        "decimals",
        "tracked",
        "retired",
    ];
    let answer = products
        .change_product(change(was.clone(), &every))
        .await
        .unwrap();
    let recorded = answer.into_inner().recorded.unwrap();
    assert_eq!((recorded.position, recorded.etag.as_str()), (position, "1"));

    // Modified, with the mask for everything.
    let renamed = Product {
        display_name: "Queijo prato".into(),
        gtin: String::new(),
        decimals: 2,
        ..was
    };
    let answer = products
        .change_product(change(renamed.clone(), &["*"]))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.product.as_ref(), Some(&renamed));
    let position = answer.recorded.unwrap().position;
    assert_eq!(read(&shop, position).await, renamed);

    // Over REST: what GET answered goes into PATCH, with one value changed.
    let path = format!("/v1/{CHEESE}");
    let (status, got) = send(&shop, "GET", &format!("{path}?minPosition={position}"), "").await;
    assert_eq!(status, 200, "{got}");
    let mut body = got["product"].clone();
    assert_eq!(body["sku"], "queijo/minas");
    body["unit"] = json!("UN");
    body["tracked"] = json!(false);
    let (status, told) = patch(&shop, &path, &body.to_string()).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(told["product"], body);
    assert_eq!(told["recorded"]["etag"], "3", "{told}");
    let position = told["recorded"]["position"].as_str().unwrap();
    let (_, got) = send(&shop, "GET", &format!("{path}?minPosition={position}"), "").await;
    assert_eq!(got["product"], body);
}

#[tokio::test]
async fn what_a_change_cannot_change_must_be_as_it_is() {
    let shop = Shop::empty().await;
    let mut products = shop.products();
    products.define_product(cheese()).await.unwrap();
    let other = Product {
        sku: "queijo/prato".into(),
        retired: true,
        ..Default::default()
    };
    let answer = products.change_product(change(other, &["sku", "retired"])).await;
    let details = refused(answer, Code::InvalidArgument, "FIELD_INVALID");
    assert_eq!(fields(&details), ["product.sku", "product.retired"]);
}

/// A retired cheese and a coffee; answers with the position after them.
async fn two_products(shop: &Shop) -> u64 {
    let mut products = shop.products();
    products.define_product(cheese()).await.unwrap();
    let coffee = DefineProductRequest {
        sku: "CAFE-500".into(),
        display_name: "Café Pilão 500 g".into(),
        gtin: "036000291452".into(),
        ncm: "0901.21.00".into(),
        unit: "PCT".into(),
        tracked: Some(false),
        parent: COMPANY.into(),
        ..Default::default()
    };
    products.define_product(coffee).await.unwrap();
    let retire = RetireProductRequest {
        name: CHEESE.into(),
        ..Default::default()
    };
    let answer = products.retire_product(retire).await.unwrap().into_inner();
    answer.recorded.unwrap().position
}

/// The SKUs of a page, and the token of the next one.
async fn found(shop: &Shop, request: ListProductsRequest) -> (String, String) {
    let answer = shop.products().list_products(request).await.unwrap().into_inner();
    let skus = answer.products.iter().map(|product| product.sku.clone());
    (skus.collect::<Vec<_>>().join(" "), answer.next_page_token)
}

#[tokio::test]
async fn products_are_listed_by_what_is_asked_for() {
    let shop = Shop::empty().await;
    let _work = shop.work();
    let min_position = two_products(&shop).await;
    assert!(read(&shop, min_position).await.retired);
    for (text, gtin, ncm, retired, expected) in [
        ("", "", "", None, "CAFE-500 queijo/minas"),
        ("MINAS queijo", "", "", None, "queijo/minas"),
        ("pilao", "", "", None, "CAFE-500"),
        ("", "0036000291452", "", None, "CAFE-500"),
        ("", "", "04061010", None, "queijo/minas"),
        ("", "", "", Some(true), "queijo/minas"),
        ("", "", "", Some(false), "CAFE-500"),
        ("pilao", "", "", Some(true), ""),
    ] {
        let request = ListProductsRequest {
            parent: COMPANY.into(),
            min_position,
            text: text.into(),
            gtin: gtin.into(),
            ncm: ncm.into(),
            retired,
            ..Default::default()
        };
        let (skus, next) = found(&shop, request.clone()).await;
        assert_eq!((skus.as_str(), next.as_str()), (expected, ""), "{request:?}");
    }
    let path = format!("/v1/{COMPANY}/products?text=caf%C3%A9&retired=false&minPosition={min_position}");
    let (status, answer) = send(&shop, "GET", &path, "").await;
    assert_eq!(
        (status, &answer["products"][0]["sku"]),
        (200, &json!("CAFE-500")),
        "{answer}"
    );
    assert_eq!(answer["products"].as_array().unwrap().len(), 1, "{answer}");
}

#[tokio::test]
async fn products_come_page_by_page() {
    let shop = Shop::empty().await;
    let _work = shop.work();
    let first = ListProductsRequest {
        parent: COMPANY.into(),
        min_position: two_products(&shop).await,
        page_size: 1,
        ..Default::default()
    };
    let (skus, page_token) = found(&shop, first.clone()).await;
    assert_eq!(skus, "CAFE-500");
    let next = ListProductsRequest {
        page_token: page_token.clone(),
        ..first.clone()
    };
    assert_eq!(
        found(&shop, next).await,
        ("queijo/minas".to_owned(), String::new())
    );
    let other = ListProductsRequest {
        page_token,
        retired: Some(false),
        ..first
    };
    refused(
        shop.products().list_products(other).await,
        Code::InvalidArgument,
        "PAGE_TOKEN_INVALID",
    );
}

#[tokio::test]
async fn a_wrong_look_into_the_catalogue_is_told_where() {
    let shop = Shop::empty().await;
    let wrong = ListProductsRequest {
        parent: COMPANY.into(),
        text: "x".repeat(201),
        gtin: "7891000100104".into(),
        ncm: "1".into(),
        page_size: 1001,
        ..Default::default()
    };
    let answer = shop.products().list_products(wrong).await;
    let details = refused(answer, Code::InvalidArgument, "INVALID_REQUEST");
    assert_eq!(fields(&details), ["page_size", "text", "gtin", "ncm"]);
    let wrong = ListProductsRequest {
        parent: COMPANY.into(),
        text: "a\0b".into(),
        ..Default::default()
    };
    let answer = shop.products().list_products(wrong).await;
    assert_eq!(
        fields(&refused(answer, Code::InvalidArgument, "FIELD_INVALID")),
        ["text"]
    );
    let unknown = GetProductRequest {
        name: "companies/acme/products/nada".into(),
        ..Default::default()
    };
    let details = refused(
        shop.products().get_product(unknown).await,
        Code::NotFound,
        "PRODUCT_NOT_FOUND",
    );
    assert_eq!(value(&details, "name"), "companies/acme/products/nada");
}
