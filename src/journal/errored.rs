//! The last resort: a record that the journal could not take, left in the home directory.

use crate::domain::ids::SessionId;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Appends `line` to `errored-<id>.json` in `home`; answers where.
pub fn leave(home: Option<&PathBuf>, id: &SessionId, line: &str) -> std::io::Result<PathBuf> {
    let home = home.ok_or_else(|| std::io::Error::other("there is no home directory"))?;
    let path = home.join(format!("errored-{}.json", id.as_str()));
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let options = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .custom_flags(no_follow)
        .clone();
    let mut file = options.open(&path)?;
    writeln!(file, "{line}")?;
    file.sync_all()?;
    Ok(path)
}
