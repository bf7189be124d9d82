//! The debug log: off unless asked for by `--log-file` or `TIDEGATE_LOG`; a file
//! of the operator's alone, with secrets masked and no control character in it.

use super::environment::Environment;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::domain::text::mask::mask;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// What is logged where only a file was named.
const DEFAULT_FILTER: &str = "tidegate=debug";

/// Starts logging where it is wished for; the guard writes the rest out when it is dropped.
pub fn start(file: Option<&str>, environment: &Environment) -> Result<Option<WorkerGuard>, Fault> {
    let wished = environment.text("TIDEGATE_LOG");
    if file.is_none() && wished.is_none() {
        return Ok(None);
    }
    let filter = EnvFilter::try_new(wished.unwrap_or(DEFAULT_FILTER))
        .map_err(|error| bad_filter(&error.to_string()))?;
    let path = path(file, environment)?;
    let opened = open(&path).map_err(|error| unwritable(&path, &error))?;
    let (writer, guard) = tracing_appender::non_blocking(Washed(opened));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .try_init();
    started.map_err(|error| {
        Fault::new(
            FaultKind::Internal,
            format!("logging did not start: {error}"),
        )
    })?;
    Ok(Some(guard))
}

fn path(file: Option<&str>, environment: &Environment) -> Result<PathBuf, Fault> {
    let default = || {
        environment
            .state_dir()
            .map(|directory| directory.join("debug.log"))
    };
    file.map(PathBuf::from).or_else(default).ok_or_else(|| {
        Fault::new(
            FaultKind::Usage,
            "TIDEGATE_LOG is set, but there is no home directory to log to",
        )
        .next("Name a file with --log-file")
    })
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty())
    {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
    }
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(no_follow)
        .open(path)
}

fn unwritable(path: &Path, error: &io::Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("the debug log {} cannot be opened: {error}", path.display()),
    )
    .next("Name another file with --log-file, or leave TIDEGATE_LOG unset")
}

fn bad_filter(error: &str) -> Fault {
    Fault::new(
        FaultKind::Usage,
        format!("TIDEGATE_LOG is not a filter: {error}"),
    )
    .next("Write it like debug, or tidegate=debug")
}

/// Cleans each line on its way to the file.
struct Washed<W>(W);

impl<W: Write> Write for Washed<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        for line in String::from_utf8_lossy(event).lines() {
            writeln!(self.0, "{}", mask(Text::clean(line).as_str()))?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_log_is_the_operators_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/debug.log");
        let file = open(&path).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            path.parent()
                .unwrap()
                .metadata()
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o700
        );
    }

    #[test]
    fn a_link_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("debug.log");
        std::os::unix::fs::symlink(home.path().join("elsewhere"), &link).unwrap();
        assert!(open(&link).is_err());
    }

    #[test]
    fn secrets_and_control_characters_do_not_reach_the_file() {
        let mut washed = Washed(Vec::new());
        washed
            .write_all(b"key AKIAIOSFODNN7EXAMPLE \x1b[2J\n")
            .unwrap();
        let text = String::from_utf8(washed.0).unwrap();
        assert!(
            !text.contains("AKIAIOSFODNN7EXAMPLE") && !text.contains('\x1b'),
            "{text:?}"
        );
    }
}
