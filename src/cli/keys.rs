//! `tidegate keys`: the key table, made from the keymap in force.

use super::args::Output;
use crate::model::keymap::{Entry, Keymap};
use crate::model::verb::Place;
use std::io::{self, Write};

/// Prints the table.
pub fn run(keymap: &Keymap, output: Output, out: &mut dyn Write) -> io::Result<()> {
    match output {
        Output::Text => out.write_all(text(keymap).as_bytes()),
        Output::Json => writeln!(out, "{}", json(keymap)),
    }
}

/// The table for people: by place, each row keys, what they do, and the verb's name.
pub fn text(keymap: &Keymap) -> String {
    let table = keymap.table();
    let sections = table.chunk_by(|one, next| one.place == next.place);
    sections.map(section).collect::<Vec<_>>().join("\n")
}

fn section(entries: &[Entry]) -> String {
    let title = entries
        .first()
        .map(|entry| format!("{}\n", heading(entry.place)));
    title.into_iter().chain(entries.iter().map(row)).collect()
}

fn heading(place: Place) -> &'static str {
    match place {
        Place::Anywhere => "Anywhere",
        Place::Services => "1 Services",
        Place::Autoscaling => "2 Autoscaling",
        Place::Rules => "3 Rate rules",
        Place::Snapshots => "4 Snapshots",
        Place::Logs => "5 Logs",
        Place::Session => "T Session",
    }
}

fn row(entry: &Entry) -> String {
    format!(
        "  {:<26}{:<26}{}\n",
        entry.keys.join(", "),
        entry.verb.help(),
        entry.verb.name()
    )
}

fn json(keymap: &Keymap) -> serde_json::Value {
    let rows = keymap.table().into_iter().map(|entry| {
        serde_json::json!({
            "place": <&str>::from(entry.place),
            "verb": entry.verb.name(),
            "keys": entry.keys,
            "help": entry.verb.help(),
        })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_built_in_keys() {
        insta::assert_snapshot!(text(&Keymap::default()));
    }

    #[test]
    fn the_same_as_json() {
        let mut out = Vec::new();
        run(&Keymap::default(), Output::Json, &mut out).unwrap();
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&out).unwrap();
        let scale = serde_json::json!({ "place": "services", "verb": "scale", "keys": ["s"], "help": "scale" });
        assert!(rows.contains(&scale));
    }
}
