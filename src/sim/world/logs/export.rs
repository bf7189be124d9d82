//! Export tasks: each night the day before is copied to the operators' archive, one group after the other (an account
//! runs one task at a time, aws-facts.md §1.7). Nobody has to look for the tasks to have run: they follow from the clock.

use super::group::Group;
use super::input::{limit, page, text};
use super::line::uuid;
use super::{DAY, write};
use crate::sim::call::Answer;
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;

/// Where the operators keep old lines.
const BUCKET: &str = "orchard-log-archive";
/// So many days of tasks are told.
const TOLD: i64 = 30;
/// The first task of a night begins so long after midnight (UTC), the next ones so much later each.
const BEGINS: (i64, i64) = (20 * 60_000, 6 * 60_000);
/// So long one waits, and takes.
const TAKES: (i64, i64) = (20_000, 4 * 60_000);
/// The groups that are archived, in the order of a night.
const ARCHIVED: [&str; 5] = [
    write::API,
    write::ADMIN,
    write::BATCH,
    write::SLOW,
    write::WAF,
];

/// One task, of one day of one group.
struct Task<'g> {
    group: &'g Group,
    /// The midnight at which its day begins, in milliseconds since 1970.
    from: i64,
    created: i64,
}

impl Task<'_> {
    fn status(&self, now: i64) -> &'static str {
        match now - self.created {
            took if took < TAKES.0 => "PENDING",
            took if took < TAKES.1 => "RUNNING",
            _ => "COMPLETED",
        }
    }

    /// The same task has the same id whenever it is told.
    fn id(&self) -> String {
        let name = self.group.name.bytes();
        let seed = name.fold(self.from as u64, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(byte.into())
        });
        uuid(&mut fastrand::Rng::with_seed(seed))
    }

    fn facts(&self, now: i64) -> Value {
        let (status, prefix) = (self.status(now), self.group.name.trim_start_matches('/'));
        let done = status == "COMPLETED";
        map! {
            "taskId" => self.id(),
            "taskName" => format!("nightly {prefix}"),
            "logGroupName" => &self.group.name,
            "from" => self.from,
            "to" => self.from + DAY,
            "destination" => BUCKET,
            "destinationPrefix" => prefix,
            "status" => map! {
                "code" => status,
                "message" => done.then_some("Completed successfully"),
            },
            "executionInfo" => map! {
                "creationTime" => self.created,
                "completionTime" => done.then_some(self.created + TAKES.1),
            },
        }
    }
}

/// The tasks of the last weeks, the newest first.
fn tasks(world: &World) -> Vec<Task<'_>> {
    let now = world.now.as_millisecond();
    let today = now - now.rem_euclid(DAY);
    let mut tasks: Vec<Task<'_>> = ARCHIVED
        .iter()
        .zip(0_i64..)
        .filter_map(|(name, place)| Some((world.logs.groups.get(*name)?, place)))
        .flat_map(|(group, place)| {
            (1..=TOLD).map(move |days| Task {
                group,
                from: today - days * DAY,
                created: today - (days - 1) * DAY + BEGINS.0 + place * BEGINS.1,
            })
        })
        .filter(|task| task.created <= now && task.from >= task.group.created)
        .collect();
    tasks.sort_by_key(|task| std::cmp::Reverse(task.created));
    tasks
}

/// All tasks, those of a status, or one.
pub fn describe_export_tasks(world: &World, input: &Value) -> Answer {
    let now = world.now.as_millisecond();
    let (id, status) = (text(input, "taskId"), text(input, "statusCode"));
    limit(input, 50)?;
    let wanted = |task: &Task<'_>| {
        id.is_none_or(|id| task.id() == id)
            && status.is_none_or(|status| task.status(now) == status)
    };
    let found = tasks(world).into_iter().filter(wanted);
    let (tasks, next) = page(input, 50, found.map(|task| task.facts(now)).collect())?;
    Ok(map! { "exportTasks" => list(tasks), "nextToken" => next })
}
