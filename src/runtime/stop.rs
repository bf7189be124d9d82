//! Ctrl-Z: stopping, so that a shell can take over, and only where one can.

use crate::domain::fault::{Fault, FaultKind};
use rustix::process::{Signal, getpgid, getpgrp, getppid, getsid, kill_current_process_group};

/// Stops this job until SIGCONT. The whole group, so that a wrapping script stops with us.
pub fn stop_this_process() {
    // Where it fails nothing has stopped; SIGCONT or a key brings the screen back.
    let _ = kill_current_process_group(Signal::STOP);
}

/// Refuses where nobody would continue us: no shell with job control above us in
/// this session (`ssh -t host tidegate`, a container's first process).
pub fn check() -> Result<(), Fault> {
    let leads_session = getsid(None).is_ok_and(|session| session == getpgrp());
    let parent_in_session =
        getppid().is_some_and(|parent| getsid(Some(parent)).ok() == getsid(None).ok());
    let parent_in_group =
        getppid().is_some_and(|parent| getpgid(Some(parent)).is_ok_and(|g| g == getpgrp()));
    if leads_session || !(parent_in_session || parent_in_group) {
        return Err(
            Fault::new(FaultKind::Refused, "There is no shell to come back from")
                .means("Suspended here, nothing could continue it")
                .next("Quit with q"),
        );
    }
    Ok(())
}

/// Why the console does not stop now.
pub fn change_in_flight() -> Fault {
    Fault::new(FaultKind::Refused, "A change is on its way")
        .means("Stopped now, it would not be verified")
        .next("Suspend once it is done")
}
