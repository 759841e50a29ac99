//! The edge of the network: sockets and limits, for any HTTP router.
//!
//! [`Server`] puts a router on a socket and keeps connections within [`Limits`]; [`Upstream`] hands a request on to a server
//! behind. The other parts bound what calls ask
//! for; a layer of the program asks them, because it knows who calls and what. What is turned away is a [`Refusal`], a
//! value with a reason: the program has the words and the form in which its clients hear it. Nothing here knows what a
//! call does, who may make it, or how a status is written.

mod answer_pace;
mod call_slots;
mod connection;
mod connection_seats;
mod cors;
mod frame_pace;
mod held_answer;
mod limits;
mod patient_stream;
mod peer;
mod rate;
mod refusal;
mod refusals;
mod request_budget;
mod request_pace;
mod request_size;
mod serve;
mod shares;
#[cfg(test)]
mod test_protos;
mod tls;
mod under_way;
mod unwanted_body;
mod upstream;
mod value_count;

pub use call_slots::{CallOf, CallSlot, CallSlots};
pub use cors::{Origin, OriginError};
pub use held_answer::holding;
pub use limits::{Limits, Rate};
pub use peer::{FromThisMachine, Network, NetworkError, Peer};
pub use rate::Rates;
pub use refusal::Refusal;
pub use refusals::Refusals;
pub use request_budget::{BudgetPart, RequestBudget};
pub use request_size::{RequestSize, WeighedBody, announced_bytes};
pub use serve::{Server, serve};
pub use shares::{Share, Shares};
pub use tls::{Tls, TlsError, TlsFiles};
pub use unwanted_body::discard;
pub use upstream::{Upstream, UpstreamAddressError, UpstreamError};
