//! The projections on a real PostgreSQL, one database a test.

mod books;
mod buyers;
mod catalogue;
mod copies;
mod crashes;
mod golden;
mod history;
mod live;
mod low_stock;
mod pages;
mod parking;
mod people;
mod plans;
mod queries;
mod rebuilding;
mod replica;
mod rows;
mod shortages;
mod speed;
mod stock_documents;
mod world;
