//! The commands that set up a company, its stores, its registers and its products.
//!
//! Each says how things should be, so asking twice changes nothing; a request id makes a retry give the first answer.

use posars_domain::Decider;
use posars_domain::company::{Company, CompanyContext, CompanyEvent, DefineCompany};
use posars_domain::product::{
    ChangeProduct, DefineProduct, Product, ProductCommand, ProductContext, ProductEvent, RetireProduct,
};
use posars_domain::register::{DefineRegister, Register, RegisterCommand, RegisterContext, RegisterEvent};
use posars_domain::store::{DefineStore, Store, StoreContext, StoreEvent, StoreSettings};
use posars_domain::{Sku, StoreId};
use posars_event_store::StreamName;
use serde::Serialize;

use crate::handle::{Job, Opening};
use crate::keys::stream_of;
use crate::{CommandError, Commands, Envelope, Receipt};

impl Commands {
    /// Sets up the company.
    ///
    /// # Errors
    /// [`CommandError`]; see `CompanyRejection` for the rules.
    pub async fn define_company(
        &self,
        command: DefineCompany,
        envelope: &Envelope,
    ) -> Result<Receipt<CompanyEvent>, CommandError> {
        let stream = stream_of::<Company>(Company::stream_id(&command.company_id))?;
        let setting_up = SettingUp {
            name: "DefineCompany",
            stream,
            command: command.into(),
        };
        self.set_up::<Company>(setting_up, |_| CompanyContext, |_, _| None, envelope)
            .await
    }

    /// Sets up a store.
    ///
    /// # Errors
    /// [`CommandError`]; see `StoreRejection` for the rules.
    pub async fn define_store(
        &self,
        command: DefineStore,
        envelope: &Envelope,
    ) -> Result<Receipt<StoreEvent>, CommandError> {
        let stream = stream_of::<Store>(Store::stream_id(&command.store_id))?;
        let setting_up = SettingUp {
            name: "DefineStore",
            stream,
            command: command.into(),
        };
        self.set_up::<Store>(setting_up, |_| StoreContext, |_, _| None, envelope)
            .await
    }

    /// Sets up a register of a store.
    ///
    /// # Errors
    /// [`CommandError`]; see `RegisterRejection` for the rules.
    pub async fn define_register(
        &self,
        command: DefineRegister,
        envelope: &Envelope,
    ) -> Result<Receipt<RegisterEvent>, CommandError> {
        let stream = stream_of::<Register>(Register::stream_id(&command.store_id, &command.register_no))?;
        let setting_up = SettingUp {
            name: "DefineRegister",
            stream,
            command: command.into(),
        };
        let store_id = |_: &_, command: &RegisterCommand| match command {
            RegisterCommand::DefineRegister(command) => Some(command.store_id.clone()),
        };
        self.set_up::<Register>(setting_up, |store| RegisterContext { store }, store_id, envelope)
            .await
    }

    /// Enters a product into the catalogue.
    ///
    /// # Errors
    /// [`CommandError`]; see `ProductRejection` for the rules.
    pub async fn define_product(
        &self,
        command: DefineProduct,
        envelope: &Envelope,
    ) -> Result<Receipt<ProductEvent>, CommandError> {
        let sku = command.sku.clone();
        self.product("DefineProduct", &sku, command.into(), envelope)
            .await
    }

    /// Changes a product's description.
    ///
    /// # Errors
    /// [`CommandError`]; see `ProductRejection` for the rules.
    pub async fn change_product(
        &self,
        command: ChangeProduct,
        envelope: &Envelope,
    ) -> Result<Receipt<ProductEvent>, CommandError> {
        let sku = command.sku.clone();
        self.product("ChangeProduct", &sku, command.into(), envelope)
            .await
    }

    /// Takes a product out of the catalogue.
    ///
    /// # Errors
    /// [`CommandError`]; see `ProductRejection` for the rules.
    pub async fn retire_product(
        &self,
        command: RetireProduct,
        envelope: &Envelope,
    ) -> Result<Receipt<ProductEvent>, CommandError> {
        let sku = command.sku.clone();
        self.product("RetireProduct", &sku, command.into(), envelope)
            .await
    }

    async fn product(
        &self,
        name: &'static str,
        sku: &Sku,
        command: ProductCommand,
        envelope: &Envelope,
    ) -> Result<Receipt<ProductEvent>, CommandError> {
        let stream = stream_of::<Product>(Product::stream_id(sku))?;
        let setting_up = SettingUp {
            name,
            stream,
            command,
        };
        self.set_up::<Product>(setting_up, |_| ProductContext, |_, _| None, envelope)
            .await
    }

    async fn set_up<D: Decider>(
        &self,
        setting_up: SettingUp<D>,
        context: fn(Option<StoreSettings>) -> D::Context,
        store_id: fn(&D::State, &D::Command) -> Option<StoreId>,
        envelope: &Envelope,
    ) -> Result<Receipt<D::Event>, CommandError>
    where
        D::Command: Serialize,
    {
        let job = Job::<D> {
            name: setting_up.name,
            stream: setting_up.stream,
            command: &setting_up.command,
            opening: Opening::Fold,
            own_key: None,
            store_id,
            context: &context,
            // The last event is what made things as they are asked to be.
            is_answer: |_, _| true,
        };
        self.handle(&job, envelope).await
    }
}

struct SettingUp<D: Decider> {
    name: &'static str,
    stream: StreamName,
    command: D::Command,
}
