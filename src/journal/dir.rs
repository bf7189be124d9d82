//! The journal's directory: private, ours, and never a shared one.

use crate::domain::fault::{Fault, FaultKind};
use etcetera::BaseStrategy;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// `$XDG_STATE_HOME/tidegate/journal`.
pub fn default_dir() -> Result<PathBuf, Fault> {
    let strategy = etcetera::base_strategy::Xdg::new().map_err(|e| {
        Fault::new(
            FaultKind::Local,
            format!("There is no home directory ({e})"),
        )
        .means("the journal has no place, so nothing can be changed")
        .next("set HOME or XDG_STATE_HOME")
    })?;
    let state = strategy
        .state_dir()
        .unwrap_or_else(|| strategy.home_dir().join(".local/state"));
    Ok(state.join("tidegate").join("journal"))
}

/// Makes the directory where it is missing, and refuses one that is not private.
pub fn prepare(dir: &Path) -> Result<(), Fault> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|e| unusable(dir, &e.to_string()))?;
    for part in [Some(dir), dir.parent()].into_iter().flatten() {
        check(part)?;
    }
    sync(dir).map_err(|e| unusable(dir, &e.to_string()))
}

/// Refuses a directory that others can write to, or that is not ours.
pub fn check(dir: &Path) -> Result<(), Fault> {
    let found = std::fs::symlink_metadata(dir).map_err(|e| unusable(dir, &e.to_string()))?;
    if !found.is_dir() {
        return Err(unusable(dir, "it is not a directory"));
    }
    if found.uid() != rustix::process::getuid().as_raw() {
        return Err(unusable(dir, "it belongs to somebody else"));
    }
    if found.mode() & 0o022 != 0 {
        return Err(unusable(
            dir,
            &format!("others can write to it (mode {:o})", found.mode() & 0o7777),
        )
        .next(format!("chmod 700 {}", dir.display())));
    }
    Ok(())
}

/// A new or renamed file is durable only after its directory is.
pub fn sync(dir: &Path) -> std::io::Result<()> {
    File::open(dir)?.sync_all()
}

fn unusable(dir: &Path, why: &str) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!(
            "The journal's directory {} cannot be used: {why}",
            dir.display()
        ),
    )
    .means("without a journal nothing is changed")
    .next("mend the directory, or set XDG_STATE_HOME to another one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_is_made_private() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("tidegate/journal");
        prepare(&dir).unwrap();
        assert_eq!(std::fs::metadata(&dir).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn one_that_others_can_write_to_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("tidegate/journal");
        prepare(&dir).unwrap();
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o770)).unwrap();
        let fault = prepare(&dir).unwrap_err();
        assert!(fault.what.as_str().contains("others can write"), "{fault}");
    }

    #[test]
    fn a_link_in_its_place_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("real");
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, home.path().join("journal")).unwrap();
        assert!(check(&home.path().join("journal")).is_err());
    }
}
