//! Reading requests and writing answers: every message is converted in one place, here.

mod buyer;
mod company;
mod daily_sales;
pub(crate) mod finance;
mod fiscal;
mod from_request;
mod grant;
mod name_text;
mod names;
mod payment;
pub(crate) mod people;
mod product;
mod projection;
mod reactor;
mod reader;
mod recorded;
mod sale;
mod sale_command;
mod stock;
mod stock_alert;
mod stock_command;
mod stock_document;
mod stock_names;
mod stock_policy;
mod update_mask;
mod user;
mod value;

pub(crate) use buyer::{SealedBuyer, sealed_of_buyer};
pub(crate) use company::{
    read_define_company, read_define_register, read_define_store, read_set_company_policy,
    write_caller_company, write_company, write_company_policy, write_register, write_store,
};
pub(crate) use daily_sales::write_daily_sales;
pub(crate) use from_request::FromRequest;
pub(crate) use names::{
    CompanyName, ProductName, ProjectionName, ReactorName, RegisterName, ResourceName, SaleName,
    SaleReturnName, SplitName, StockItemName, StoreName, UserName,
};
pub(crate) use product::{
    read_change_product, read_define_product, read_list_products, read_retire_product, write_product,
};
pub(crate) use projection::write_projection;
pub(crate) use reactor::{read_retry_parked, write_parked_event, write_reactor, write_unretried};
pub(crate) use reader::Reader;
pub(crate) use recorded::write_recorded;
pub(crate) use sale::{write_new_sale, write_return, write_sale, write_sale_summary, write_void};
pub(crate) use sale_command::{read_record_return, read_record_sale, read_void_sale};
pub(crate) use stock::{write_stock_item_after, write_stock_item_row, write_stock_movement};
pub(crate) use stock_alert::{write_shortage, write_waiting_line};
pub(crate) use stock_command::{read_adjust_stock, read_receive_stock};
pub(crate) use stock_document::{
    read_list_stock_adjustments, read_list_stock_receipts, write_stock_adjustment, write_stock_receipt,
};
pub(crate) use stock_names::{StockAdjustmentName, StockReceiptName};
pub(crate) use stock_policy::{read_define_stock_policy, write_stock_policy, write_stock_policy_row};
pub(crate) use user::write_user;
pub(crate) use value::{
    DATE_RANGE_INVALID, check_date_range, given, read_date, read_optional_date, read_optional_uuid,
};
