//! An instance of a group, and what tasks hold of it.

use jiff::Timestamp;
use std::collections::BTreeMap;

/// What an instance type offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    pub name: &'static str,
    /// In CPU units: 1,024 are a vCPU.
    pub cpu: u32,
    /// MiB that the ECS agent registers.
    pub memory: u32,
    /// T classes: credits earned an hour, and the most that are kept.
    pub credits: Option<(f64, f64)>,
}

pub const M6I: Kind = Kind {
    name: "m6i.large",
    cpu: 2048,
    memory: 7680,
    credits: None,
};

pub const T3: Kind = Kind {
    name: "t3.large",
    cpu: 2048,
    memory: 7680,
    credits: Some((36.0, 864.0)),
};

/// Its lifecycle in the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    Pending,
    InService,
    Terminating,
}

impl Lifecycle {
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InService => "InService",
            Self::Terminating => "Terminating",
        }
    }
}

/// What one task holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub cpu: u32,
    pub memory: u32,
    pub port: Option<u16>,
}

/// One instance.
#[derive(Clone, Debug)]
pub struct Node {
    /// Counts up: its name within the world.
    pub number: u32,
    /// `i-…`.
    pub id: String,
    /// Its id as a container instance.
    pub container: String,
    pub kind: Kind,
    pub zone: String,
    pub lifecycle: Lifecycle,
    /// When the present step of its life ends.
    pub until: Timestamp,
    pub launched: Timestamp,
    /// When the ECS agent told the cluster of it.
    pub registered: Option<Timestamp>,
    pub credits: Option<f64>,
    /// The part of its CPU in use, 0 to 1.
    pub busy: f64,
    /// `busy` summed up since credits were last published.
    pub spent: f64,
    /// By task.
    pub held: BTreeMap<String, Held>,
    next_port: u16,
    version: u32,
}

/// The first of the ephemeral ports on Amazon Linux.
const FIRST_PORT: u16 = 32768;
const LAST_PORT: u16 = 60999;

impl Node {
    pub fn new(
        number: u32,
        id: String,
        container: String,
        kind: Kind,
        launched: Timestamp,
    ) -> Self {
        Self {
            number,
            id,
            container,
            kind,
            zone: String::new(),
            lifecycle: Lifecycle::Pending,
            until: launched,
            launched,
            registered: None,
            credits: kind.credits.map(|(_, most)| most / 4.0),
            busy: 0.02,
            spent: 0.0,
            held: BTreeMap::new(),
            next_port: FIRST_PORT,
            version: 1,
        }
    }

    /// Whether new tasks may come.
    pub fn open(&self) -> bool {
        self.lifecycle == Lifecycle::InService && self.registered.is_some()
    }

    /// Whether a task of this size may come.
    pub fn takes(&self, need: Held) -> bool {
        self.open() && self.cpu_left() >= need.cpu && self.memory_left() >= need.memory
    }

    pub fn cpu_left(&self) -> u32 {
        self.kind.cpu - self.held.values().map(|h| h.cpu).sum::<u32>()
    }

    pub fn memory_left(&self) -> u32 {
        self.kind.memory - self.held.values().map(|h| h.memory).sum::<u32>()
    }

    pub fn tasks(&self) -> usize {
        self.held.len()
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    /// A host port that no task has.
    pub fn free_port(&mut self) -> u16 {
        loop {
            let port = self.next_port;
            self.next_port = if port >= LAST_PORT {
                FIRST_PORT
            } else {
                port + 1
            };
            if self.held.values().all(|h| h.port != Some(port)) {
                return port;
            }
        }
    }

    pub fn hold(&mut self, task: String, held: Held) {
        self.version += 1;
        self.held.insert(task, held);
    }

    pub fn release(&mut self, task: &str) {
        self.version += 1;
        self.held.remove(task);
    }

    /// How fast it is: a T class without credits has its baseline only.
    pub fn speed(&self) -> f64 {
        if self.credits.is_some_and(|credits| credits <= 0.0) {
            0.5
        } else {
            1.0
        }
    }

    /// One second of earning and spending credits: one is a vCPU for a minute.
    pub fn spend(&mut self) {
        let Some(((earned, most), credits)) = self.kind.credits.zip(self.credits.as_mut()) else {
            return;
        };
        let vcpus = f64::from(self.kind.cpu) / 1024.0;
        *credits = (*credits + earned / 3600.0 - self.busy * vcpus / 60.0).clamp(0.0, most);
    }
}
