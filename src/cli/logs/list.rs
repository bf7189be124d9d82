//! `tidegate logs --list`: the groups there are.

use super::super::args::Output;
use super::super::{Failure, Streams, say};
use super::LogsArgs;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::GroupFacts;
use crate::domain::units;
use crate::model::settings::Settings;
use crate::runtime::logs;
use serde_json::{Value, json};

pub(super) fn run(
    args: &LogsArgs,
    settings: &Settings,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let prefix = match args.groups.as_slice() {
        [] => "",
        [prefix] => prefix,
        _ => {
            let fault = Fault::new(FaultKind::Usage, "--list takes the beginning of one name");
            return Err(fault.next("Write tidegate logs --list /ecs/").into());
        }
    };
    let groups = logs::list(settings, prefix)?;
    if groups.is_empty() {
        say::faults(&[none(prefix)], io.err)?;
    }
    let width = groups
        .iter()
        .map(|g| g.name.as_str().chars().count())
        .max()
        .unwrap_or(0);
    for group in &groups {
        match args.output {
            Output::Text => writeln!(io.out, "{}", row(group, width))?,
            Output::Json => writeln!(io.out, "{}", object(group))?,
        }
    }
    Ok(0)
}

/// Nothing is an answer too, but one that a slip of the finger gives as well.
fn none(prefix: &str) -> Fault {
    if prefix.is_empty() {
        return Fault::new(FaultKind::Missing, "There is no log group in this region");
    }
    let what = format!("No log group's name begins with “{prefix}” in this region");
    Fault::new(FaultKind::Missing, what).next("tidegate logs --list shows those that there are")
}

fn row(group: &GroupFacts, width: usize) -> String {
    let kept = match group.retention {
        None => "for ever".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    };
    let class = if group.infrequent {
        "  infrequent access"
    } else {
        ""
    };
    let bytes = units::short_count(group.bytes);
    let name = group.name.text();
    let name = name.as_str();
    format!("{name:width$}  {kept:>9}  {bytes:>6}B{class}")
}

fn object(group: &GroupFacts) -> Value {
    json!({
        "name": group.name.as_str(),
        "retentionDays": group.retention,
        "storedBytes": group.bytes,
        "infrequentAccess": group.infrequent,
        "arn": group.arn.as_ref().map(crate::domain::ids::Arn::as_str),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_one_line_in_either_form() {
        let group = GroupFacts {
            name: "/ecs/api".into(),
            retention: Some(7),
            bytes: 1_200_000,
            infrequent: true,
            arn: None,
            created: None,
        };
        assert_eq!(
            row(&group, 10),
            "/ecs/api       7 days    1.2MB  infrequent access"
        );
        assert_eq!(object(&group)["retentionDays"], 7);
    }
}
