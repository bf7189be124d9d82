//! A database's log files and parameter groups.

use super::ask::no_instance;
use super::database::{Instance, arn};
use super::page::{filters, page};
use super::required;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map, named_list};
use crate::sim::world::World;

const HOUR: i64 = 3_600_000;
/// Files of the hours before that RDS keeps.
const KEPT: i64 = 24;

/// `DescribeDBLogFiles`: the error log, and a slow-query log for each hour of a day.
pub fn describe_log_files(world: &mut World, input: &Value) -> Answer {
    let id = required(input, "DBInstanceIdentifier")?;
    filters(input, &[])?;
    let now = world.now.as_millisecond();
    let region = world.region.clone();
    let instance = world.rds.instance(id).ok_or_else(|| no_instance(id))?;
    let number = |member| input.get(member).and_then(Value::as_int);
    let (since, size) = (number("FileLastWritten"), number("FileSize"));
    let part = input.get("FilenameContains").and_then(Value::as_text);
    let fits = |(name, written, bytes): &(String, i64, i64)| {
        part.is_none_or(|part| name.contains(part))
            && since.is_none_or(|since| *written >= since)
            && size.is_none_or(|size| *bytes > size)
    };
    let rows = files(instance, &region, now).into_iter().filter(fits);
    let rows = rows.map(|(name, written, bytes)| {
        map! { "LogFileName" => name, "LastWritten" => written, "Size" => bytes }
    });
    let (rows, marker) = page(input, rows.collect())?;
    let rows = named_list("DescribeDBLogFilesDetails", rows);
    Ok(map! { "DescribeDBLogFiles" => rows, "Marker" => marker })
}

/// Name, last written, bytes.
fn files(instance: &Instance, region: &str, now: i64) -> Vec<(String, i64, i64)> {
    let hour = now.div_euclid(HOUR) * HOUR;
    // Sizes differ by hour and database, and are the same at each look.
    let bytes = |place: i64| {
        let salt: i64 = instance
            .id
            .bytes()
            .chain(region.bytes())
            .map(i64::from)
            .sum();
        600 + (salt * 37 + (hour / HOUR - place) * 911).rem_euclid(5_000)
    };
    let mut files = vec![
        ("error/mysql-error.log".to_owned(), now - 90_000, 0),
        ("error/mysql-error-running.log".to_owned(), hour, bytes(0)),
        (
            "slowquery/mysql-slowquery.log".to_owned(),
            now - 8_000,
            bytes(1),
        ),
    ];
    files.extend((1..KEPT).map(|back| {
        let written = hour - (back - 1) * HOUR;
        let name = format!(
            "slowquery/mysql-slowquery.log.{}",
            (written / HOUR).rem_euclid(24)
        );
        (name, written, bytes(back + 1))
    }));
    files
}

/// `DescribeDBParameterGroups`: one for each engine.
pub fn describe_parameter_groups(world: &mut World, input: &Value) -> Answer {
    let wanted = input.get("DBParameterGroupName").and_then(Value::as_text);
    filters(input, &[])?;
    let mut rows: Vec<(String, Value)> = Vec::new();
    for instance in &world.rds.instances {
        let name = instance.parameters();
        if rows.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let facts = map! {
            "DBParameterGroupName" => &name,
            "DBParameterGroupFamily" => instance.family(),
            "Description" => format!("{} of the orchard", instance.engine),
            "DBParameterGroupArn" => arn(&instance.region, "pg", &name),
        };
        rows.push((name, facts));
    }
    rows.retain(|(name, _)| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(name)));
    if let (Some(wanted), true) = (wanted, rows.is_empty()) {
        let message = format!("DBParameterGroup {wanted} not found.");
        return Err(Refusal::with(404, "DBParameterGroupNotFound", message));
    }
    let (rows, marker) = page(input, rows.into_iter().map(|(_, facts)| facts).collect())?;
    let rows = named_list("DBParameterGroup", rows);
    Ok(map! { "Marker" => marker, "DBParameterGroups" => rows })
}
