//! A task and the states it passes through.

use jiff::Timestamp;

/// `lastStatus`, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum State {
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Deprovisioning,
    Stopped,
}

/// `desiredStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Wanted {
    Running,
    Stopped,
}

/// What the load balancer thinks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Not registered.
    None,
    Initial,
    Healthy,
    Draining,
}

/// Why it stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum StopCode {
    UserInitiated,
    ServiceSchedulerInitiated,
    TerminationNotice,
}

/// Where it is on the instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The instance's number.
    pub node: u32,
    /// The host port that the container got.
    pub port: Option<u16>,
}

/// One task of a service.
#[derive(Clone, Debug)]
pub struct Task {
    /// 32 hexadecimal digits.
    pub id: String,
    pub deployment: u64,
    /// The place of its definition.
    pub definition: usize,
    pub state: State,
    pub wanted: Wanted,
    pub target: Target,
    /// None while it waits for room, and on Fargate.
    pub place: Option<Place>,
    /// When the present state may end.
    pub until: Timestamp,
    pub created: Timestamp,
    pub started: Option<Timestamp>,
    pub stopping: Option<Timestamp>,
    pub stopped: Option<Timestamp>,
    pub stop: Option<(StopCode, String)>,
    /// What is asked of it, in parts of what it can carry; smoothed.
    pub work: f64,
    pub version: u32,
}

impl Task {
    /// A new task that waits for its place.
    pub fn new(id: String, deployment: u64, definition: usize, now: Timestamp) -> Self {
        Self {
            id,
            deployment,
            definition,
            state: State::Provisioning,
            wanted: Wanted::Running,
            target: Target::None,
            place: None,
            until: now,
            created: now,
            started: None,
            stopping: None,
            stopped: None,
            stop: None,
            work: 0.0,
            version: 1,
        }
    }

    /// The task's state changes, for at least as long as until then.
    pub fn enter(&mut self, state: State, until: Timestamp) {
        self.state = state;
        self.until = until;
        self.version += 1;
    }

    /// Shall stop; the first reason stays.
    pub fn end(&mut self, code: StopCode, reason: impl Into<String>, now: Timestamp) {
        if self.wanted == Wanted::Running {
            self.wanted = Wanted::Stopped;
            self.stop = Some((code, reason.into()));
            self.stopping = Some(now);
            self.until = now;
            self.version += 1;
        }
    }

    /// Whether the load balancer sends it requests.
    pub fn serves(&self) -> bool {
        self.state == State::Running && self.target == Target::Healthy
    }

    /// Percent of the CPU that it reserved.
    pub fn cpu(&self) -> f64 {
        match self.state {
            State::Running => 4.0 + 96.0 * self.work.min(1.3),
            State::Activating => 30.0,
            _ => 0.0,
        }
    }

    /// Percent of the memory that it reserved.
    pub fn memory(&self) -> f64 {
        match self.state {
            State::Running => 47.0 + 21.0 * self.work.min(1.5),
            State::Activating => 25.0,
            _ => 0.0,
        }
    }
}
