//! The second wall between companies on the read models, with the first one taken away: statements that name no log,
//! or another's; before and after rebuilds; as superuser and as an owner without such powers.
#![expect(clippy::panic, reason = "tests fail by panicking")]

mod companies;
mod plans;
mod wall;
