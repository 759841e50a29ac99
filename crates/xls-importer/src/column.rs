//! A column of a sheet and its title.

/// A column and its title as the sheet writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Column from 0.
    pub index: u32,
    /// The title, empty where there is none.
    pub title: String,
}

/// The titles that are there.
pub(crate) fn titles_in(columns: &[Column]) -> Vec<String> {
    let titles = columns.iter().filter(|column| !column.title.is_empty());
    titles.map(|column| column.title.clone()).collect()
}
