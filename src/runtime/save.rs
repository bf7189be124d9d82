//! Files that the operator asks for: new ones, 0600, in our own 0700 directory.

use crate::domain::fault::{Fault, FaultKind};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Makes a directory, and those above it, readable by us alone.
pub fn private_dir(path: &Path) -> Result<(), Fault> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| unwritable(path, &e))
}

/// Writes lines to a new file in `dir`; its name is `name`, or the first of
/// `name-2`, `name-3`, … that is free. Nothing is ever overwritten.
pub fn lines(dir: &Path, name: &str, lines: &[String]) -> Result<PathBuf, Fault> {
    private_dir(dir)?;
    let (path, mut file) = create(dir, &file_name(name))?;
    let mut text = lines.join("\n");
    text.push('\n');
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|e| unwritable(&path, &e))?;
    Ok(path)
}

fn create(dir: &Path, name: &str) -> Result<(PathBuf, File), Fault> {
    let (stem, end) = name
        .rsplit_once('.')
        .map_or((name, String::new()), |(stem, end)| {
            (stem, format!(".{end}"))
        });
    for n in 1..1000 {
        let tried = if n == 1 {
            format!("{stem}{end}")
        } else {
            format!("{stem}-{n}{end}")
        };
        let path = dir.join(tried);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
        {
            Ok(file) => return Ok((path, file)),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(unwritable(&path, &e)),
        }
    }
    Err(Fault::new(
        FaultKind::Local,
        format!(
            "There are a thousand files called {name} in {}",
            dir.display()
        ),
    ))
}

/// A name that is a name everywhere: no separators, no leading dot, no surprises.
fn file_name(wished: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
            c
        } else {
            '-'
        }
    };
    let name: String = wished.chars().map(plain).take(120).collect();
    let name = name.trim_start_matches(['.', '-']);
    if name.is_empty() {
        "saved.txt".to_owned()
    } else {
        name.to_owned()
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("{} cannot be written ({error})", path.display()),
    )
    .means("Nothing was saved")
    .next("Check the disk and the permissions of that directory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_new_private_and_never_replaces_another() {
        let dir = tempfile::tempdir().unwrap();
        let saved = dir.path().join("saved");
        let first = lines(&saved, "api.log", &["one".into(), "two".into()]).unwrap();
        let second = lines(&saved, "api.log", &["three".into()]).unwrap();
        assert_eq!(std::fs::read_to_string(&first).unwrap(), "one\ntwo\n");
        assert_eq!(second.file_name().unwrap(), "api-2.log");
        assert_eq!(
            std::fs::metadata(&first).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            std::fs::metadata(&saved).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }

    #[test]
    fn a_name_cannot_leave_the_directory() {
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(file_name("/ecs/orchard api.log"), "ecs-orchard-api.log");
        assert_eq!(file_name("..."), "saved.txt");
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_a_sentence() {
        let fault = lines(Path::new("/proc/nowhere"), "x", &[]).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Local);
    }
}
