//! Names that must be unique in the document: tags and operation ids.

use std::collections::{BTreeMap, HashMap, HashSet};

use prost_reflect::{MethodDescriptor, ServiceDescriptor};

use crate::{Binding, Bindings};

/// The tag of each service and the operation id of each binding.
pub(super) struct Names {
    /// By full name of the service.
    tags: BTreeMap<String, (String, ServiceDescriptor)>,
    /// By full name of the RPC and ordinal of the binding.
    operations: HashMap<(String, usize), String>,
}

impl Names {
    pub(super) fn of(bindings: &Bindings) -> Self {
        let tags = tags_of(bindings);
        let mut operations = HashMap::new();
        let mut taken = HashSet::new();
        for binding in bindings.iter() {
            let service = binding.rpc.parent_service().full_name();
            let tag = tags.get(service).map_or(service, |(tag, _service)| tag);
            let base = format!("{}_{}", tag.replace('.', "_"), binding.rpc.name());
            let id = free_id(&base, binding.ordinal, &taken);
            taken.insert(id.clone());
            operations.insert((binding.rpc.full_name().to_owned(), binding.ordinal), id);
        }
        Self { tags, operations }
    }

    /// Every tag with its service, in the order of the services' full names.
    pub(super) fn tags(&self) -> impl Iterator<Item = (&str, &ServiceDescriptor)> {
        self.tags.values().map(|(tag, service)| (tag.as_str(), service))
    }

    pub(super) fn tag<'n>(&'n self, rpc: &'n MethodDescriptor) -> &'n str {
        let tag = self.tags.get(rpc.parent_service().full_name());
        tag.map_or_else(|| rpc.name(), |(tag, _service)| tag.as_str())
    }

    pub(super) fn operation_id<'n>(&'n self, binding: &'n Binding) -> &'n str {
        let key = (binding.rpc.full_name().to_owned(), binding.ordinal);
        self.operations
            .get(&key)
            .map_or_else(|| binding.rpc.full_name(), String::as_str)
    }
}

/// The short name of a service, or its full name where two packages have a service of that name.
fn tags_of(bindings: &Bindings) -> BTreeMap<String, (String, ServiceDescriptor)> {
    let services: BTreeMap<String, ServiceDescriptor> = bindings
        .iter()
        .map(|binding| binding.rpc.parent_service())
        .map(|service| (service.full_name().to_owned(), service.clone()))
        .collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for service in services.values() {
        *uses.entry(service.name()).or_default() += 1;
    }
    let tag = |service: &ServiceDescriptor| {
        let is_unique = uses.get(service.name()) == Some(&1);
        let tag = if is_unique {
            service.name()
        } else {
            service.full_name()
        };
        tag.to_owned()
    };
    services
        .values()
        .map(|service| (service.full_name().to_owned(), (tag(service), service.clone())))
        .collect()
}

/// `base`, and `base_2` and so on for additional bindings; an RPC may itself be called so, hence the search.
fn free_id(base: &str, ordinal: usize, taken: &HashSet<String>) -> String {
    let mut number = ordinal + 1;
    loop {
        let id = if number == 1 {
            base.to_owned()
        } else {
            format!("{base}_{number}")
        };
        if !taken.contains(&id) {
            return id;
        }
        number += 1;
    }
}
