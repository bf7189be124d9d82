//! One file of a session: appended to, synced, never rewritten.

use crate::crash;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// Set aside beyond what is written, so that a revert can be recorded on a full disk.
const SET_ASIDE: u64 = 64 * 1024;

/// An open segment.
#[derive(Debug)]
pub struct Segment {
    file: File,
    /// Bytes written, and bytes that have their place on the disk.
    written: u64,
    kept: u64,
    /// No more can be set aside: what is left is for what has to be recorded.
    tight: bool,
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
        let made =
            set_aside(&file, 0).and_then(|()| path.parent().map_or(Ok(()), super::dir::sync));
        if let Err(error) = made {
            // An empty segment says nothing; a later attempt may use the name.
            std::fs::remove_file(path).ok();
            return Err(error);
        }
        crash::point("journal.created");
        Ok(Self {
            file,
            written: 0,
            kept: SET_ASIDE,
            tight: false,
        })
    }

    /// Opens an existing one for appending, where no new one can be made.
    pub fn reopen(path: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Self {
            file: File::from(rustix::fs::open(path, flags, Mode::empty())?),
            written: 0,
            kept: 0,
            tight: true,
        })
    }

    /// Whether only what has to be recorded is still to be written here.
    pub fn is_tight(&self) -> bool {
        self.tight
    }

    /// What was used of the space set aside is set aside anew, while there is some.
    fn top_up(&mut self, by: usize) {
        self.written += by as u64;
        if !self.tight && self.kept < self.written + SET_ASIDE {
            self.tight = set_aside(&self.file, self.kept).is_err();
            self.kept += SET_ASIDE;
        }
    }

    /// Appends one line in one write.
    pub fn append(&mut self, line: &str) -> io::Result<()> {
        crash::point("journal.append");
        crash::fail("append")?;
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.top_up(line.len() + 1);
        Ok(())
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
fn set_aside(file: &File, from: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    crash::fail("space")?;
    match fallocate(file.as_fd(), FallocateFlags::KEEP_SIZE, from, SET_ASIDE) {
        Err(e) if e == rustix::io::Errno::OPNOTSUPP || e == rustix::io::Errno::NOSYS => Ok(()),
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn however_much_is_written_as_much_again_is_kept_for_what_must_be() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path(), "s", 1);
        let mut segment = Segment::create(&path).unwrap();
        for _ in 0..200 {
            segment.append(&"x".repeat(999)).unwrap();
        }
        let found = std::fs::metadata(&path).unwrap();
        assert_eq!(found.len(), 200_000);
        let kept = found.blocks() * 512 - found.len();
        assert!(kept >= SET_ASIDE || found.blocks() == 0, "{kept}");
        assert!(!segment.is_tight());
        assert!(Segment::reopen(&path).unwrap().is_tight());
    }
}
