//! The house rules as tests: what no compiler checks, and what a reader of the project relies on.
//!
//! Every check reads the tree as it stands and lists all its findings at once: what, where, and the next step.
//! `sources` finds and parses the files; each other file holds one kind of rule.

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/deployment.rs"]
mod deployment;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/edges.rs"]
mod edges;
#[path = "tidy/kind_lists.rs"]
mod kind_lists;
#[path = "tidy/literals.rs"]
mod literals;
#[path = "tidy/manifests.rs"]
mod manifests;
#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/reasons.rs"]
mod reasons;
#[path = "tidy/runbooks.rs"]
mod runbooks;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/sources.rs"]
mod sources;
#[path = "tidy/sql_text.rs"]
mod sql_text;
#[path = "tidy/statements.rs"]
mod statements;

/// Fails with every finding when there is one.
///
/// # Errors
/// The findings, below the rule they break and above what to do about it.
fn verdict(rule: &str, findings: &[String], next: &str) -> anyhow::Result<()> {
    anyhow::ensure!(
        findings.is_empty(),
        "{rule}, but:\n  {}\nNext: {next}",
        findings.join("\n  ")
    );
    Ok(())
}
