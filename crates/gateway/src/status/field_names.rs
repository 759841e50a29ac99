//! How the fields of a command are called in the request that it was read from.

use posars_domain::Path;

/// The names on the wire where they are not the domain's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldNames {
    /// The message of the request that the command's fields stand in; empty for the request itself.
    message: &'static str,
    /// Fields of the command, each with its path on the wire. One within a message or a list is told with the names in front
    /// of it, as `lines.position`; what stands beside it is its own name alone.
    renamed: &'static [(&'static str, &'static str)],
}

impl FieldNames {
    /// All fields have the domain's names.
    pub(crate) const SAME: Self = Self::new(&[]);

    /// Fields of the command, each with its path in the request.
    pub(crate) const fn new(renamed: &'static [(&'static str, &'static str)]) -> Self {
        Self { message: "", renamed }
    }

    /// The same, of a command whose fields stand in a message of the request.
    pub(crate) const fn inside(self, message: &'static str) -> Self {
        Self { message, ..self }
    }

    /// The path of a field of the command, in the request's names.
    pub(super) fn in_request(&self, path: Path) -> String {
        let message = Some(self.message).filter(|message| !message.is_empty());
        let mut names: Vec<String> = message.into_iter().map(str::to_owned).collect();
        let mut place = String::new();
        for mut step in path.steps() {
            let dot = if place.is_empty() { "" } else { "." };
            place.push_str(dot);
            place.push_str(step.name);
            let renamed = self.renamed.iter().find(|(domain, _)| *domain == place);
            if let Some((_, wire)) = renamed {
                step.name = wire;
            }
            names.push(step.to_string());
        }
        names.join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_in_the_names_of_the_request() {
        const NAMES: FieldNames =
            FieldNames::new(&[("currency", "total.currency_code"), ("occurred_at", "occur_time")]);
        assert_eq!(NAMES.in_request(Path::from("occurred_at")), "occur_time");
        assert_eq!(NAMES.in_request(Path::from("currency")), "total.currency_code");
        let nested = Path::entry("payments", 0).then("occurred_at");
        assert_eq!(NAMES.in_request(nested), "payments[0].occurred_at");
        const NESTED: FieldNames = FieldNames::new(&[("lines.position", "job_title")]);
        assert_eq!(NESTED.in_request(Path::line(2, "position")), "lines[2].job_title");
        assert_eq!(NESTED.in_request(Path::field("position")), "position");
        let product = NAMES.inside("product");
        assert_eq!(
            product.in_request(Path::from("occurred_at")),
            "product.occur_time"
        );
        assert_eq!(FieldNames::SAME.in_request(Path::from("currency")), "currency");
    }
}
