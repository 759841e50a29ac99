//! What the options of a field say of its use.

use prost_reflect::{Cardinality, DynamicMessage, FieldDescriptor};

const FIELD_BEHAVIOR: &str = "google.api.field_behavior";

/// Whether a caller must give the field.
pub(super) fn is_required(field: &FieldDescriptor) -> bool {
    field.cardinality() == Cardinality::Required
        || behaviors(field).iter().any(|behavior| behavior == "REQUIRED")
}

/// Names of the values of `google.api.field_behavior`.
pub(super) fn behaviors(field: &FieldDescriptor) -> Vec<String> {
    let Some(extension) = field.parent_pool().get_extension_by_name(FIELD_BEHAVIOR) else {
        return Vec::new();
    };
    let kind = extension.kind();
    let options = field.options();
    let value = options.get_extension(&extension);
    let name = |number: i32| Some(kind.as_enum()?.get_value(number)?.name().to_owned());
    value
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter_map(|value| name(value.as_enum_number()?))
        .collect()
}

/// Whether the options of a file, message, field, enum or method say `deprecated`.
pub(super) fn is_deprecated(options: &DynamicMessage) -> bool {
    options
        .get_field_by_name("deprecated")
        .and_then(|value| value.as_bool())
        .unwrap_or_default()
}
