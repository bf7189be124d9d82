//! Lists of a request, filters, and pages.

use super::invalid;
use crate::sim::call::Refusal;
use crate::sim::value::Value;

/// The items of a list member; a client may send them under the items' own name.
pub fn items<'a>(input: &'a Value, member: &str, item: &str) -> &'a [Value] {
    match input.get(member) {
        Some(list @ Value::List(_)) => list.items(),
        Some(map) => map
            .get(item)
            .or_else(|| map.get("member"))
            .map_or(&[], Value::items),
        None => &[],
    }
}

/// One filter: a name, and the values of which one must fit.
pub struct Filter<'a> {
    pub name: &'a str,
    pub values: Vec<&'a str>,
}

/// The filters of a request, all of `known` names.
pub fn filters<'a>(input: &'a Value, known: &[&str]) -> Result<Vec<Filter<'a>>, Refusal> {
    let read = |filter: &'a Value| {
        let name = filter
            .get("Name")
            .and_then(Value::as_text)
            .unwrap_or_default();
        if !known.contains(&name) {
            return Err(invalid(format!("Unrecognized filter name: {name}")));
        }
        let values = items(filter, "Values", "Value")
            .iter()
            .filter_map(Value::as_text)
            .collect();
        Ok(Filter { name, values })
    };
    items(input, "Filters", "Filter").iter().map(read).collect()
}

impl Filter<'_> {
    pub fn takes(&self, value: &str) -> bool {
        // Identifiers and ARNs are told apart by the last part alone.
        self.values.iter().any(|wanted| {
            wanted.eq_ignore_ascii_case(value)
                || (wanted.starts_with("arn:") && wanted.rsplit(':').next() == Some(value))
        })
    }
}

/// A page of rows; the marker is the number of its first row.
pub fn page<T>(input: &Value, rows: Vec<T>) -> Result<(Vec<T>, Option<String>), Refusal> {
    let most = input
        .get("MaxRecords")
        .and_then(Value::as_int)
        .unwrap_or(100);
    if !(20..=100).contains(&most) {
        return Err(invalid(format!(
            "Invalid value {most} for MaxRecords. Must be between 20 and 100"
        )));
    }
    let from = match input.get("Marker").and_then(Value::as_text) {
        None | Some("") => 0,
        Some(marker) => marker
            .parse::<usize>()
            .map_err(|_| invalid(format!("Invalid marker: {marker}")))?,
    };
    let end = from.saturating_add(most as usize);
    let next = (end < rows.len()).then(|| end.to_string());
    Ok((
        rows.into_iter().skip(from).take(most as usize).collect(),
        next,
    ))
}
