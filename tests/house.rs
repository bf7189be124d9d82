//! The rules of the house (`src/lib.rs`), kept by looking at the source text.

use std::fs;
use std::path::{Path, PathBuf};
use strum::IntoEnumIterator;
use tidegate::cli::keys;
use tidegate::model::keymap::Keymap;
use tidegate::model::verb::Verb;
use tidegate::view::theme::{Role, Theme};

/// All rooms in order. One may use those before it, but for what [`NOT`] takes away.
const ORDER: &[&str] = &[
    "crash", "domain", "session", "logs", "journal", "aws", "model", "view", "panes", "app", "sim",
    "runtime", "cli",
];

/// Neighbours that do not see each other: the console's half and the durable half.
const NOT: &[(&str, &[&str])] = &[
    ("domain", &["crash"]),
    ("session", &["crash"]),
    ("logs", &["crash", "session"]),
    ("model", &["crash", "journal", "aws"]),
    ("view", &["crash", "journal", "aws"]),
    ("panes", &["crash", "journal", "aws"]),
    ("app", &["crash", "journal", "aws"]),
    // The simulated account depends on nothing of ours: it must not share our mistakes.
    (
        "sim",
        &[
            "crash", "domain", "session", "logs", "journal", "aws", "model", "view", "panes", "app",
        ],
    ),
];

/// Rooms that may do I/O; the others are pure. Of the simulated account only its server is one.
const SHELL: &[&str] = &[
    "crash",
    "journal",
    "aws",
    "runtime",
    "cli",
    "main",
    "lib",
    "sim/server",
];

/// Verbs that have no key on purpose: the palette reaches them.
const PALETTE_ONLY: &[Verb] = &[];

/// One line of code: no comment, no blank.
struct Line {
    room: String,
    place: String,
    text: String,
}

impl Line {
    /// Whether it stands in a room, or in a part of one (`sim/server`).
    fn is_in(&self, room: &str) -> bool {
        let part = format!("src/{room}");
        let within = |rest: &str| rest.starts_with('/') || rest.starts_with(".rs:");
        self.room == room || self.place.strip_prefix(&part).is_some_and(within)
    }
}

fn rust_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn code() -> Vec<Line> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files.iter().flat_map(|file| lines(&root, file)).collect()
}

fn lines(top: &Path, file: &Path) -> Vec<Line> {
    let inside = file.strip_prefix(top).unwrap();
    let room = inside
        .iter()
        .next()
        .unwrap()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned();
    let text = fs::read_to_string(file).unwrap();
    let code = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.map(|(number, line)| Line {
        room: room.clone(),
        place: format!("src/{}:{}", inside.display(), number + 1),
        text: line.to_owned(),
    })
    .collect()
}

/// The lines outside `rooms` that hold one of `tokens`, as a word of its own at its end.
fn trespassing(rooms: &[&str], tokens: &[&str]) -> Vec<String> {
    let outside = code()
        .into_iter()
        .filter(|line| !rooms.iter().any(|room| line.is_in(room)));
    outside
        .filter(|line| tokens.iter().any(|token| holds(&line.text, token)))
        .map(|line| format!("{}: {}", line.place, line.text.trim()))
        .collect()
}

/// Whether `token` stands there; one that ends in a letter must end a word.
fn holds(text: &str, token: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let ends = |rest: &str| !(token.ends_with(char::is_alphabetic) && rest.starts_with(word));
    text.match_indices(token)
        .any(|(at, _)| ends(&text[at + token.len()..]))
}

/// The rooms a line names after `crate::`, also in braces.
fn rooms_named(line: &str) -> Vec<&str> {
    let ends = |c: char| !(c.is_alphanumeric() || c == '_');
    let after = line.split("crate::").skip(1);
    after
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group.split([',', '}']).map(str::trim).collect(),
            None => vec![rest],
        })
        .map(|path| path.split(ends).next().unwrap_or_default())
        .filter(|name| ORDER.contains(name))
        .collect()
}

/// Whether code of `room` may name `other`.
fn may_use(room: &str, other: &str) -> bool {
    let rank = |name: &str| ORDER.iter().position(|known| *known == name);
    let hidden = NOT
        .iter()
        .any(|(from, hidden)| *from == room && hidden.contains(&other));
    room == other || (rank(other) < rank(room) && !hidden)
}

#[test]
fn a_room_uses_only_the_rooms_below_it() {
    let inside = code()
        .into_iter()
        .filter(|line| ORDER.contains(&line.room.as_str()));
    let wrong: Vec<String> = inside
        .flat_map(|line| {
            let named = rooms_named(&line.text);
            let beyond = named
                .into_iter()
                .filter(|other| !may_use(&line.room, other));
            beyond
                .map(|other| format!("{} uses {other}", line.place))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_rooms_on_a_line_are_seen_in_every_form() {
    assert_eq!(rooms_named("use crate::aws::Gate;"), ["aws"]);
    assert_eq!(
        rooms_named("use crate::{aws::Gate, view};"),
        ["aws", "view"]
    );
    assert_eq!(
        rooms_named("fn a(b: &crate::app::State) -> crate::domain::Id {"),
        ["app", "domain"]
    );
    assert!(may_use("panes", "view") && !may_use("view", "panes") && !may_use("panes", "aws"));
    // A group over several lines would go unseen.
    let open: Vec<String> = code()
        .into_iter()
        .filter(|line| line.text.contains("crate::{") && !line.text.contains('}'))
        .map(|line| line.place)
        .collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn every_room_has_a_place_in_the_order() {
    let known = |room: &str| ["lib", "main"].contains(&room) || ORDER.contains(&room);
    let unknown: Vec<String> = code()
        .into_iter()
        .filter(|line| !known(&line.room))
        .map(|line| line.place)
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn no_type_of_the_sdk_leaves_its_room() {
    let tokens = [
        "aws_sdk_",
        "aws_smithy_",
        "aws_config",
        "aws_types",
        "aws_credential",
    ];
    // The simulated account frames CBOR and event streams with the SDK's own wire crates.
    let wrong = trespassing(&["aws", "sim/wire"], &tokens);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_shell_waits() {
    let wrong = trespassing(
        &["runtime", "aws", "sim/server"],
        &["async fn", "async move", "async {", ".await"],
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_shell_looks_at_a_clock() {
    let tokens = [
        "SystemTime::now",
        "Timestamp::now",
        "Instant::now",
        "Zoned::now",
    ];
    let wrong = trespassing(&["runtime"], &tokens);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pure_rooms_have_no_files_no_network_no_environment() {
    let tokens = [
        "std::fs",
        "std::net",
        "std::process",
        "std::env",
        "tokio::",
        "File::open",
    ];
    let wrong = trespassing(SHELL, &tokens);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_prints_behind_the_screens_back() {
    // Subcommands write to the streams they are given: those know whether only ASCII may leave.
    let wrong = trespassing(&[], &["println!(", "print!(", "dbg!("]);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn modules_are_named_by_themselves() {
    let mut files = Vec::new();
    rust_files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    assert!(files.iter().all(|file| !file.ends_with("mod.rs")));
}

#[test]
fn every_verb_has_a_key_or_is_left_to_the_palette_on_purpose() {
    let keymap = Keymap::default();
    for verb in Verb::iter() {
        let bound = verb
            .places()
            .iter()
            .all(|place| !keymap.keys_of(*place, verb).is_empty());
        assert_ne!(bound, PALETTE_ONLY.contains(&verb), "{}", verb.name());
    }
}

#[test]
fn every_shipped_theme_is_taken_and_gives_every_role_a_style_over_the_body() {
    let shipped = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("themes"))
        .unwrap()
        .count();
    let (themes, faults) = Theme::all(&[]);
    assert_eq!((themes.len(), faults), (shipped, Vec::new()));
    for theme in themes {
        let plain = Role::iter()
            .filter(|role| theme.style(*role) == theme.style(Role::Body))
            .count();
        assert!(
            plain < 6,
            "{}: {plain} roles look like the body",
            theme.name
        );
    }
}

#[test]
fn the_readme_shows_the_keys_that_are_in_force() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let table = format!("```text\n{}```\n", keys::text(&Keymap::default()));
    assert!(
        readme.contains(&table),
        "put the output of `tidegate keys` into README.md, in a text block"
    );
}
