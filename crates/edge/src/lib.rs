//! The edge of the network: sockets and limits, for any HTTP router.
//!
//! [`Server`] puts a router on a socket and keeps connections within [`Limits`]. The other parts bound what calls ask
//! for; a layer of the program asks them, because it knows who calls and what. What is turned away is a [`Refusal`], a
//! value with a reason: the program has the words and the form in which its clients hear it. Nothing here knows what a
//! call does, who may make it, or how a status is written.

mod answer_pace;
mod connection;
mod connection_seats;
mod cors;
mod frame_pace;
mod held_answer;
mod limits;
mod patient_stream;
mod peer;
mod refusal;
mod refusals;
mod request_pace;
mod serve;
mod shares;
mod tls;
mod under_way;

pub use connection_seats::NoSeat;
pub use cors::{Origin, OriginError};
pub use held_answer::holding;
pub use limits::{Limits, Rate};
pub use peer::{FromThisMachine, Network, NetworkError, Peer, household};
pub use refusal::Refusal;
pub use refusals::Refusals;
pub use serve::{Server, serve};
pub use shares::{Share, Shares};
pub use tls::{Tls, TlsError, TlsFiles};
