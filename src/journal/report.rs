//! The report beside a session's records: written when it has ended, replaced as a whole, removed with it.

use super::dir;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::session::record::Record;
use crate::session::report::Report;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Its two forms, by the ends of their names.
const MARKDOWN: &str = "report.md";
const JSON: &str = "report.json";
/// A report that is being written.
const UNFINISHED: &str = "new";

/// Writes `<id>.report.md` and `<id>.report.json`, each whole or not at all; answers with the first one's path.
pub fn write(dir: &Path, id: &SessionId, records: &[Record]) -> Result<PathBuf, Fault> {
    let report = Report::of(records)?;
    dir::check(dir)?;
    let markdown = path(dir, id, MARKDOWN);
    replace(&path(dir, id, JSON), &report.to_json())
        .and_then(|()| replace(&markdown, &report.to_markdown()))
        .and_then(|()| dir::sync(dir))
        .map_err(|e| unwritten(id, &e))?;
    Ok(markdown)
}

/// Removes a session's report, and what a death in the middle of writing one left.
pub(super) fn remove(dir: &Path, id: &SessionId) -> io::Result<()> {
    for end in [MARKDOWN, JSON] {
        let path = path(dir, id, end);
        for path in [unfinished(&path), path] {
            gone(&path)?;
        }
    }
    Ok(())
}

fn path(dir: &Path, id: &SessionId, end: &str) -> PathBuf {
    dir.join(format!("{}.{end}", id.as_str()))
}

fn unfinished(path: &Path) -> PathBuf {
    path.with_added_extension(UNFINISHED)
}

/// A reader finds the old text or the new one; a link in the file's place is replaced, never followed.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = unfinished(path);
    gone(&new)?;
    let mut file = create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}

fn create(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(
        path,
        flags,
        Mode::RUSR | Mode::WUSR,
    )?))
}

fn gone(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

fn unwritten(id: &SessionId, error: &io::Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("The report of {} cannot be written ({error})", id.text()),
    )
    .means("the session itself is not touched by that, and its journal has all of it")
    .next(format!(
        "once the disk is well: tidegate session report {}",
        id.text()
    ))
}

#[cfg(test)]
mod tests;
