//! As `pins`, of the commands of the chart, the posting rules and the terms.

use posars_domain::chart::{
    AssignAccountRole, ChangeAccount, ChangeCostCenter, DefineAccount, DefineCostCenter, RetireAccount,
    RetireCostCenter,
};
use posars_domain::company::DefineCompany;
use posars_domain::posting_rules::{DefinePostingRule, PostedEvent, PostingPart};
use posars_domain::product::Edit;
use posars_domain::terms::{DefineReceiptTerms, DefineSupplierTerms, ReceiptTerms, SupplierTerms};
use posars_domain::{AccountRole, AccountType, Command, Currency, PaymentMethod, Side};
use uuid::Uuid;

use crate::pins::keys_of;
use crate::shop::{Shop, api, asked_as, v};

/// Each command's key, its fingerprint and the type of its first event.
const KEYS: &str = "\
00000000-0000-4000-8000-000000000001 77f5d312c8e35620ad742ab8ebfede5ee4a2507b8377b824d3e99bd0537f8dfc AccountDefined
00000000-0000-4000-8000-000000000002 8824e0e32282db79e065b207c7e908b905f80d1569279544ffecf26841da6596 AccountChanged
00000000-0000-4000-8000-000000000003 7e4c10518a90712293da34ecf31b97b6d51e804548f4de1865d3b9c8ffab3813 AccountRoleAssigned
00000000-0000-4000-8000-000000000004 dab9cc0fcbe4f9e142f976c18a133dbe38fe0efa23d1bf534450a237be87516b AccountRetired
00000000-0000-4000-8000-000000000005 6c7fb4a42e6033cd63483eb74fbafa5345dd73382eaf353c6d5089296f59306a CostCenterDefined
00000000-0000-4000-8000-000000000006 3329d142fa1bff1839335917efc1dcf31c97258277686c2f7c201d9626bc22e7 CostCenterChanged
00000000-0000-4000-8000-000000000007 f41ad2cb95fb4236feae0820cf8b7c28be541ed2f86c9d0ef8a0009431837de6 CostCenterRetired
00000000-0000-4000-8000-000000000008 a8bfdb33daec5e21ac366a63ea02d757240032d6bc64f5f5c16adfa68515a10c PostingRuleDefined
00000000-0000-4000-8000-000000000009 0984988ae266ce3fe320e3267373ab3af9909ddf41a20dc44bd0a4a7b093ee61 ReceiptTermsDefined
00000000-0000-4000-8000-00000000000a dd6a9165736b233ae6a1eb2331c9d51f72e045b1000eed31e47a0cee9f4247b2 SupplierTermsDefined
";

fn request(number: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + number)
}

async fn keyed(shop: &Shop, number: u128, command: impl Command) -> anyhow::Result<()> {
    shop.commands
        .carry_out(&command, &asked_as(request(number)))
        .await?;
    Ok(())
}

async fn chart(shop: &Shop) -> anyhow::Result<()> {
    let define = DefineAccount {
        code: v("1.1.01.900"),
        name: "Caixa da feira".to_owned(),
        account_type: AccountType::Asset,
        nature: Some(Side::Debit),
        parent: Some(v("1.1.01")),
        postable: true,
        liquid: true,
    };
    keyed(shop, 1, define).await?;
    let change = ChangeAccount {
        code: v("1.1.01.900"),
        name: Some("Caixa do quiosque".to_owned()),
        parent: Edit::Set(v("1.1")),
        liquid: Some(true),
        account_type: Some(AccountType::Asset),
        nature: Some(Side::Debit),
        postable: Some(true),
    };
    keyed(shop, 2, change).await?;
    let assign = AssignAccountRole {
        role: AccountRole::CASH,
        store_id: Some(v("centro")),
        code: v("1.1.01.003"),
    };
    keyed(shop, 3, assign).await?;
    keyed(
        shop,
        4,
        RetireAccount {
            code: v("1.1.01.900"),
        },
    )
    .await?;
    let cost_center_id = v("feira");
    let name = "Feira".to_owned();
    keyed(shop, 5, DefineCostCenter { cost_center_id, name }).await?;
    let cost_center_id = v("feira");
    let name = "Feira livre".to_owned();
    keyed(shop, 6, ChangeCostCenter { cost_center_id, name }).await?;
    let cost_center_id = v("feira");
    keyed(shop, 7, RetireCostCenter { cost_center_id }).await
}

async fn rules_and_terms(shop: &Shop) -> anyhow::Result<()> {
    let rule = DefinePostingRule {
        event: PostedEvent::SaleRecorded,
        part: PostingPart::Payment,
        qualifier: Some("pix".to_owned()),
        role: AccountRole::BANK,
        valid_from: v("2026-12-01"),
    };
    keyed(shop, 8, rule).await?;
    let terms = ReceiptTerms {
        method: PaymentMethod::CREDIT_CARD,
        acquirer_cnpj: Some(v("11222333000181")),
        brand: Some("Visa".to_owned()),
        installments_from: 2,
        installments_to: 6,
        fee_ppm: 29_900,
        first_days: 30,
        every_days: 31,
        valid_from: v("2026-12-01"),
    };
    keyed(shop, 9, DefineReceiptTerms { terms }).await?;
    let terms = SupplierTerms {
        supplier: Some("Torrefação".to_owned()),
        due_days: vec![28, 35],
        valid_from: v("2026-12-01"),
    };
    keyed(shop, 10, DefineSupplierTerms { terms }).await
}

#[tokio::test]
async fn the_commands_of_the_chart_keep_their_keys_and_their_fingerprints() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let company = DefineCompany {
        company_id: v("main"),
        name: "Loja".to_owned(),
        cnpj: None,
        currency: Currency::BRL,
    };
    shop.commands.carry_out(&company, &api()).await?;
    chart(&shop).await?;
    rules_and_terms(&shop).await?;
    assert_eq!(keys_of(&shop).await?, KEYS);
    Ok(())
}
