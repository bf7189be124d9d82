//! The keymap: keys to verbs, by place. Data: the operator's file over the
//! default one. Help, footer and `tidegate keys` are made from it.

use super::key::Key;
use super::source::{Source, did_you_mean};
use super::verb::{Place, Verb};
use crate::domain::fault::Fault;
use crossterm::event::{KeyEvent, KeyEventKind};
use std::ops::Range;
use std::str::FromStr;
use strum::IntoEnumIterator;
use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

/// The keymap this binary was built with.
const DEFAULT: &str = include_str!("keymap.toml");

/// What ends the program: one of them has to have a key everywhere.
const WAYS_OUT: [Verb; 2] = [Verb::Quit, Verb::QuitNow];

/// Keys to verbs. `Default` is the built-in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    rows: Vec<Row>,
}

/// One sequence of keys, and what it does where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    place: Place,
    verb: Verb,
    keys: Vec<Key>,
}

/// What the keys pressed so far mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Nothing; forget them.
    None,
    /// The beginning of a sequence; wait for the next.
    Pending,
    Verb(Verb),
}

impl Default for Keymap {
    fn default() -> Self {
        Self {
            rows: Parsed::of(&Source::new("(built in)", DEFAULT)).rows(),
        }
    }
}

impl Keymap {
    /// The built-in keymap with the operator's file over it: a row replaces the
    /// keys of its verb in its place, and takes its keys from every other verb there.
    pub fn with(user: &Source) -> Result<Self, Vec<Fault>> {
        let parsed = Parsed::of(user);
        if !parsed.faults.is_empty() {
            return Err(parsed.faults.into_iter().map(|(_, fault)| fault).collect());
        }
        let mut rows = Self::default().rows;
        rows.retain(|old| !parsed.replaces(old));
        rows.extend(parsed.bound.iter().map(|(row, _)| row.clone()));
        let keymap = Self { rows };
        match Place::iter().find(|place| !keymap.can_quit(*place)) {
            Some(place) => Err(vec![parsed.no_way_out(place)]),
            None => Ok(keymap),
        }
    }

    fn can_quit(&self, place: Place) -> bool {
        WAYS_OUT
            .iter()
            .any(|verb| !self.keys_of(place, *verb).is_empty())
    }

    /// What `pressed` means in `place`: its own rows first, then those of anywhere.
    pub fn lookup(&self, place: Place, pressed: &[KeyEvent]) -> Match {
        let keys: Vec<Key> = pressed
            .iter()
            .filter(|e| e.kind != KeyEventKind::Release)
            .map(|e| Key::from(*e))
            .collect();
        if keys.is_empty() {
            return Match::None;
        }
        match self.within(place, &keys) {
            Match::None => self.within(Place::Anywhere, &keys),
            found => found,
        }
    }

    fn within(&self, place: Place, keys: &[Key]) -> Match {
        let mut begun = self
            .rows
            .iter()
            .filter(|row| row.place == place && row.keys.starts_with(keys));
        match begun.next() {
            Some(row) if row.keys.len() == keys.len() => Match::Verb(row.verb),
            Some(_) => Match::Pending,
            None => Match::None,
        }
    }

    /// The keys that do `verb` in `place`, best known first; none where it is unbound.
    pub fn keys_of(&self, place: Place, verb: Verb) -> Vec<String> {
        let own = self
            .rows
            .iter()
            .filter(|row| row.place == place && row.verb == verb);
        let common = self.rows.iter().filter(|row| {
            place != Place::Anywhere
                && row.place == Place::Anywhere
                && row.verb == verb
                && !self.shadowed(place, row)
        });
        own.chain(common).map(Row::written).collect()
    }

    fn shadowed(&self, place: Place, row: &Row) -> bool {
        self.rows
            .iter()
            .any(|other| other.place == place && row.keys.starts_with(&other.keys))
    }

    /// The whole table, by place and verb, with every verb that has a key there.
    pub fn table(&self) -> Vec<Entry> {
        let pairs = Place::iter().flat_map(|place| Verb::iter().map(move |verb| (place, verb)));
        pairs
            .filter_map(|(place, verb)| self.entry(place, verb))
            .collect()
    }

    fn entry(&self, place: Place, verb: Verb) -> Option<Entry> {
        let bound = self
            .rows
            .iter()
            .filter(|row| row.place == place && row.verb == verb);
        let keys: Vec<String> = bound.map(Row::written).collect();
        (!keys.is_empty()).then_some(Entry { place, verb, keys })
    }
}

/// One line of the key table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub place: Place,
    pub verb: Verb,
    pub keys: Vec<String>,
}

impl Row {
    fn written(&self) -> String {
        self.keys
            .iter()
            .map(Key::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether both cannot stand in one place: equal, or one begins the other.
    fn collides(&self, other: &Self) -> bool {
        self.place == other.place
            && (self.keys.starts_with(&other.keys) || other.keys.starts_with(&self.keys))
    }
}

/// What a file says, and what is wrong with it.
struct Parsed<'s> {
    source: &'s Source,
    /// Each bound sequence with the place of its text.
    bound: Vec<(Row, Range<usize>)>,
    /// Every verb that has a row, `[]` included.
    named: Vec<(Place, Verb, Range<usize>)>,
    /// In the order of the file, after `of`.
    faults: Vec<(usize, Fault)>,
}

impl<'s> Parsed<'s> {
    fn of(source: &'s Source) -> Self {
        let mut parsed = Self {
            source,
            bound: Vec::new(),
            named: Vec::new(),
            faults: Vec::new(),
        };
        match source.parse() {
            Ok(table) => parsed.sections(&table),
            Err(fault) => parsed.faults.push((0, fault)),
        }
        parsed.bound.sort_by_key(|(_, span)| span.start);
        parsed.refuse_collisions();
        parsed.faults.sort_by_key(|(at, _)| *at);
        parsed
    }

    fn rows(self) -> Vec<Row> {
        self.bound.into_iter().map(|(row, _)| row).collect()
    }

    fn replaces(&self, old: &Row) -> bool {
        self.named
            .iter()
            .any(|(place, verb, _)| (*place, *verb) == (old.place, old.verb))
            || self.bound.iter().any(|(row, _)| row.collides(old))
    }

    fn sections(&mut self, table: &DeTable<'_>) {
        for (name, value) in table {
            match (Place::from_str(name.get_ref()), value.get_ref()) {
                (Ok(place), DeValue::Table(rows)) => self.section(place, rows),
                (Ok(_), _) => self.refuse(
                    &value.span(),
                    &format!("“{}” is a section: write [{0}]", name.get_ref()),
                    "",
                ),
                (Err(_), _) => self.unknown_section(name),
            }
        }
    }

    fn unknown_section(&mut self, name: &Spanned<DeString<'_>>) {
        let mend = did_you_mean(name.get_ref(), Place::iter().map(<&'static str>::from));
        self.refuse(
            &name.span(),
            &format!("there is no place “{}”", name.get_ref()),
            &mend,
        );
    }

    fn section(&mut self, place: Place, rows: &DeTable<'_>) {
        for (name, value) in rows {
            match (verb_in(place, name.get_ref()), value.get_ref()) {
                (Ok(verb), DeValue::Array(keys)) => {
                    self.named.push((place, verb, name.span()));
                    self.row(place, verb, keys);
                }
                (Ok(_), _) => self.refuse(
                    &value.span(),
                    "the keys of a verb are a list",
                    "Write [\"x\"], or [] to unbind it",
                ),
                (Err((what, mend)), _) => self.refuse(&name.span(), &what, &mend),
            }
        }
    }

    fn row(&mut self, place: Place, verb: Verb, keys: &DeArray<'_>) {
        for key in keys {
            match key
                .get_ref()
                .as_str()
                .ok_or_else(|| "a key is text".to_owned())
                .and_then(Key::sequence)
            {
                Ok(keys) => self.bound.push((Row { place, verb, keys }, key.span())),
                Err(what) => self.refuse(
                    &key.span(),
                    &what,
                    "Write it like \"s\", \"ctrl-r\", \"esc\" or \"g g\"",
                ),
            }
        }
    }

    fn refuse_collisions(&mut self) {
        let later = self.bound.iter().enumerate();
        let clashes: Vec<(usize, Fault)> = later
            .filter_map(|(i, (row, span))| {
                let (first, _) = self.bound[..i]
                    .iter()
                    .find(|(first, _)| first.collides(row))?;
                Some((span.start, self.clash(first, row, span)))
            })
            .collect();
        self.faults.extend(clashes);
    }

    fn clash(&self, first: &Row, row: &Row, span: &Range<usize>) -> Fault {
        let (key, taken) = (row.written(), first.written());
        let what = if key == taken {
            format!(
                "“{key}” is bound twice here: to {} and to {}",
                first.verb.name(),
                row.verb.name()
            )
        } else {
            format!("“{key}” and “{taken}” cannot both be bound: one begins the other")
        };
        self.source
            .fault(span, what)
            .next("Take one of them out, or give it another key")
    }

    /// The refusal of a keymap that leaves no key to quit in `place`, at the last row that takes one.
    fn no_way_out(&self, place: Place) -> Fault {
        let quits = |verb: &Verb| WAYS_OUT.contains(verb);
        let built_in = Keymap::default().rows;
        let taken = |row: &Row| {
            let ways = built_in.iter().filter(|old| quits(&old.verb));
            ways.into_iter().any(|old| old.keys.starts_with(&row.keys))
        };
        let named = self.named.iter().filter(|(_, verb, _)| quits(verb));
        let takers = self.bound.iter().filter(|(row, _)| taken(row));
        let spans = named
            .map(|(_, _, span)| span)
            .chain(takers.map(|(_, span)| span));
        let last = spans.max_by_key(|span| span.start).cloned();
        let what = match place {
            Place::Anywhere => "no key is left to quit".to_owned(),
            place => format!("no key is left to quit in [{}]", <&str>::from(place)),
        };
        self.source
            .fault(&last.unwrap_or_default(), what)
            .means("Nothing of this file was taken")
            .next("Leave a key to quit or to quit-now, such as quit-now = [\"ctrl-c\"]")
    }

    fn refuse(&mut self, span: &Range<usize>, what: &str, mend: &str) {
        self.faults
            .push((span.start, self.source.fault(span, what).next(mend)));
    }
}

/// The verb of this name, or why it cannot be bound in `place` and what would mend it.
fn verb_in(place: Place, name: &str) -> Result<Verb, (String, String)> {
    let fits =
        |verb: &Verb| verb.places().contains(&place) || verb.places().contains(&Place::Anywhere);
    match Verb::from_str(name) {
        Ok(verb) if fits(&verb) => Ok(verb),
        Ok(verb) => {
            let places: Vec<&str> = verb.places().iter().map(<&'static str>::from).collect();
            Err((
                format!("“{name}” does nothing in [{}]", <&str>::from(place)),
                format!("It belongs in: {}", places.join(", ")),
            ))
        }
        Err(_) => {
            let mend = did_you_mean(name, Verb::iter().filter(fits).map(Verb::name));
            Err((format!("there is no verb “{name}”"), mend))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    fn press(c: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
    }

    fn user(text: &str) -> Keymap {
        Keymap::with(&Source::new("keymap.toml", text)).unwrap()
    }

    fn refused(text: &str) -> Vec<String> {
        Keymap::with(&Source::new("keymap.toml", text))
            .unwrap_err()
            .iter()
            .map(Fault::to_string)
            .collect()
    }

    #[test]
    fn the_built_in_keymap_has_no_fault() {
        let source = Source::new("(built in)", DEFAULT);
        assert_eq!(Parsed::of(&source).faults, []);
    }

    #[test]
    fn a_place_comes_before_anywhere() {
        let map = Keymap::default();
        assert_eq!(
            map.lookup(Place::Services, &[press('s')]),
            Match::Verb(Verb::Scale)
        );
        assert_eq!(map.lookup(Place::Rules, &[press('s')]), Match::None);
        assert_eq!(
            map.lookup(Place::Services, &[press(' ')]),
            Match::Verb(Verb::Mark)
        );
        assert_eq!(
            map.lookup(Place::Logs, &[press(' ')]),
            Match::Verb(Verb::Pause)
        );
        assert_eq!(
            map.lookup(Place::Logs, &[press('u')]),
            Match::Verb(Verb::Undo)
        );
    }

    #[test]
    fn a_sequence_waits_for_its_last_key() {
        let map = Keymap::default();
        assert_eq!(map.lookup(Place::Services, &[press('g')]), Match::Pending);
        assert_eq!(
            map.lookup(Place::Services, &[press('g'), press('g')]),
            Match::Verb(Verb::Top)
        );
        assert_eq!(
            map.lookup(Place::Services, &[press('g'), press('x')]),
            Match::None
        );
        assert_eq!(map.lookup(Place::Services, &[]), Match::None);
    }

    #[test]
    fn a_released_key_means_nothing() {
        let mut released = press('s');
        released.kind = KeyEventKind::Release;
        assert_eq!(
            Keymap::default().lookup(Place::Services, &[released]),
            Match::None
        );
    }

    #[test]
    fn a_row_of_the_operator_replaces_the_keys_of_its_verb_there() {
        let map = user("[services]\nscale = ['x', 'ctrl-s']\n");
        assert_eq!(map.keys_of(Place::Services, Verb::Scale), ["x", "ctrl-s"]);
        assert_eq!(map.lookup(Place::Services, &[press('s')]), Match::None);
        assert_eq!(map.keys_of(Place::Autoscaling, Verb::Scale), ["s"]);
    }

    #[test]
    fn an_empty_list_unbinds() {
        let map = user("[anywhere]\nundo = []\n");
        assert_eq!(map.lookup(Place::Services, &[press('u')]), Match::None);
        assert!(map.keys_of(Place::Services, Verb::Undo).is_empty());
    }

    #[test]
    fn a_key_of_the_operator_is_taken_from_other_verbs_of_that_place() {
        let map = user("[anywhere]\nrefresh = ['g']\n");
        assert_eq!(
            map.lookup(Place::Rules, &[press('g')]),
            Match::Verb(Verb::Refresh)
        );
        assert_eq!(map.keys_of(Place::Anywhere, Verb::Top), ["home"]);
    }

    #[test]
    fn keys_hidden_by_a_place_are_not_offered_there() {
        let map = user("[logs]\nfind = ['u']\n");
        assert!(map.keys_of(Place::Logs, Verb::Undo).is_empty());
        assert_eq!(map.keys_of(Place::Rules, Verb::Undo), ["u"]);
    }

    #[test]
    fn each_mistake_is_named_with_its_place_and_its_mend() {
        let faults = refused(
            "[servces]\nscale = ['s']\n[services]\nscal = ['s']\ntoggle = ['t']\nscale = 's'\nlogs = ['pgup', 3]\n[anywhere]\nundo = ['x']\ndescribe = ['x']\ncopy = ['g']\ntop = ['g g']\n",
        );
        insta::assert_snapshot!(faults.join("\n"));
    }

    #[test]
    fn a_keymap_without_a_way_out_is_refused_where_it_takes_the_last() {
        for (text, place) in [
            (
                "[anywhere]\nquit = []\nquit-now = []\n",
                "3:1: no key is left to quit — ",
            ),
            (
                "[anywhere]\nquit = []\nundo = ['ctrl-c']\n",
                "3:9: no key is left to quit — ",
            ),
            (
                "[anywhere]\nquit-now = []\n[logs]\nfind = ['q']\n",
                "4:9: no key is left to quit in [logs]",
            ),
        ] {
            let faults = refused(text);
            assert!(
                faults[0].contains(place) && faults[0].contains("quit-now = [\"ctrl-c\"]"),
                "{faults:?}"
            );
        }
        assert!(user("[anywhere]\nquit = []\n").can_quit(Place::Logs));
        assert!(user("[anywhere]\nquit = ['Z']\nquit-now = []\n").can_quit(Place::Logs));
    }

    #[test]
    fn text_that_is_no_toml_is_refused() {
        assert!(refused("[services\n")[0].starts_with("keymap.toml:1:"));
    }

    #[test]
    fn the_table_lists_each_bound_verb_once_per_place() {
        let table = Keymap::default().table();
        let scale: Vec<&Entry> = table.iter().filter(|e| e.verb == Verb::Scale).collect();
        assert_eq!(scale.len(), 2);
        assert!(
            table
                .iter()
                .all(|e| e.keys.iter().all(|key| key.is_ascii()))
        );
    }
}
