//! When what is owed for sales and deliveries falls due, and less which fee; stream `terms-main`.

mod define_receipt_terms;
mod define_supplier_terms;
mod event;
mod rejection;
mod state;

pub use define_receipt_terms::DefineReceiptTerms;
pub use define_supplier_terms::DefineSupplierTerms;
pub use event::{
    ReceiptTerms, ReceiptTermsDefined, SupplierTerms, SupplierTermsDefined, TermsEvent, TermsKind,
};
pub use rejection::{TERMS_MAX, TermsRejection};
pub use state::{PayOut, Terms, TermsState};
