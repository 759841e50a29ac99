//! The names of what the API serves, one type each: how it is read and how it is written stand together.

use std::str::FromStr;
use std::vec;

use posars_domain::{CompanyId, InvalidValue, RegisterNo, ReturnId, SaleId, Sku, StoreId, reasons};
use tonic::Status;

use super::Reader;
use super::name_text::{push_part, split_name};
use super::reader::FIELD_INVALID;

/// What stands for every store in the parent of a list. No store id can be it.
const ALL_STORES: &str = "-";

/// The name of something in a company. The company itself is not part of the value: a call is of one company, and a
/// name of another is refused before it is read ([`Call::name`](crate::call::Call::name)).
pub(crate) trait ResourceName: Sized {
    /// The collections of the name, `companies` first.
    const COLLECTIONS: &'static [&'static str];

    /// Takes the ids behind `companies/{company}`, in the order of the collections. Each is taken before the first `?`,
    /// so that one answer names all that are wrong.
    fn read(ids: &mut NameIds<'_>) -> Option<Self>;

    /// The same ids, in the same order.
    fn ids(&self) -> Vec<String>;

    /// The store that the name is in; none when a name does not tell.
    fn store(&self) -> Option<&StoreId> {
        None
    }

    /// Writes the name of this in a company.
    fn of(&self, company: &CompanyId) -> String {
        let mut name = String::new();
        let ids = self.ids();
        let ids = std::iter::once(company.as_str()).chain(ids.iter().map(String::as_str));
        for (collection, id) in Self::COLLECTIONS.iter().zip(ids) {
            push_part(&mut name, collection, id);
        }
        name
    }
}

/// A name that has its collections, before its ids are read.
pub(crate) struct SplitName<'field> {
    field: &'field str,
    /// The id of the company.
    pub(crate) company: String,
    ids: Vec<String>,
}

impl<'field> SplitName<'field> {
    /// Splits a name of this kind.
    ///
    /// # Errors
    /// `FIELD_REQUIRED` or `FIELD_INVALID` when the name has another shape.
    pub(crate) fn of<N: ResourceName>(field: &'field str, name: &str) -> Result<Self, Status> {
        let mut reader = Reader::new();
        let mut ids = split_name(name, N::COLLECTIONS).unwrap_or_default();
        if ids.is_empty() {
            let reason = if name.is_empty() {
                reasons::FIELD_REQUIRED
            } else {
                FIELD_INVALID
            };
            let shape: Vec<_> = N::COLLECTIONS
                .iter()
                .map(|each| format!("{each}/{{id}}"))
                .collect();
            let problem = format!("\"{name}\" is not a name of the form {}", shape.join("/"));
            reader.refuse(field, reason, problem);
            return reader.finish(None);
        }
        let company = ids.remove(0);
        Ok(Self { field, company, ids })
    }

    /// Whether the last id stands for all that there are.
    pub(crate) fn is_all_stores(&self) -> bool {
        self.ids.last().is_some_and(|id| id == ALL_STORES)
    }

    /// Reads the ids.
    ///
    /// # Errors
    /// With the domain's reason for every id that can be none.
    pub(crate) fn read<N: ResourceName>(self) -> Result<N, Status> {
        let mut reader = Reader::new();
        let name = N::read(&mut NameIds {
            reader: &mut reader,
            field: self.field,
            ids: self.ids.into_iter(),
        });
        reader.finish(name)
    }
}

/// The ids of a name that is read, in order.
pub(crate) struct NameIds<'reading> {
    reader: &'reading mut Reader,
    field: &'reading str,
    ids: vec::IntoIter<String>,
}

impl NameIds<'_> {
    /// Takes the next id as it stands.
    fn any(&mut self) -> Option<String> {
        self.ids.next()
    }

    /// Takes the next id. `None`, with the field refused, when it can be no such id.
    pub(super) fn take<T: FromStr<Err = InvalidValue>>(&mut self) -> Option<T> {
        let id = self.any()?;
        self.reader.text(self.field, &id)
    }
}

/// `companies/{company}`: the company of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CompanyName;

impl ResourceName for CompanyName {
    const COLLECTIONS: &'static [&'static str] = &["companies"];

    fn read(_ids: &mut NameIds<'_>) -> Option<Self> {
        Some(Self)
    }

    fn ids(&self) -> Vec<String> {
        Vec::new()
    }
}

/// `companies/{company}/stores/{store}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreName {
    pub(crate) store_id: StoreId,
}

impl ResourceName for StoreName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "stores"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.take().map(|store_id| Self { store_id })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.store_id.to_string()]
    }

    fn store(&self) -> Option<&StoreId> {
        Some(&self.store_id)
    }
}

/// `companies/{company}/stores/{store}/registers/{register}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegisterName {
    pub(crate) store_id: StoreId,
    pub(crate) register_no: RegisterNo,
}

impl ResourceName for RegisterName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "stores", "registers"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        let (store_id, register_no) = (ids.take(), ids.take());
        Some(Self {
            store_id: store_id?,
            register_no: register_no?,
        })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.store_id.to_string(), self.register_no.to_string()]
    }

    fn store(&self) -> Option<&StoreId> {
        Some(&self.store_id)
    }
}

/// `companies/{company}/stores/{store}/stockItems/{sku}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockItemName {
    pub(crate) store_id: StoreId,
    pub(crate) sku: Sku,
}

impl ResourceName for StockItemName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "stores", "stockItems"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        let (store_id, sku) = (ids.take(), ids.take());
        Some(Self {
            store_id: store_id?,
            sku: sku?,
        })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.store_id.to_string(), self.sku.to_string()]
    }

    fn store(&self) -> Option<&StoreId> {
        Some(&self.store_id)
    }
}

/// `companies/{company}/products/{sku}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProductName {
    pub(crate) sku: Sku,
}

impl ResourceName for ProductName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "products"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.take().map(|sku| Self { sku })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.sku.to_string()]
    }
}

/// `companies/{company}/sales/{sale}`. Which store made the sale, only the sale itself tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SaleName {
    pub(crate) sale_id: SaleId,
}

impl ResourceName for SaleName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "sales"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.take().map(|sale_id| Self { sale_id })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.sale_id.to_string()]
    }
}

/// `companies/{company}/sales/{sale}/returns/{return}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SaleReturnName {
    pub(crate) sale_id: SaleId,
    pub(crate) return_id: ReturnId,
}

impl ResourceName for SaleReturnName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "sales", "returns"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        let (sale_id, return_id) = (ids.take(), ids.take());
        Some(Self {
            sale_id: sale_id?,
            return_id: return_id?,
        })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.sale_id.to_string(), self.return_id.to_string()]
    }
}

/// `companies/{company}/projections/{projection}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectionName {
    pub(crate) projection_id: String,
}

impl ResourceName for ProjectionName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "projections"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.any().map(|projection_id| Self { projection_id })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.projection_id.clone()]
    }
}

/// `companies/{company}/reactors/{reactor}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReactorName {
    pub(crate) reactor_id: String,
}

impl ResourceName for ReactorName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "reactors"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.any().map(|reactor_id| Self { reactor_id })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.reactor_id.clone()]
    }
}

/// `companies/{company}/users/{user}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserName {
    pub(crate) subject: String,
}

impl ResourceName for UserName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "users"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.any().map(|subject| Self { subject })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.subject.clone()]
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use tonic_types::StatusExt as _;

    use super::*;

    fn survives<N: ResourceName + Debug + PartialEq>(name: &N, written: &str) {
        let company = "acme".parse().unwrap();
        assert_eq!(name.of(&company), written);
        let split = SplitName::of::<N>("name", written).unwrap();
        assert_eq!(split.company, "acme");
        assert_eq!(split.read::<N>().unwrap(), *name);
    }

    #[test]
    fn every_name_is_read_as_it_was_written() {
        let (store_id, sku): (StoreId, Sku) = ("sp01".parse().unwrap(), "CAFE/500".parse().unwrap());
        let (sale, goods_back) = (
            "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60",
            "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f61",
        );
        let (sale_id, return_id) = (sale.parse().unwrap(), goods_back.parse().unwrap());
        survives(&CompanyName, "companies/acme");
        survives(
            &StoreName {
                store_id: store_id.clone(),
            },
            "companies/acme/stores/sp01",
        );
        survives(
            &RegisterName {
                store_id: store_id.clone(),
                register_no: "2".parse().unwrap(),
            },
            "companies/acme/stores/sp01/registers/2",
        );
        survives(
            &StockItemName {
                store_id,
                sku: sku.clone(),
            },
            "companies/acme/stores/sp01/stockItems/CAFE%2F500",
        );
        survives(&ProductName { sku }, "companies/acme/products/CAFE%2F500");
        survives(&SaleName { sale_id }, &format!("companies/acme/sales/{sale}"));
        survives(
            &SaleReturnName { sale_id, return_id },
            &format!("companies/acme/sales/{sale}/returns/{goods_back}"),
        );
        survives(
            &ProjectionName {
                projection_id: "sales".into(),
            },
            "companies/acme/projections/sales",
        );
        survives(
            &ReactorName {
                reactor_id: "reactor.stock".into(),
            },
            "companies/acme/reactors/reactor.stock",
        );
        survives(
            &UserName {
                subject: "ana@acme/br".into(),
            },
            "companies/acme/users/ana@acme%2Fbr",
        );
    }

    #[test]
    fn one_answer_names_every_id_that_is_wrong() {
        let split =
            SplitName::of::<StockItemName>("name", "companies/acme/stores/SP 1/stockItems/A B").unwrap();
        let refused = split.read::<StockItemName>().unwrap_err();
        let details = refused.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        let told: Vec<_> = violations
            .iter()
            .map(|each| (each.field.as_str(), each.reason.as_str()))
            .collect();
        assert_eq!(told, [("name", "STORE_ID_INVALID"), ("name", "SKU_INVALID")]);
    }
}
