//! `SalesReportService` and the list of sales on a real socket.

use crate::shop::{COMPANY, Shop, brl, date, decimal, fields, occurred_at, refused, sale, store};
use posars_gateway::proto::reporting::v1::ListDailySalesRequest;
use posars_gateway::proto::sales::v1::{ListSalesRequest, SaleState, VoidSaleRequest};
use tonic::Code;
use uuid::Uuid;

fn november(min_position: u64) -> ListDailySalesRequest {
    ListDailySalesRequest {
        parent: COMPANY.into(),
        start_date: date(2026, 11, 1),
        end_date: date(2026, 11, 30),
        min_position,
        ..Default::default()
    }
}

async fn sell(shop: &Shop, store_id: &str, hours_later: i64) -> u64 {
    let mut request = sale(Uuid::now_v7());
    request.store_id = store_id.into();
    request.occur_time.as_mut().unwrap().seconds -= 24 * 3600;
    request.occur_time.as_mut().unwrap().seconds += hours_later * 3600;
    shop.sales()
        .record_sale(request)
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap()
        .position
}

#[tokio::test]
async fn a_days_methods_add_up_to_the_day() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let sale_id = Uuid::now_v7();
    shop.sales().record_sale(sale(sale_id)).await.unwrap();
    sell(&shop, "sp01", 24).await;
    let void = VoidSaleRequest {
        name: format!("{COMPANY}/sales/{sale_id}"),
        occur_time: occurred_at(),
        reason: "erro".into(),
        ..Default::default()
    };
    let position = shop
        .sales()
        .void_sale(void)
        .await
        .unwrap()
        .into_inner()
        .recorded
        .unwrap()
        .position;

    let answer = shop
        .reports()
        .list_daily_sales(november(position))
        .await
        .unwrap()
        .into_inner();
    assert!(answer.position >= position);
    let [day] = answer.daily_sales.as_slice() else {
        panic!("{answer:?}")
    };
    assert_eq!(
        (day.store_name.as_str(), day.business_date),
        ("Loja da Sé", date(2026, 11, 22))
    );
    let figures = day.figures.clone().unwrap();
    assert_eq!(
        (figures.sale_count, figures.payment_count, figures.void_count),
        (2, 4, 1)
    );
    assert_eq!(figures.quantity, decimal("4.7"));
    assert_eq!(
        (figures.gross_total, figures.discount_total),
        (brl(12160), brl(600))
    );
    assert_eq!(
        (figures.total, figures.void_total, figures.net_total),
        (brl(11560), brl(5780), brl(5780))
    );
    let methods: Vec<_> = day
        .methods
        .iter()
        .map(|method| (method.method.as_str(), method.figures.clone().unwrap().total))
        .collect();
    assert_eq!(methods, [("cash", brl(9560)), ("pix", brl(2000))]);
}

#[tokio::test]
async fn pages_hold_whole_days_of_a_store() {
    let shop = Shop::open().await;
    let _work = shop.work();
    shop.companies().define_store(store("rj02")).await.unwrap();
    for (store_id, hours_later) in [("sp01", 0), ("rj02", 0), ("sp01", 24)] {
        sell(&shop, store_id, hours_later).await;
    }
    let position = sell(&shop, "sp01", 1).await;
    let mut request = november(position);
    request.page_size = 1;
    let mut days = Vec::new();
    loop {
        let page = shop
            .reports()
            .list_daily_sales(request.clone())
            .await
            .unwrap()
            .into_inner();
        assert_eq!(page.daily_sales.len(), 1);
        days.extend(
            page.daily_sales
                .into_iter()
                .map(|day| (day.business_date.unwrap().day, day.store_id)),
        );
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let expected = [(21, "rj02"), (21, "sp01"), (22, "sp01")];
    assert_eq!(days, expected.map(|(day, store_id)| (day, store_id.to_owned())));

    let mut one_store = november(position);
    one_store.store_id = "rj02".into();
    let answer = shop
        .reports()
        .list_daily_sales(one_store)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.daily_sales.len(), 1);
}

#[tokio::test]
async fn a_wrong_period_is_refused() {
    let shop = Shop::open().await;
    let mut request = november(0);
    request.start_date = None;
    request.end_date = date(2026, 2, 29);
    request.store_id = "SP".into();
    let details = refused(
        shop.reports().list_daily_sales(request).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(fields(&details), ["store_id", "start_date", "end_date"]);
    let mut request = november(0);
    request.end_date = date(2026, 10, 31);
    let details = refused(
        shop.reports().list_daily_sales(request).await,
        Code::InvalidArgument,
        "DATE_RANGE_INVALID",
    );
    assert_eq!(fields(&details), ["end_date"]);
}

#[tokio::test]
async fn pages_of_sales_are_those_of_the_first_pages_moment() {
    let shop = Shop::open().await;
    let _work = shop.work();
    sell(&shop, "sp01", 0).await;
    sell(&shop, "sp01", 1).await;
    let position = sell(&shop, "sp01", 24).await;
    let list = ListSalesRequest {
        parent: COMPANY.into(),
        page_size: 2,
        min_position: position,
        start_date: date(2026, 11, 21),
        ..Default::default()
    };
    let first = shop.sales().list_sales(list.clone()).await.unwrap().into_inner();
    assert_eq!(first.sales.len(), 2);
    let told = &first.sales[0];
    assert_eq!(
        (told.state(), told.line_count, told.main_method.as_str()),
        (SaleState::Recorded, 2, "cash")
    );
    assert_eq!(
        (told.total.clone(), told.business_date, told.local_hour),
        (brl(5780), date(2026, 11, 21), 12)
    );

    let later = sell(&shop, "sp01", 25).await;
    let mut request = ListSalesRequest {
        page_token: first.next_page_token,
        min_position: later,
        ..list.clone()
    };
    let second = shop
        .sales()
        .list_sales(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (second.sales.len(), second.next_page_token.as_str()),
        (1, ""),
        "the fourth sale came later"
    );
    request.page_token = String::new();
    request.page_size = 0;
    let all = shop.sales().list_sales(request).await.unwrap().into_inner();
    assert_eq!(all.sales.len(), 4);
}
