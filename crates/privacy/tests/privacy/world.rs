//! A shop whose customers and employees are people, and short ways to say what happens in it.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, date};
use posars_commands::{Actor, Commands, Completed, Envelope, Source};
use posars_domain::company::DefineCompany;
use posars_domain::employee::{
    ContactFields, EmployeeEvent, EmployeeHired, EmployeeTerminated, EmploymentTerms, LabourFields,
    PersonalDataSet, Wage, WagePeriod,
};
use posars_domain::payroll::{PayrollCost, PayrollEvent, PayrollLine, PayrollRecorded, WageAmounts};
use posars_domain::sale::{Customer, RecordSale, RecordSaleLine, SaleEvent, VoidSale};
use posars_domain::store::DefineStore;
use posars_domain::{
    Amount, Channel, Currency, DomainEvent, LineId, Payment, PaymentMethod, Personal, SubjectId, TaxId,
};
use posars_event_store::{
    Append, EventStore, EventType, ExpectedVersion, JsonText, Log, LogName, NewEvent, StoreConfig, StreamName,
};
use posars_keyring::{Keyring, MemoryMasterKey, Place, Wanted};
use posars_privacy::Privacy;
use posars_projections::Projections;
use posars_testkit::TestDatabase;
use uuid::Uuid;

/// The server's time in every test, unless it says another.
pub(crate) const NOW: &str = "2026-11-20T15:00:05Z";
pub(crate) const CPF: &str = "52998224725";
pub(crate) const NAME: &str = "Aparecida Ximenes Quitéria";

/// Parses a literal of a value type.
pub(crate) fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn at(moment: &str) -> Envelope {
    let actor = Actor {
        subject: "ana".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, v(moment))
}

pub(crate) fn api() -> Envelope {
    at(NOW)
}

/// One test's world. The database goes when it is dropped.
pub(crate) struct World {
    pub(crate) commands: Commands,
    pub(crate) privacy: Privacy,
    pub(crate) keyring: Keyring,
    pub(crate) log: Log,
    pub(crate) projections: Projections,
    store: EventStore,
    _database: TestDatabase,
}

impl World {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        let database = TestDatabase::create().await?;
        let store = EventStore::connect(StoreConfig::new(database.url())).await?;
        let log = store.log(&LogName::parse("acme")?).await?;
        let keyring = Keyring::new(log.clone(), Some(Arc::new(MemoryMasterKey::default())));
        let commands = Commands::new(log.clone()).with_keyring(keyring.clone());
        let company = DefineCompany {
            company_id: v("acme"),
            name: "Loja".to_owned(),
            cnpj: None,
            currency: Currency::BRL,
        };
        commands.carry_out(&company, &api()).await?;
        let centro = DefineStore {
            store_id: v("centro"),
            name: "Centro".to_owned(),
            cnpj: None,
            time_zone: v("America/Sao_Paulo"),
            day_cutover: jiff::civil::time(0, 0, 0, 0),
            currency: Currency::BRL,
        };
        commands.carry_out(&centro, &api()).await?;
        let projections = Projections::open(store.clone(), log.clone()).await?;
        Ok(Self {
            privacy: Privacy::new(commands.clone(), projections.clone(), Duration::from_secs(60))
                .trusting_the_clock(),
            commands,
            keyring,
            log,
            projections,
            store,
            _database: database,
        })
    }

    /// Brings the read models up to the end of the log, which a server does all the time.
    pub(crate) async fn drain(&self) -> anyhow::Result<()> {
        let head = self.log.head().await?.position;
        Ok(self.projections.catch_up_to(head, "test").await?)
    }

    /// Two days go by for the table of keys.
    pub(crate) async fn make_keys_older(&self) -> anyhow::Result<()> {
        let client = self.store.pool().get().await?;
        let older = "update subject_keys set created_at = created_at - interval '2 days'";
        client.execute(older, &[]).await?;
        Ok(())
    }

    /// Somebody buys something.
    pub(crate) async fn sell(
        &self,
        customer: Option<Customer>,
    ) -> anyhow::Result<(RecordSale, Completed<SaleEvent>)> {
        let sale = sale(customer);
        let completed = self.commands.carry_out(&sale, &api()).await?;
        Ok((sale, completed))
    }

    pub(crate) async fn void(&self, sale: &RecordSale) -> anyhow::Result<()> {
        let void = VoidSale {
            sale_id: sale.sale_id,
            occurred_at: v("2026-11-20T15:00:00Z"),
            reason: "desistência".to_owned(),
            fiscal_ref: None,
        };
        self.commands.carry_out(&void, &api()).await?;
        Ok(())
    }

    /// Writes an event as the door would, sealed.
    async fn append<E: DomainEvent>(&self, stream: &str, mut event: E) -> anyhow::Result<()> {
        let (stream, event_id) = (StreamName::parse(stream)?, Uuid::now_v7());
        let wanted: Vec<Wanted> = event
            .personal()
            .iter()
            .map(|field| Wanted {
                subject: field.subject.clone(),
                class: field.class,
                used_on: field.used_on,
                finder: None,
            })
            .collect();
        let keys = self.keyring.keys(&wanted).await?;
        let place = Place {
            stream: &stream,
            event_id,
        };
        self.keyring.seal(event.personal(), place, &keys)?;
        let new = NewEvent {
            event_id,
            event_type: EventType::parse(event.event_type())?,
            schema_version: event.schema_version(),
            data: JsonText::parse(event.to_json().get())?,
            metadata: JsonText::parse(r#"{"actor":"rh","source":"api"}"#)?,
        };
        let append = Append::to(stream, ExpectedVersion::Any, vec![new]);
        self.log.append(append).await?;
        Ok(())
    }

    /// Takes somebody on, with all that is known of them.
    pub(crate) async fn hire(&self, subject: &str, name: &str) -> anyhow::Result<()> {
        let subject_id: SubjectId = v(subject);
        let stream = format!("employee-{subject}");
        let hired = EmployeeHired {
            employee_id: v(subject),
            subject_id: subject_id.clone(),
            admission_date: date(2020, 3, 2),
            terms: EmploymentTerms {
                position: "Balconista".to_owned(),
                store_id: v("centro"),
                cost_center: None,
                contract: v("permanent"),
            },
            salary: Personal::Clear(Wage {
                amount: Amount::from_minor(212_345),
                currency: Currency::BRL,
                per: WagePeriod::Month,
            }),
        };
        self.append(&stream, EmployeeEvent::from(hired)).await?;
        let set = PersonalDataSet {
            employee_id: v(subject),
            subject_id,
            set_on: date(2026, 11, 20),
            labour: LabourFields {
                name: Some(Personal::Clear(name.to_owned())),
                ..LabourFields::default()
            },
            contact: ContactFields {
                phone: Some(Personal::Clear("+55 11 91234-5678".to_owned())),
                ..ContactFields::default()
            },
        };
        self.append(&stream, EmployeeEvent::from(set)).await
    }

    pub(crate) async fn terminate(&self, subject: &str, last_day: Date) -> anyhow::Result<()> {
        let ended = EmployeeTerminated {
            employee_id: v(subject),
            date: last_day,
            reason: "pedido".to_owned(),
        };
        self.append(&format!("employee-{subject}"), EmployeeEvent::from(ended))
            .await
    }

    /// The wages of November: the first of these gets R$ 1,001.00, the second R$ 1,002.00.
    pub(crate) async fn pay(&self, subjects: &[&str]) -> anyhow::Result<()> {
        let line = |(minor, subject): (i64, &&str)| PayrollLine {
            employee_id: v(subject),
            subject_id: v(subject),
            store_id: v("centro"),
            cost_center: None,
            position: "Balconista".to_owned(),
            amounts: Personal::Clear(amounts(minor)),
        };
        let recorded = PayrollRecorded {
            payroll_id: v("0193a5f0-0000-7000-8000-00000000f001"),
            month: v("2026-11"),
            business_date: date(2026, 11, 30),
            wages_due: date(2026, 12, 7),
            charges_due: date(2026, 12, 18),
            currency: Currency::BRL,
            memo: None,
            lines: (100_100..).step_by(100).zip(subjects).map(line).collect(),
            costs: vec![PayrollCost {
                store_id: v("centro"),
                cost_center: None,
                position: "Balconista".to_owned(),
                employees: 2,
                amounts: amounts(999_999),
            }],
        };
        self.append(
            "payroll-0193a5f0-0000-7000-8000-00000000f001",
            PayrollEvent::from(recorded),
        )
        .await
    }
}

fn amounts(minor: i64) -> WageAmounts {
    WageAmounts {
        gross: Amount::from_minor(minor),
        charges: Amount::ZERO,
        net: Amount::from_minor(minor),
    }
}

/// A sale that nobody else is.
pub(crate) fn sale(customer: Option<Customer>) -> RecordSale {
    RecordSale {
        sale_id: posars_domain::SaleId::new(Uuid::now_v7()),
        store_id: v("centro"),
        register_no: None,
        receipt: None,
        occurred_at: v("2026-11-20T15:00:00Z"),
        channel: Channel::COUNTER,
        currency: Currency::BRL,
        lines: vec![RecordSaleLine {
            line_id: LineId(1),
            sku: v("cafe"),
            description: "Café".into(),
            quantity: v("1"),
            unit: "UN".into(),
            unit_price: v("10"),
            line_discount: Amount::ZERO,
            net: None,
        }],
        order_discounts: Vec::new(),
        payments: vec![Payment::new(PaymentMethod::CASH, Amount::from_minor(1_000))],
        change: Amount::ZERO,
        total: None,
        customer,
        seller: None,
        fiscal_ref: None,
        tax_summary: Vec::new(),
    }
}

/// A customer with a name, found by this number.
pub(crate) fn buyer(tax_id: &str, name: &str) -> Customer {
    Customer {
        subject_id: None,
        tax_id: Some(Personal::Clear(v::<TaxId>(tax_id))),
        name: Some(Personal::Clear(name.to_owned())),
    }
}

/// The person that a sale is of.
pub(crate) fn customer_of(completed: &Completed<SaleEvent>) -> SubjectId {
    let sale = completed.answer::<posars_domain::sale::SaleRecorded>().unwrap();
    sale.customer.clone().unwrap()
}
