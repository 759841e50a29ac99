//! The projections on a real PostgreSQL, one database a test.

mod copies;
mod crashes;
mod history;
mod live;
mod pages;
mod parking;
mod plans;
mod queries;
mod rebuilding;
mod rows;
mod speed;
mod world;
