//! One file of a session: appended to, synced, never rewritten.

use crate::crash;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// Set aside at creation, so that a revert can be recorded on a full disk.
const SET_ASIDE: u64 = 64 * 1024;

/// An open segment.
#[derive(Debug)]
pub struct Segment {
    file: File,
}

/// `<id>.<n>.jsonl`
pub fn path(dir: &Path, id: &str, n: u32) -> PathBuf {
    dir.join(format!("{id}.{n}.jsonl"))
}

impl Segment {
    /// Creates a file that did not exist, with space set aside, and makes its name durable.
    pub fn create(path: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags};
        crash::point("journal.create");
        crash::fail("create")?;
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::EXCL
            | OFlags::APPEND
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?);
        let made = set_aside(&file).and_then(|()| path.parent().map_or(Ok(()), super::dir::sync));
        if let Err(error) = made {
            // An empty segment says nothing; a later attempt may use the name.
            std::fs::remove_file(path).ok();
            return Err(error);
        }
        crash::point("journal.created");
        Ok(Self { file })
    }

    /// Opens an existing one for appending, where no new one can be made.
    pub fn reopen(path: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Self {
            file: File::from(rustix::fs::open(path, flags, Mode::empty())?),
        })
    }

    /// Appends one line in one write.
    pub fn append(&mut self, line: &str) -> io::Result<()> {
        crash::point("journal.append");
        crash::fail("append")?;
        self.file.write_all(format!("{line}\n").as_bytes())
    }

    /// Makes everything appended so far durable.
    pub fn sync(&self) -> io::Result<()> {
        crash::point("journal.sync");
        crash::fail("sync")?;
        self.file.sync_data()?;
        crash::point("journal.synced");
        Ok(())
    }
}

/// A file system that cannot set space aside is used without.
fn set_aside(file: &File) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    crash::fail("space")?;
    match fallocate(file.as_fd(), FallocateFlags::KEEP_SIZE, 0, SET_ASIDE) {
        Err(e) if e == rustix::io::Errno::OPNOTSUPP || e == rustix::io::Errno::NOSYS => Ok(()),
        other => Ok(other?),
    }
}
