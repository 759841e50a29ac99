//! Where in a command something is.

use std::fmt;

/// The most names of a path.
const STEPS_MAX: usize = 3;

/// A field's place in a command, such as `lines[2].quantity`: names, and places in lists, as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path([Option<Step>; STEPS_MAX]);

/// One name of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The name of a field.
    pub name: &'static str,
    /// Which entry of it, from 0, where it is a list.
    pub index: Option<usize>,
}

impl Path {
    /// A field of the command itself.
    #[must_use]
    pub const fn field(name: &'static str) -> Self {
        Self([Some(Step { name, index: None }), None, None])
    }

    /// An entry of a list of the command; `index` counts from 0.
    #[must_use]
    pub const fn entry(list: &'static str, index: usize) -> Self {
        let step = Step {
            name: list,
            index: Some(index),
        };
        Self([Some(step), None, None])
    }

    /// A field of one of the command's `lines`; `index` counts from 0.
    #[must_use]
    pub fn line(index: usize, name: &'static str) -> Self {
        Self::entry("lines", index).then(name)
    }

    /// A field of what is at this place.
    #[must_use]
    pub fn then(mut self, name: &'static str) -> Self {
        let free = self.0.iter_mut().find(|step| step.is_none());
        debug_assert!(free.is_some(), "{self} has no room for {name}");
        if let Some(free) = free {
            *free = Some(Step { name, index: None });
        }
        self
    }

    /// The same place in an entry of a list.
    #[must_use]
    pub fn within(self, list: &'static str, index: usize) -> Self {
        let rest = self.steps();
        rest.fold(Self::entry(list, index), |path, step| {
            let mut path = path.then(step.name);
            if let Some(last) = path.0.iter_mut().rev().flatten().next() {
                last.index = step.index;
            }
            path
        })
    }

    /// Which entry of a list of the command it lies in, from 0; none when it lies elsewhere.
    #[must_use]
    pub fn index_in(&self, list: &str) -> Option<usize> {
        let first = self.steps().next()?;
        first.index.filter(|_| first.name == list)
    }

    /// Its names, from the outside in.
    pub fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        self.0.iter().map_while(|step| *step)
    }
}

impl From<&'static str> for Path {
    fn from(name: &'static str) -> Self {
        Self::field(name)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            write!(out, "{dot}{step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)?;
        match self.index {
            Some(index) => write!(out, "[{index}]"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_people_point_at_a_field() {
        assert_eq!(Path::from("total").to_string(), "total");
        assert_eq!(Path::line(2, "quantity").to_string(), "lines[2].quantity");
        let key = Path::field("fiscal_ref").then("access_key");
        assert_eq!(key.to_string(), "fiscal_ref.access_key");
        let tax = Path::entry("taxes", 1).then("base");
        assert_eq!(tax.within("lines", 0).to_string(), "lines[0].taxes[1].base");
    }

    #[test]
    fn the_entry_of_a_list_is_known_without_reading_text() {
        assert_eq!(Path::line(2, "quantity").index_in("lines"), Some(2));
        assert_eq!(Path::line(2, "quantity").index_in("payments"), None);
        assert_eq!(Path::from("lines").index_in("lines"), None);
    }
}
