//! Ctrl-Z: stopping, so that a shell can take over, and only where one can.

use crate::domain::fault::{Fault, FaultKind};
use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid};
use rustix::process::{Signal, kill_current_process_group};

/// Stops this job until SIGCONT. The whole group, so that a wrapping script stops with us.
pub fn stop_this_process() {
    // Where it fails nothing has stopped; SIGCONT or a key brings the screen back.
    let _ = kill_current_process_group(Signal::STOP);
}

/// Refuses where nobody would continue us: no shell with job control above us in
/// this session (`ssh -t host tidegate`, a container's first process).
pub fn check() -> Result<(), Fault> {
    if leads_session() || !parent().is_some_and(has_us_as_a_job) {
        return Err(
            Fault::new(FaultKind::Refused, "There is no shell to come back from")
                .means("Suspended here, nothing could continue it")
                .next("Quit with q"),
        );
    }
    Ok(())
}

fn leads_session() -> bool {
    getsid(None).is_ok_and(|session| session == getpgrp())
}

/// Who started us. The kernel says 0 for one outside our pid namespace, and 0 would
/// mean ourselves in the calls below.
fn parent() -> Option<Pid> {
    Some(getppid()).filter(|parent| parent.as_raw() > 0)
}

/// Whether `parent` shares our session or our job. These calls too may say 0 for what
/// is outside the namespace: that is why they go through nix, where 0 is a value,
/// and not through rustix, where it is a broken promise.
fn has_us_as_a_job(parent: Pid) -> bool {
    let known = |id: &Pid| id.as_raw() > 0;
    let session = getsid(Some(parent)).ok().filter(known);
    let group = getpgid(Some(parent)).ok().filter(known);
    (session.is_some() && session == getsid(None).ok()) || group == Some(getpgrp())
}

/// Why the console does not stop now.
pub fn change_in_flight() -> Fault {
    Fault::new(FaultKind::Refused, "A change is on its way")
        .means("Stopped now, it would not be verified")
        .next("Suspend once it is done")
}
