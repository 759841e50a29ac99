//! Walking into dynamic messages by chains of fields.

use prost_reflect::{DynamicMessage, FieldDescriptor, Value};

/// Another member of the same oneof that is set already.
pub(crate) fn oneof_rival(message: &DynamicMessage, field: &FieldDescriptor) -> Option<FieldDescriptor> {
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic())?;
    oneof
        .fields()
        .find(|other| other != field && message.has_field(other))
}

/// Sets the field at the end of the chain, making the messages on the way.
///
/// # Errors
/// The member of a oneof on the way that is set already and would be lost.
pub(crate) fn set(
    message: &mut DynamicMessage,
    chain: &[FieldDescriptor],
    value: Value,
) -> Result<(), FieldDescriptor> {
    let Some((field, below)) = chain.split_first() else {
        return Ok(());
    };
    if let Some(rival) = oneof_rival(message, field) {
        return Err(rival);
    }
    if below.is_empty() {
        message.set_field(field, value);
        return Ok(());
    }
    match message.get_field_mut(field).as_message_mut() {
        Some(inner) => set(inner, below, value),
        None => Ok(()),
    }
}
