//! All lines until now, of all groups in the order of time.

use super::{Run, Stopped, stopped};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::TailSource;
use crate::logs::chunk::Chunk;
use crate::logs::tail::Follow;
use crate::logs::tail::merge::Merge;
use crate::runtime::tail::Read;
use std::sync::Arc;
use tokio::sync::mpsc;

impl Run<'_> {
    /// All lines until now; `None` where it was asked to end.
    pub(super) async fn read(
        &mut self,
        mut read: Vec<mpsc::Receiver<Read>>,
    ) -> Result<Option<Vec<Follow>>, Stopped> {
        let mut merge = Merge::<Arc<Chunk>>::of(read.len());
        let mut follows: Vec<Option<Follow>> = read.iter().map(|_| None).collect();
        let mut reached = vec![None; read.len()];
        while follows.iter().any(Option::is_none) {
            for (of, from) in read.iter_mut().enumerate() {
                if merge.holds(of) || follows.get(of).is_none_or(Option::is_some) {
                    continue;
                }
                let came = tokio::select! {
                    biased;
                    () = stopped(&mut self.stop) => return Ok(None),
                    came = from.recv() => came,
                };
                let came = came.unwrap_or_else(|| Read::Failed {
                    of,
                    fault: stopped_by_a_bug(&self.tailing.sources[of]),
                });
                self.count(&came, &mut reached);
                self.came(came, &mut merge, &mut follows);
                self.page.progress(self.progress)?;
            }
            merge.drain(|chunk, line| self.put(chunk, line))?;
        }
        Ok(Some(follows.into_iter().flatten().collect()))
    }

    /// How far each group was read, and with that all of them.
    fn count(&mut self, came: &Read, reached: &mut [Option<i64>]) {
        match came {
            Read::Lines { of, pages, chunks } => {
                self.progress.pages += u64::from(*pages);
                let lines = chunks.iter().map(|chunk| chunk.lines().len() as u64);
                self.progress.read += lines.sum::<u64>();
                let newest = chunks.iter().filter_map(|chunk| chunk.lines().last());
                reached[*of] = newest.map(|line| line.at).max().max(reached[*of]);
            }
            // It does not keep the others back any more.
            Read::End { of, .. } | Read::Left { of, .. } | Read::Failed { of, .. } => {
                reached[*of] = None;
            }
            Read::Again { .. } => {}
        }
        self.progress.at = reached.iter().flatten().min().copied().or(self.progress.at);
    }

    fn came(&mut self, came: Read, merge: &mut Merge<Arc<Chunk>>, follows: &mut [Option<Follow>]) {
        match came {
            Read::Lines { of, chunks, .. } => {
                self.goes_on(of);
                for chunk in chunks {
                    self.asked.look(&chunk);
                    let times = chunk.lines().iter().map(|line| line.at).collect();
                    merge.push(of, Arc::new(chunk), times);
                }
            }
            Read::End { of, follow } => {
                merge.end(of);
                follows[of] = Some(*follow);
            }
            Read::Left { of, follow, fault } => {
                merge.end(of);
                self.leave(of, fault);
                follows[of] = Some(*follow);
            }
            Read::Again { of, fault } => self.is_tried_again(of, &fault),
            Read::Failed { of, fault } => {
                merge.end(of);
                self.page.note(&fault);
                self.failures.push(fault);
                follows[of] = Some(self.anew());
            }
        }
    }

    /// For a group that could not be read: from now on, should it come to life.
    fn anew(&self) -> Follow {
        Follow::new(self.clock.now().wall.as_millisecond()).whole()
    }
}

/// Its lines have an end that nobody announced.
fn stopped_by_a_bug(source: &TailSource) -> Fault {
    let what = format!("Reading {} stopped on a bug of ours", source.group.text());
    Fault::new(FaultKind::Internal, what).means("its lines are not all here")
}
