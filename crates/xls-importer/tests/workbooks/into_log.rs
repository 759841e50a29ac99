//! Sheets into a real log: twice is once, a corrected file adds what was missing, other content is refused.

use std::cell::Cell;
use std::sync::Arc;

use posars_commands::{Actor, Commands};
use posars_domain::{Amount, Quantity};
use posars_event_store::{
    Direction, EventStore, Log, LogName, Position, ReadLog, RecordedEvent, StoreConfig,
};
use posars_keyring::{Keyring, MasterKey, MemoryMasterKey};
use posars_testkit::TestDatabase;
use posars_xls_importer::{
    Finding, ImportOutcome, ImportProgress, ImportSettings, ImportState, Importer, Language, MappingChoice,
    ParserCommand, ReadOptions, Workbook, find_header,
};

use crate::fixture::{options, read, workbook};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("into_log::the_same_sales_twice_change_nothing", || {
        run(the_same_sales_twice)
    }),
    ("into_log::a_corrected_file_adds_only_what_was_refused", || {
        run(a_corrected_file)
    }),
    ("into_log::the_same_receipt_with_other_content_is_refused", || {
        run(other_content)
    }),
    ("into_log::an_unknown_store_is_refused_unless_defined", || {
        run(an_unknown_store)
    }),
    ("into_log::a_dry_run_decides_and_writes_nothing", || {
        run(a_dry_run)
    }),
    ("into_log::rules_of_the_domain_name_the_row", || {
        run(rules_of_the_domain)
    }),
    ("into_log::a_sheet_in_another_currency_is_refused", || {
        run(another_currency)
    }),
    ("into_log::an_undated_count_is_taken_in_once", || {
        run(an_undated_count)
    }),
    ("into_log::a_count_is_not_added_to_what_is_there", || run(a_count)),
    ("into_log::a_count_goes_on_where_it_stopped", || {
        run(a_count_goes_on)
    }),
    ("into_log::a_product_first_sold_by_weight_has_its_unit", || {
        run(sold_by_weight)
    }),
    ("into_log::a_catalogue_says_what_it_does_not_record", || {
        run(not_recorded)
    }),
    ("into_log::a_catalogue_defines_products", || run(a_catalogue)),
    (
        "into_log::rows_without_a_receipt_are_not_taken_from_a_workbook_of_refused_rows",
        || run(refused_rows_sent_back),
    ),
    ("into_log::a_dry_run_of_goods_says_what_the_import_says", || {
        run(goods_of_a_dry_run)
    }),
    ("into_log::a_database_that_is_away_interrupts", || {
        run(a_database_away)
    }),
    ("into_log::a_real_year_of_sales", || {
        match std::env::var_os("POSARS_SAMPLE_DATA") {
            Some(_) => run(a_real_year),
            None => Err(Skipped("POSARS_SAMPLE_DATA is not set".to_owned())),
        }
    }),
];

/// One case's world: a log of its own.
pub(crate) struct World {
    importer: Importer,
    pub(crate) commands: Commands,
    log: Log,
    pub(crate) store: EventStore,
    /// Goes away when it is dropped.
    _database: TestDatabase,
}

pub(crate) fn run<F: Future<Output = anyhow::Result<()>>>(case: fn(World) -> F) -> Result<(), Skipped> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(async {
            let database = TestDatabase::create().await?;
            let store = EventStore::connect(StoreConfig::new(database.url())).await?;
            let log = store.log(&LogName::parse("main")?).await?;
            let master_key: Arc<dyn MasterKey> = Arc::new(MemoryMasterKey::default());
            let keyring = Keyring::new(log.clone(), Some(master_key));
            let commands = Commands::new(log.clone()).with_keyring(keyring);
            case(World {
                importer: Importer::new(commands.clone()),
                commands,
                log,
                store,
                _database: database,
            })
            .await
        })
        .unwrap();
    Ok(())
}

impl World {
    pub(crate) async fn import(
        &self,
        bytes: &[u8],
        settings: &ImportSettings,
    ) -> anyhow::Result<ImportOutcome> {
        let workbook = tokio::task::block_in_place(|| read(bytes))?;
        self.import_workbook(&workbook, settings).await
    }

    async fn import_workbook(
        &self,
        workbook: &Workbook,
        settings: &ImportSettings,
    ) -> anyhow::Result<ImportOutcome> {
        let header = find_header(&workbook.sheet, &MappingChoice::default())?;
        let told = Cell::new(None);
        let outcome = self
            .importer
            .import(workbook, &header, settings, |progress| told.set(Some(progress)))
            .await?;
        let rows = outcome.tally.records;
        let reached = ImportProgress {
            rows_done: rows,
            rows,
        };
        let has_ended = outcome.state != ImportState::Interrupted;
        assert_eq!(told.get() == Some(reached), has_ended, "{:?}", told.get());
        Ok(outcome)
    }

    pub(crate) async fn head(&self) -> anyhow::Result<Position> {
        Ok(self.log.head().await?.position)
    }

    /// What the events of a type say, in order.
    pub(crate) async fn data_of(&self, event_type: &str) -> anyhow::Result<Vec<serde_json::Value>> {
        let events = self.log.read_log(&WHOLE_LOG).await?.events.into_iter();
        events
            .filter(|event| event.event_type.as_str() == event_type)
            .map(|event| Ok(serde_json::from_str(&event.data)?))
            .collect()
    }

    /// Types of all events, in order.
    async fn events(&self) -> anyhow::Result<Vec<String>> {
        let events = self.recorded().await?.into_iter();
        Ok(events.map(|event| event.event_type.to_string()).collect())
    }

    /// All events, in order.
    pub(crate) async fn recorded(&self) -> anyhow::Result<Vec<RecordedEvent>> {
        Ok(self.log.read_log(&WHOLE_LOG).await?.events)
    }
}

const WHOLE_LOG: ReadLog = ReadLog {
    after: Position::START,
    direction: Direction::Forwards,
    categories: Vec::new(),
    limit: 1_000,
    up_to: None,
};

pub(crate) fn settings() -> ImportSettings {
    ImportSettings {
        read: ReadOptions {
            store: Some("Centro".to_owned()),
            ..options()
        },
        define_missing: true,
        dry_run: false,
        actor: Actor {
            subject: "test".into(),
            client: None,
        },
        received_at: "2026-01-01T12:00:00Z".parse().unwrap(),
    }
}

const TITLES: &[&str] = &["Venda", "Data", "Produto", "Qtd", "Preço", "Total"];
const FIRST: &[&str] = &["#1", "30/12/2025", "Camisa", "#2", "#10.5", "#21"];
const SECOND: &[&str] = &["#2", "31/12/2025", "Meia", "#1.5", "#4", "#6"];
const SECOND_WRONG: &[&str] = &["#2", "31/12/2025", "Meia", "#1.5", "#4", "#7"];
/// Without a receipt in it: known by content, twice.
const LOOSE: &[&str] = &["", "31/12/2025", "Meia", "#1", "#4", "#4"];

pub(crate) fn codes(outcome: &ImportOutcome) -> Vec<(u32, &'static str)> {
    let rows = outcome.refusals.rows().iter();
    rows.flat_map(|refused| {
        refused
            .faults
            .iter()
            .map(|fault| (refused.row, fault.reason.code()))
    })
    .collect()
}

async fn the_same_sales_twice(world: World) -> anyhow::Result<()> {
    let bytes = workbook(&[TITLES, FIRST, SECOND, LOOSE, LOOSE]);
    let first = world.import(&bytes, &settings()).await?;
    assert_eq!(first.state, ImportState::Completed, "{first:?}");
    assert_eq!(
        (
            first.records.accepted,
            first.records.stores_defined,
            first.records.products_defined
        ),
        (4, 1, 2)
    );
    assert_eq!(first.totals.amount, Some(Amount::from_minor(3_500)));
    assert_eq!(
        first.totals.quantity,
        Some(Quantity::from_ten_thousandths(55_000))
    );
    let head = world.head().await?;
    assert_eq!(head.get(), 7, "{:?}", world.events().await?);
    let later = ImportSettings {
        received_at: "2026-01-05T09:00:00Z".parse()?,
        ..settings()
    };
    let again = world.import(&bytes, &later).await?;
    assert_eq!((again.records.accepted, again.records.duplicate), (0, 4));
    assert_eq!(again.duplicate_rows.ranges(), vec![(2, 5)]);
    assert_eq!(again.totals, first.totals);
    assert_eq!(world.head().await?, head);
    Ok(())
}

async fn a_corrected_file(world: World) -> anyhow::Result<()> {
    let first = world
        .import(&workbook(&[TITLES, FIRST, SECOND_WRONG]), &settings())
        .await?;
    assert_eq!(first.state, ImportState::CompletedWithRefusals);
    assert_eq!(codes(&first), [(3, "total_mismatch")]);
    let head = world.head().await?;
    let moved = world
        .import(&workbook(&[TITLES, SECOND, FIRST]), &settings())
        .await?;
    assert_eq!(moved.accepted_rows.ranges(), vec![(2, 2)]);
    assert_eq!(moved.duplicate_rows.ranges(), vec![(3, 3)]);
    assert_eq!(world.head().await?.get(), head.get() + 1);
    Ok(())
}

async fn other_content(world: World) -> anyhow::Result<()> {
    world.import(&workbook(&[TITLES, FIRST]), &settings()).await?;
    let head = world.head().await?;
    let other: &[&str] = &["#1", "30/12/2025", "Camisa", "#3", "#10.5", "#31.5"];
    let outcome = world.import(&workbook(&[TITLES, other]), &settings()).await?;
    assert_eq!(codes(&outcome), [(2, "idempotency_mismatch")]);
    assert_eq!(outcome.records.refused, 1);
    assert_eq!(world.head().await?, head);
    Ok(())
}

async fn an_unknown_store(world: World) -> anyhow::Result<()> {
    let known_only = ImportSettings {
        define_missing: false,
        ..settings()
    };
    let outcome = world.import(&workbook(&[TITLES, FIRST]), &known_only).await?;
    assert_eq!(codes(&outcome), [(2, "rejected")]);
    let detail = &outcome.refusals.rows()[0].faults[0].detail;
    assert!(
        detail.contains("UNKNOWN_STORE") && detail.contains("--define-missing"),
        "{detail}"
    );
    let goods = workbook(&[
        &["Descrição", "Preço Compra", "Qnt Total"],
        &["Vidro A", "#10", "#5"],
    ]);
    let outcome = world.import(&goods, &known_only).await?;
    assert_eq!(codes(&outcome), [(2, "rejected")]);
    assert_eq!(world.head().await?, Position::START);
    Ok(())
}

async fn a_dry_run(world: World) -> anyhow::Result<()> {
    let dry = ImportSettings {
        dry_run: true,
        ..settings()
    };
    let bytes = workbook(&[TITLES, FIRST, SECOND_WRONG]);
    let outcome = world.import(&bytes, &dry).await?;
    assert_eq!(outcome.state, ImportState::DryRun);
    assert_eq!((outcome.records.accepted, outcome.records.stores_defined), (1, 1));
    assert_eq!(codes(&outcome), [(3, "total_mismatch")]);
    assert_eq!(world.head().await?, Position::START);
    let real = world.import(&bytes, &settings()).await?;
    assert_eq!(real.accepted_rows.ranges(), outcome.accepted_rows.ranges());
    assert_eq!(real.totals, outcome.totals);
    Ok(())
}

async fn rules_of_the_domain(world: World) -> anyhow::Result<()> {
    // The day begins after the server's time, so the sale has not happened yet.
    let early = ImportSettings {
        received_at: "2025-12-30T12:00:00Z".parse()?,
        ..settings()
    };
    let outcome = world.import(&workbook(&[TITLES, FIRST, SECOND]), &early).await?;
    assert_eq!(codes(&outcome), [(3, "rejected")]);
    let detail = &outcome.refusals.rows()[0].faults[0].detail;
    assert!(detail.starts_with("OCCURRED_IN_FUTURE"), "{detail}");
    assert_eq!(outcome.records.accepted, 1);
    Ok(())
}

async fn another_currency(world: World) -> anyhow::Result<()> {
    world.import(&workbook(&[TITLES, FIRST]), &settings()).await?;
    let head = world.head().await?;
    let of_a_known_product: &[&str] = &["#2", "31/12/2025", "Camisa", "#1", "#10.5", "#10.5"];
    let mut in_dollars = settings();
    in_dollars.read.currency = "USD".parse()?;
    for dry_run in [true, false] {
        let settings = ImportSettings {
            dry_run,
            ..in_dollars.clone()
        };
        let outcome = world
            .import(&workbook(&[TITLES, of_a_known_product]), &settings)
            .await?;
        assert_eq!(codes(&outcome), [(2, "rejected")]);
        let detail = &outcome.refusals.rows()[0].faults[0].detail;
        assert!(detail.starts_with("CURRENCY_MISMATCH"), "{detail}");
    }
    assert_eq!(world.head().await?, head);
    Ok(())
}

async fn an_undated_count(world: World) -> anyhow::Result<()> {
    let bytes = workbook(&[
        &["Descrição", "Preço Compra", "Qnt Total"],
        &["Vidro A", "#10", "#5"],
        &["Vidro B", "#2.5", "#0"],
        &["Vidro A", "#10", "#5"],
    ]);
    let first = world.import(&bytes, &settings()).await?;
    assert_eq!(
        (first.state, first.records.accepted),
        (ImportState::Completed, 2),
        "{first:?}"
    );
    assert_eq!(
        (first.rows_without_effect.ranges(), first.duplicate_rows.len()),
        (vec![(3, 3)], 0),
        "there is nothing to book, and it was not there before"
    );
    assert_eq!(first.totals.amount, Some(Amount::from_minor(10_000)));
    assert_eq!(
        world
            .events()
            .await?
            .iter()
            .filter(|name| *name == "StockReceived")
            .count(),
        2
    );
    let head = world.head().await?;
    let later = ImportSettings {
        received_at: "2026-01-05T09:00:00Z".parse()?,
        ..settings()
    };
    let again = world.import(&bytes, &later).await?;
    assert_eq!(
        (again.state, again.records.accepted, again.records.duplicate),
        (ImportState::Completed, 0, 2)
    );
    assert_eq!(world.head().await?, head, "whatever the hour of the import");
    Ok(())
}

/// 100 on hand, 75 counted: never 175.
async fn a_count(world: World) -> anyhow::Result<()> {
    const TITLES: &[&str] = &["Código", "Qtd Contada", "Custo", "Data"];
    let a = |counted| ["A", counted, "#2", "02/11/2025"];
    let received = workbook(&[
        &["Código", "Qtd Recebida", "Custo", "Data"],
        &["A", "#100", "#2", "01/11/2025"],
    ]);
    world.import(&received, &settings()).await?;
    let head = world.head().await?;
    for dry_run in [true, false] {
        let settings = ImportSettings {
            dry_run,
            ..settings()
        };
        for counted in ["#75", "#0"] {
            let outcome = world.import(&workbook(&[TITLES, &a(counted)]), &settings).await?;
            assert_eq!(
                codes(&outcome),
                [(2, "stock_has_history")],
                "{counted}, dry run: {dry_run}"
            );
            assert_eq!((outcome.records.accepted, outcome.records.refused), (0, 1));
            assert_eq!(outcome.totals.amount, Some(Amount::ZERO));
        }
    }
    assert_eq!(world.head().await?, head);
    // Where the stock has not moved, it is the opening stock: beside the one that has, in another store, once.
    let mixed = workbook(&[TITLES, &a("#75"), &["B", "#75", "#2", "02/11/2025"]]);
    let outcome = world.import(&mixed, &settings()).await?;
    assert_eq!(codes(&outcome), [(2, "stock_has_history")]);
    assert_eq!(outcome.accepted_rows.ranges(), [(3, 3)]);
    assert_eq!(outcome.totals.amount, Some(Amount::from_minor(15_000)));
    assert_eq!(outcome.totals.quantity, Some(Quantity::from_units(75)));
    let again = world.import(&mixed, &settings()).await?;
    assert_eq!((again.records.accepted, again.records.duplicate), (0, 1));
    assert_eq!(codes(&again), [(2, "stock_has_history")]);
    let mut elsewhere = settings();
    elsewhere.read.store = Some("Norte".to_owned());
    let outcome = world.import(&workbook(&[TITLES, &a("#75")]), &elsewhere).await?;
    assert_eq!(outcome.records.accepted, 1);
    // Another count of it, a month later.
    let later = workbook(&[TITLES, &["B", "#70", "#2", "02/12/2025"]]);
    let outcome = world.import(&later, &settings()).await?;
    assert_eq!(codes(&outcome), [(2, "stock_has_history")]);
    Ok(())
}

/// Two shelves of one product: the second row is no history of the first, even when the first is in the log already.
async fn a_count_goes_on(world: World) -> anyhow::Result<()> {
    const TITLES: &[&str] = &["Código", "Contagem", "Custo", "Data"];
    let shelf = |counted| ["A", counted, "#2", "02/11/2025"];
    world
        .import(&workbook(&[TITLES, &shelf("#5")]), &settings())
        .await?;
    let both = world
        .import(&workbook(&[TITLES, &shelf("#5"), &shelf("#7")]), &settings())
        .await?;
    assert_eq!(
        (both.records.duplicate, both.records.accepted),
        (1, 1),
        "{both:?}"
    );
    Ok(())
}

async fn sold_by_weight(world: World) -> anyhow::Result<()> {
    let bytes = workbook(&[
        &["Cupom", "Data", "Produto", "Unidade", "Qtd", "Total"],
        &["#1", "30/12/2025", "Batata", "KG", "#2", "#10"],
        &["#2", "30/12/2025", "Meia", "UN", "#1", "#10"],
    ]);
    let outcome = world.import(&bytes, &settings()).await?;
    assert_eq!((outcome.records.accepted, outcome.records.stores_defined), (2, 1));
    let defined: Vec<serde_json::Value> = world.data_of("ProductDefined").await?;
    let units: Vec<_> = defined
        .iter()
        .map(|product| (&product["unit"], &product["decimals"]))
        .collect();
    assert_eq!(
        units,
        [(&"KG".into(), &3.into()), (&"UN".into(), &0.into())],
        "{defined:?}"
    );
    Ok(())
}

async fn not_recorded(world: World) -> anyhow::Result<()> {
    let bytes = workbook(&[
        &["Código", "Nome", "Estoque", "Preço", "Ativo"],
        &["A1", "Café", "#5", "#10", "Sim"],
        &["A2", "Chá", "#7", "#4", "Não"],
    ]);
    let outcome = world.import(&bytes, &settings()).await?;
    assert_eq!((outcome.records.accepted, outcome.tally.cancelled), (1, 1));
    let report = outcome.to_json(Language::PtBr);
    assert_eq!(report["totals"], serde_json::json!({}));
    assert_eq!(
        report["not_recorded"],
        serde_json::json!([
            { "field": "on_hand", "column": "Estoque", "sum": "5", "needs_a_look": true },
            { "field": "unit_price", "column": "Preço", "needs_a_look": true },
        ])
    );
    assert_eq!(report["rows"]["cancelled"], 1);
    let notes = report["notes"].to_string();
    assert!(notes.contains("linhas canceladas ou inativas"), "{notes}");
    Ok(())
}

async fn a_catalogue(world: World) -> anyhow::Result<()> {
    let titles: &[&str] = &["Código", "Nome", "EAN", "Unidade"];
    let coffee: &[&str] = &["A1", "Café", "7891000315507", "KG"];
    let tea: &[&str] = &["A2", "Chá", "7891000315507", "UN"];
    let first = world.import(&workbook(&[titles, coffee]), &settings()).await?;
    assert_eq!(first.records.accepted, 1, "{first:?}");
    let second = world
        .import(&workbook(&[titles, coffee, tea, coffee, tea]), &settings())
        .await?;
    assert_eq!(second.duplicate_rows.ranges(), [(2, 2), (4, 4)]);
    assert_eq!((second.records.duplicate, second.records.refused), (2, 2));
    assert_eq!(
        codes(&second),
        [(3, "rejected"), (5, "rejected")],
        "what says the same gets the same"
    );
    let detail = &second.refusals.rows()[0].faults[0].detail;
    assert!(detail.starts_with("GTIN_IN_USE"), "{detail}");
    assert_eq!(world.events().await?, ["ProductDefined"]);
    Ok(())
}

/// Rows of a workbook of refused rows: one with a receipt is known by it; one without has lost its place among equals.
async fn refused_rows_sent_back(world: World) -> anyhow::Result<()> {
    let wrong: &[&str] = &["", "31/12/2025", "Meia", "#1", "#4", "#5"];
    let first = world
        .import(&workbook(&[TITLES, wrong, LOOSE, SECOND_WRONG]), &settings())
        .await?;
    assert_eq!(codes(&first), [(2, "total_mismatch"), (4, "total_mismatch")]);
    let with = |row: &[&'static str], added: [&'static str; 3]| [row, &added[..]].concat();
    for added in [
        ["Linha", "Erro", "Como corrigir"],
        ["Row", "Error", "How to correct"],
    ] {
        let titles = with(TITLES, added);
        let (loose, second) = (with(LOOSE, ["#2", "…", "…"]), with(SECOND, ["#4", "…", "…"]));
        let back = world
            .import(&workbook(&[&titles, &loose, &second]), &settings())
            .await?;
        assert_eq!(codes(&back), [(2, "needs_original")]);
        assert_eq!(back.records.accepted + back.records.duplicate, 1);
    }
    let original = world
        .import(&workbook(&[TITLES, LOOSE, LOOSE, SECOND]), &settings())
        .await?;
    assert_eq!((original.records.accepted, original.records.duplicate), (1, 2));
    Ok(())
}

/// What a dry run says of goods for a store that is not there yet is what the import then says.
async fn goods_of_a_dry_run(world: World) -> anyhow::Result<()> {
    let titles: &[&str] = &[
        "Nota Fiscal",
        "Data",
        "Depósito",
        "Código",
        "Qtd Recebida",
        "Custo Unitário",
    ];
    let mut rows: Vec<Vec<String>> = vec![titles.iter().map(|title| (*title).to_owned()).collect()];
    let mut row = |cells: [&str; 6]| rows.push(cells.map(str::to_owned).to_vec());
    row(["#1", "30/12/2025", "Norte", "A1", "#1", "#2.5"]);
    row(["#2", "02/01/2026", "Norte", "A1", "#1", "#2.5"]);
    for number in 0..451 {
        row(["#3", "30/12/2025", "Norte", &format!("B{number}"), "#1", "#2.5"]);
    }
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let bytes = workbook(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let mut told = Vec::new();
    for dry_run in [true, false] {
        let settings = ImportSettings {
            dry_run,
            ..settings()
        };
        let outcome = world.import(&bytes, &settings).await?;
        assert_eq!(outcome.accepted_rows.ranges(), [(2, 2)], "dry run: {dry_run}");
        told.push(codes(&outcome));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][..2], [(3, "rejected"), (4, "receipt_too_long")]);
    assert_eq!(told[0].len(), 452);
    Ok(())
}

async fn a_database_away(world: World) -> anyhow::Result<()> {
    world.import(&workbook(&[TITLES, FIRST]), &settings()).await?;
    let client = world.store.pool().get().await?;
    client
        .batch_execute("alter table events rename to events_away")
        .await?;
    let outcome = world
        .import(&workbook(&[TITLES, FIRST, SECOND]), &settings())
        .await?;
    assert_eq!(outcome.state, ImportState::Interrupted, "{outcome:?}");
    assert!(!outcome.notes.is_empty());
    client
        .batch_execute("alter table events_away rename to events")
        .await?;
    let resumed = world
        .import(&workbook(&[TITLES, FIRST, SECOND]), &settings())
        .await?;
    assert_eq!((resumed.records.duplicate, resumed.records.accepted), (1, 1));
    Ok(())
}

async fn a_real_year(world: World) -> anyhow::Result<()> {
    let folder = std::env::var_os("POSARS_SAMPLE_DATA").unwrap_or_default();
    let path = std::path::PathBuf::from(folder).join("vendas-100k.xlsx");
    let workbook =
        tokio::task::block_in_place(|| Workbook::read(&path, None, &ParserCommand::this_binary()))?;
    let settings = ImportSettings {
        read: options(),
        ..settings()
    };
    let outcome = world.import_workbook(&workbook, &settings).await?;
    assert_eq!(outcome.state, ImportState::Completed, "{:?}", outcome.notes);
    let records = &outcome.records;
    assert_eq!(
        (records.accepted, records.stores_defined, records.products_defined),
        (53_691, 25, 120)
    );
    assert_eq!(outcome.totals.amount, Some(Amount::from_minor(4_187_706_300)));
    assert_eq!(outcome.totals.quantity, Some(Quantity::from_units(218_688)));
    // Its filter hides most of the rows; they are sales all the same.
    assert_eq!(outcome.findings, [Finding::HiddenRows { rows: None }]);
    assert!(outcome.is_whole());
    let head = world.head().await?;
    assert_eq!(head.get(), 53_691 + 25 + 120);
    let again = world.import_workbook(&workbook, &settings).await?;
    assert_eq!((again.records.accepted, again.records.duplicate), (0, 53_691));
    assert_eq!(world.head().await?, head);
    Ok(())
}
