//! A report on standard output: JSON for programs, a table for people.

use std::io::{IsTerminal, Write};

use serde::Serialize;

/// Prints the report as JSON when asked to or when nobody watches, else as a table of its fields.
pub(crate) fn print(report: &impl Serialize, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    if json || !out.is_terminal() {
        writeln!(out, "{}", serde_json::to_string(report)?)?;
        return Ok(());
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    if let serde_json::Value::Object(fields) = serde_json::to_value(report)? {
        for (name, value) in fields {
            let shown = value.as_f64().filter(|_| value.is_f64()).map_or_else(
                || value.as_str().map_or_else(|| value.to_string(), str::to_owned),
                |number| format!("{number:.2}"),
            );
            table.add_row([name, shown]);
        }
    }
    writeln!(out, "{table}")?;
    Ok(())
}
