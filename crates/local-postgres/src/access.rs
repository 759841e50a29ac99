//! Who may connect to a server that runs as another user than we do.
//!
//! Its socket lies in a folder of the server's user, so besides root only that user gets there. Our own user `posars` runs
//! nothing else; but a cluster that was made when PostgreSQL's packaged user ran it stays that user's, and whoever is
//! `postgres` on the machine (its administrator, a backup, another cluster) was superuser of the log. So PostgreSQL asks
//! the kernel who connects, and takes nobody but the user who started it.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::StartError;
use crate::cluster::SUPERUSER;
use crate::error::at;
use crate::layout::Layout;

/// The name of our map from users of the machine to those of the cluster.
const MAP: &str = "posars";
/// The name of the user with the id 0, where the machine does not tell.
const ROOT: &str = "root";

/// Writes the rules into `pg/`, which is ours and not the server's user's, and gives the settings that name them. The
/// files in the cluster hold no longer.
pub(crate) fn only_for_us(layout: &Layout) -> Result<Vec<(String, String)>, StartError> {
    let rules = [
        ("hba_file", layout.root.join("access.conf"), access()),
        ("ident_file", layout.root.join("users.conf"), users(&our_name())),
    ];
    let mut settings = Vec::new();
    for (name, path, text) in rules {
        write(&path, &text).map_err(at("writing", &path))?;
        settings.push((name.to_owned(), path.to_string_lossy().into_owned()));
    }
    Ok(settings)
}

/// Nobody by TCP, and on the socket whoever the map knows; also to copy the whole cluster.
fn access() -> String {
    format!(
        "# Written at each start. Whom the kernel names must stand in the map.\nlocal all all peer map={MAP}\n\
         local replication all peer map={MAP}\n"
    )
}

fn users(ours: &str) -> String {
    format!(
        "# Written at each start: map, user of the machine, user of the cluster.\n{MAP} {ours} {SUPERUSER}\n"
    )
}

/// Readable for the server's user, whatever our umask. A new file that takes the place of the old one: where `pg/` was
/// made by that user, root must not follow a link in it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(&part)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    std::fs::rename(&part, path)
}

fn our_name() -> String {
    let asked = Command::new("id").arg("-un").stderr(Stdio::null()).output();
    let name = asked
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let name = name.unwrap_or_default();
    match name.trim() {
        "" => ROOT.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_the_place_of_the_rules_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (rules, elsewhere) = (folder.path().join("access.conf"), folder.path().join("elsewhere"));
        std::fs::write(&elsewhere, "kept").unwrap();
        for planted in [rules.clone(), rules.with_extension("part")] {
            std::os::unix::fs::symlink(&elsewhere, &planted).unwrap();
            write(&rules, "ours").unwrap();
            assert_eq!(std::fs::read_to_string(&rules).unwrap(), "ours");
            assert!(!std::fs::symlink_metadata(&rules).unwrap().is_symlink());
            assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "kept");
        }
    }

    #[test]
    fn the_rules_let_only_the_named_user_in() {
        let rules = access() + &users("ana");
        let lines: Vec<&str> = rules.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            lines,
            [
                "local all all peer map=posars",
                "local replication all peer map=posars",
                "posars ana posars"
            ]
        );
    }
}
