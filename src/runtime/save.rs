//! Files that the operator asks for: new ones, 0600, in our own 0700 directory.

use crate::domain::fault::{Fault, FaultKind};
use crate::model::message::{Message, Saved};
use crate::model::save::Saving;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;
use tokio::runtime::Handle;

/// Makes a directory, and those above it, readable by us alone.
pub fn private_dir(path: &Path) -> Result<(), Fault> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| unwritable(path, &e))
}

/// The end of the program waits so long for files that are being written.
const PATIENCE: Duration = Duration::from_secs(3);

/// Writes files on workers: a disk may be slow, or far away.
#[derive(Debug)]
pub struct Saver {
    dir: PathBuf,
    runtime: Handle,
    /// Each file that is being written holds the one; the other hears when none does any more.
    under_way: (Sender<()>, Receiver<()>),
}

impl Saver {
    /// Into `dir`.
    pub fn new(dir: PathBuf, runtime: Handle) -> Self {
        Self {
            dir,
            runtime,
            under_way: mpsc::channel(),
        }
    }

    /// Begins; `send` is told how it ended.
    pub fn begin(&self, saving: Saving, send: impl FnOnce(Message) + Send + 'static) {
        let (dir, under_way) = (self.dir.clone(), self.under_way.0.clone());
        self.runtime.spawn_blocking(move || {
            let path = lines(&dir, &saving.name, saving.lines());
            let what = saving.what;
            let path = path.map(|path| from_home(&path, std::env::home_dir().as_deref()));
            send(Message::Saved(path.map(|path| Saved { path, what })));
            drop(under_way);
        });
    }

    /// Waits for what is being written, but not for ever.
    pub fn finish(self) {
        let (begun, ended) = self.under_way;
        drop(begun);
        ended.recv_timeout(PATIENCE).ok();
    }
}

/// Writes lines to a new file in `dir`; its name is `name`, or the first of `name-2`, `name-3`, … that is free. Nothing is
/// ever overwritten, and what is cut off in the middle ends with `.part`.
fn lines(dir: &Path, name: &str, lines: impl Iterator<Item = String>) -> Result<PathBuf, Fault> {
    private_dir(dir)?;
    let (path, _) = create(dir, &file_name(name))?;
    let part = path.with_added_extension("part");
    let written = fill(&part, lines).and_then(|()| {
        // In the place of the empty file that keeps the name.
        std::fs::rename(&part, &path)
    });
    written.map_err(|error| {
        std::fs::remove_file(&part).ok();
        std::fs::remove_file(&path).ok();
        unwritable(&path, &error)
    })?;
    Ok(path)
}

fn fill(part: &Path, mut lines: impl Iterator<Item = String>) -> std::io::Result<()> {
    // What a program that died has left there is nobody's.
    let file = private().create(true).truncate(true).open(part)?;
    let mut out = BufWriter::new(file);
    lines.try_for_each(|line| writeln!(out, "{line}"))?;
    out.flush()?;
    out.get_ref().sync_all()
}

/// A file for us alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Shorter by as much as everybody knows: the whole path hardly fits on a line.
fn from_home(path: &Path, home: Option<&Path>) -> PathBuf {
    let within = home.and_then(|home| path.strip_prefix(home).ok());
    within.map_or_else(|| path.to_owned(), |rest| Path::new("~").join(rest))
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
        match private().create_new(true).open(&path) {
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
        let said = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let first = lines(&saved, "api.log", said("one\ntwo").into_iter()).unwrap();
        let second = lines(&saved, "api.log", said("three").into_iter()).unwrap();
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
    fn on_a_full_disk_no_half_of_a_file_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("half.txt.part");
        std::os::unix::fs::symlink("/dev/full", part).unwrap();
        let many = std::iter::repeat_n("x".repeat(100), 1_000);
        let fault = lines(dir.path(), "half.txt", many).unwrap_err();
        assert!(fault.what.as_str().contains("No space left"), "{fault:?}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_end_waits_for_what_is_being_written() {
        let dir = tempfile::tempdir().unwrap();
        let tasks = tokio::runtime::Runtime::new().unwrap();
        let saver = Saver::new(dir.path().join("saved"), tasks.handle().clone());
        let mut ring = crate::logs::ring::Ring::new(1 << 20);
        let source = crate::logs::chunk::tests::source("g");
        let event = crate::logs::chunk::tests::event(1, "one");
        for chunk in crate::logs::chunk::Chunk::seal(&source, &[event]) {
            ring.push(chunk.into());
        }
        let saving = Saving {
            name: "api.txt".into(),
            what: "1 line".into(),
            which: crate::logs::written::Which::All,
            snapshot: ring.snapshot(),
        };
        let (send, told) = mpsc::channel();
        saver.begin(saving, move |message| send.send(message).unwrap());
        saver.finish();
        let Ok(Message::Saved(Ok(file))) = told.try_recv() else {
            panic!("not written");
        };
        let text = std::fs::read_to_string(&file.path).unwrap();
        assert_eq!(text, "1970-01-01T00:00:00.001Z g s one\n");
    }

    #[test]
    fn a_path_is_said_from_the_home_directory_on() {
        let said = |path: &str, home| from_home(Path::new(path), home).display().to_string();
        let home = Some(Path::new("/home/ops"));
        assert_eq!(said("/home/ops/.local/x.txt", home), "~/.local/x.txt");
        assert_eq!(said("/var/x.txt", home), "/var/x.txt");
        assert_eq!(said("/var/x.txt", None), "/var/x.txt");
    }

    #[test]
    fn a_name_cannot_leave_the_directory() {
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(file_name("/ecs/orchard api.log"), "ecs-orchard-api.log");
        assert_eq!(file_name("..."), "saved.txt");
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_a_sentence() {
        let fault = lines(Path::new("/proc/nowhere"), "x", std::iter::empty()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Local);
    }
}
