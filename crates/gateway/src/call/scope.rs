//! Keeps a caller to the company and the stores that are theirs, before a request is read; what a command turns out to
//! touch is kept by the door of the commands.
//!
//! A service reads every resource name by [`Call::name`], which refuses those of other companies and other stores. What
//! names a store elsewhere (a field, or a sale that was loaded) goes through [`Call::may_touch`], [`Call::stores`] or
//! [`Call::may_touch_sale_of`]. What exists elsewhere and what exists nowhere look alike to the caller.

use posars_commands::StoreScope;
use posars_domain::sale::SaleRejection;
use posars_domain::{Circumstance, SaleId, StoreId};
use tonic::Status;

use super::Call;
use crate::status;
use crate::visibility::{Sees, Sort, sees_in};
use crate::wire::{ResourceName, SplitName, StoreName};

impl Call {
    /// Reads the name of something in the company of the call and, where the name tells a store, in a store that the
    /// caller may touch.
    ///
    /// # Errors
    /// With the field when it is no such name; `UNKNOWN_COMPANY` for one of another company; `UNKNOWN_STORE` for one of
    /// a store that the caller may not touch, whether it exists or not.
    pub(crate) fn name<N: ResourceName>(&self, field: &str, name: &str) -> Result<N, Status> {
        self.known(SplitName::of::<N>(field, name)?)
    }

    /// Reads the store of a list, where `-` stands for every store that the caller may touch: as [`Self::stores`].
    ///
    /// # Errors
    /// As [`Self::name`] and [`Self::stores`].
    pub(crate) fn store_or_all(&self, field: &str, name: &str) -> Result<Option<StoreId>, Status> {
        match self.named_store(field, name)? {
            Some(store) => Ok(Some(store.store_id)),
            None => self.stores(None),
        }
    }

    /// Reads the store of a list, where `-` stands for every store that the caller may touch: as [`Self::store_scope`].
    ///
    /// # Errors
    /// As [`Self::name`].
    pub(crate) fn store_or_scope(&self, field: &str, name: &str) -> Result<Option<Vec<StoreId>>, Status> {
        let store = self.named_store(field, name)?;
        Ok(store.map_or_else(|| self.store_scope(), |store| Some(vec![store.store_id])))
    }

    /// None for every store.
    fn named_store(&self, field: &str, name: &str) -> Result<Option<StoreName>, Status> {
        let name = SplitName::of::<StoreName>(field, name)?;
        if name.is_all_stores() {
            return self.in_company(&name.company).map(|()| None);
        }
        self.known(name).map(Some)
    }

    fn known<N: ResourceName>(&self, name: SplitName<'_>) -> Result<N, Status> {
        self.in_company(&name.company)?;
        let name = name.read::<N>()?;
        if let Some(store) = name.store() {
            self.may_touch(store)?;
        }
        Ok(name)
    }

    /// Whether `company` is the one of the call.
    ///
    /// # Errors
    /// `UNKNOWN_COMPANY` for any other, whether it exists or not.
    pub(crate) fn in_company(&self, company: &str) -> Result<(), Status> {
        if self.company().as_str() == company {
            Ok(())
        } else {
            Err(status::unknown_company(company))
        }
    }

    /// Whether the caller may touch what belongs to no single store.
    ///
    /// # Errors
    /// `ROLE_LIMITED_TO_STORE` when the caller's role holds for some stores only.
    pub(crate) fn whole_company(&self) -> Result<(), Status> {
        if self.scope.stores.is_limited() {
            return Err(status::limited_to_store(self.company()));
        }
        Ok(())
    }

    /// Whether the caller may touch this store.
    ///
    /// # Errors
    /// `UNKNOWN_STORE`, in the words for a store that does not exist.
    pub(crate) fn may_touch(&self, store: &StoreId) -> Result<(), Status> {
        if self.scope.stores.holds(store) {
            return Ok(());
        }
        let store_id = store.clone();
        Err(status::from_rejection(&Circumstance::UnknownStore { store_id }))
    }

    /// Whether the caller may touch this sale, which was made in `store`.
    ///
    /// # Errors
    /// `SALE_NOT_FOUND`, in the words for a sale that does not exist.
    pub(crate) fn may_touch_sale_of(&self, store: &StoreId, sale_id: SaleId) -> Result<(), Status> {
        if self.scope.stores.holds(store) {
            return Ok(());
        }
        Err(status::from_rejection(&SaleRejection::SaleNotFound { sale_id }))
    }

    /// What the caller sees of what is personal in something of this store; `None` is of the company as a whole, or of no
    /// store that is known.
    pub(crate) fn sees_in(&self, store: Option<&StoreId>) -> Sees {
        sees_in(&self.scope.principal, self.company(), store)
    }

    /// Whether data of this sort is for the caller in every store that the call may touch.
    pub(crate) fn sees_everywhere(&self, sort: Sort) -> bool {
        match self.store_scope() {
            None => self.sees_in(None).sees(sort),
            Some(stores) => stores.iter().all(|store| self.sees_in(Some(store)).sees(sort)),
        }
    }

    /// Whether data of this sort is for the caller in any store.
    pub(crate) fn sees_somewhere(&self, sort: Sort) -> bool {
        let grants = self.scope.principal.grants(self.company()).into_iter();
        Sees::with(grants.map(|grant| grant.role)).sees(sort)
    }

    /// The store to list: the one that was asked for, or, when none was, the only one that the caller may touch. None
    /// stands for every store.
    ///
    /// # Errors
    /// `UNKNOWN_STORE` for a store of others; `STORE_NOT_CHOSEN` when several but not all are open to the caller.
    pub(crate) fn stores(&self, asked: Option<StoreId>) -> Result<Option<StoreId>, Status> {
        if let Some(store) = asked {
            self.may_touch(&store)?;
            return Ok(Some(store));
        }
        let StoreScope::Only(stores) = &self.scope.stores else {
            return Ok(None);
        };
        match (stores.len(), stores.first()) {
            (1, Some(only)) => Ok(Some(only.clone())),
            (_, _) => Err(status::store_not_chosen(stores.iter().map(StoreId::as_str))),
        }
    }

    /// The stores to list: the one that was asked for, or, when none was, those that the caller may touch. None stands for
    /// every store.
    ///
    /// # Errors
    /// `UNKNOWN_STORE` for a store of others.
    pub(crate) fn stores_asked(&self, asked: Option<Vec<StoreId>>) -> Result<Option<Vec<StoreId>>, Status> {
        let Some(stores) = asked else {
            return Ok(self.store_scope());
        };
        stores.iter().try_for_each(|store| self.may_touch(store))?;
        Ok(Some(stores))
    }

    /// The stores that the caller may touch; none stands for every store. For lists that show a caller just those.
    pub(crate) fn store_scope(&self) -> Option<Vec<StoreId>> {
        match &self.scope.stores {
            StoreScope::All => None,
            StoreScope::Only(stores) => Some(stores.iter().cloned().collect()),
        }
    }
}
