use posars_transcoder::BindingError;

use crate::access::AccessRulesError;

/// Why a gateway could not be put together: the descriptors built into the program cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The descriptors do not decode.
    #[error("the protos built into this program cannot be read ({0}); build it again from clean sources")]
    Descriptors(#[from] prost_reflect::DescriptorError),
    /// The REST path of an RPC cannot be served.
    #[error(transparent)]
    Binding(#[from] BindingError),
    /// An RPC that nobody has decided on who may call it.
    #[error(transparent)]
    Access(#[from] AccessRulesError),
    /// The reflection service does not take the descriptors.
    #[error(
        "the protos built into this program cannot be shown by reflection ({0}); build it again from clean sources"
    )]
    Reflection(#[from] tonic_reflection::server::Error),
}
