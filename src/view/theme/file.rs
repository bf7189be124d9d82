//! A theme file: roles to styles, a palette of its own names, and a theme it
//! inherits from. Every mistake is named with its place.

use super::color::{NAMES, hex};
use super::{Role, Theme};
use crate::domain::fault::Fault;
use crate::model::source::{Source, did_you_mean};
use ratatui::style::{Color, Modifier, Style};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use strum::IntoEnumIterator;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const MODIFIERS: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

const PARTS: [&str; 3] = ["fg", "bg", "modifiers"];

/// A theme as its file says it, before what it inherits is known.
#[derive(Debug)]
pub struct Draft {
    pub name: String,
    source: Source,
    inherits: Option<Spanned<String>>,
    styles: BTreeMap<String, Style>,
}

impl Draft {
    /// Reads a theme file; its name is the file's.
    pub fn read(source: &Source) -> Result<Self, Vec<Fault>> {
        let table = source.parse().map_err(|fault| vec![fault])?;
        let mut reader = Reader {
            source,
            palette: BTreeMap::new(),
            faults: Vec::new(),
        };
        let draft = reader.draft(&table);
        reader.faults.sort_by_key(|(at, _)| *at);
        if reader.faults.is_empty() {
            Ok(draft)
        } else {
            Err(reader.faults.into_iter().map(|(_, fault)| fault).collect())
        }
    }

    /// The theme, with what it inherits from `others` filled in.
    pub fn finish(&self, others: &[Self]) -> Result<Theme, Fault> {
        let styles = self.inherited(others, &mut Vec::new())?;
        Ok(Theme::of(self.name.clone(), |role| {
            fallback(&styles, role.into())
        }))
    }

    fn inherited<'d>(
        &'d self,
        others: &'d [Self],
        seen: &mut Vec<&'d str>,
    ) -> Result<BTreeMap<String, Style>, Fault> {
        seen.push(&self.name);
        let Some(parent) = &self.inherits else {
            return Ok(self.styles.clone());
        };
        if seen.contains(&parent.get_ref().as_str()) {
            let what = format!("“{}” inherits from itself in the end", self.name);
            return Err(self
                .source
                .fault(&parent.span(), what)
                .next("Name a theme that does not come back to this one"));
        }
        let Some(found) = others.iter().find(|other| other.name == *parent.get_ref()) else {
            let what = format!("there is no theme “{}” to inherit from", parent.get_ref());
            let mend = did_you_mean(
                parent.get_ref(),
                others.iter().map(|other| other.name.as_str()),
            );
            return Err(self.source.fault(&parent.span(), what).next(mend));
        };
        let mut styles = found.inherited(others, seen)?;
        styles.extend(self.styles.clone());
        Ok(styles)
    }
}

/// The style of a role, or of the part before its last dot, or of the body.
fn fallback(styles: &BTreeMap<String, Style>, role: &str) -> Style {
    let own = styles.get(role).copied();
    own.unwrap_or_else(|| match role.rsplit_once('.') {
        Some((parent, _)) => fallback(styles, parent),
        None => styles.get("body").copied().unwrap_or_default(),
    })
}

/// All roles and the parts before their dots: what a file may give a style.
fn role_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = Role::iter().map(<&'static str>::from).collect();
    let parents: Vec<&str> = names
        .iter()
        .flat_map(|name| name.match_indices('.').map(|(dot, _)| &name[..dot]))
        .collect();
    names.extend(parents);
    names.sort_unstable();
    names.dedup();
    names
}

struct Reader<'s> {
    source: &'s Source,
    palette: BTreeMap<String, Color>,
    faults: Vec<(usize, Fault)>,
}

impl Reader<'_> {
    fn draft(&mut self, table: &DeTable<'_>) -> Draft {
        if let Some(palette) = table.get("palette") {
            self.read_palette(palette);
        }
        let mut draft = Draft {
            name: Path::new(&self.source.name)
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            source: self.source.clone(),
            inherits: None,
            styles: BTreeMap::new(),
        };
        for (key, value) in table {
            match &**key.get_ref() {
                "palette" => {}
                "inherits" => draft.inherits = self.text(value, "the name of a theme"),
                role if role_names().contains(&role) => {
                    draft
                        .styles
                        .insert(role.to_owned(), self.style(role, value));
                }
                other => self.refuse(
                    &key.span(),
                    &format!("there is no role “{other}”"),
                    &did_you_mean(other, role_names()),
                ),
            }
        }
        draft
    }

    fn read_palette(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = value.get_ref().as_table() else {
            return self.refuse(
                &value.span(),
                "the palette is a section",
                "Write [palette], then NAME = \"#rrggbb\"",
            );
        };
        for (key, value) in table {
            if let Some(color) = self.color(value) {
                self.palette.insert(key.get_ref().to_string(), color);
            }
        }
    }

    /// `"green"`, or a table of fg, bg and modifiers.
    fn style(&mut self, role: &str, value: &Spanned<DeValue<'_>>) -> Style {
        let Some(parts) = value.get_ref().as_table() else {
            return Style {
                fg: self.color(value),
                ..Style::new()
            };
        };
        let mut style = Style::new();
        for (key, value) in parts {
            match &**key.get_ref() {
                "fg" => style.fg = self.color(value),
                "bg" => style.bg = self.color(value),
                "modifiers" => style = style.add_modifier(self.modifiers(value)),
                other => self.refuse(
                    &key.span(),
                    &format!("a style has no “{other}”"),
                    &mend_part(role, other),
                ),
            }
        }
        style
    }

    fn color(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Color> {
        let found = match value.get_ref() {
            DeValue::Integer(number) => number
                .as_str()
                .parse()
                .ok()
                .filter(|_| number.radix() == 10)
                .map(Color::Indexed),
            DeValue::String(name) => self.named(name),
            _ => None,
        };
        if found.is_none() {
            self.no_color(value);
        }
        found
    }

    fn named(&self, name: &str) -> Option<Color> {
        let built_in = NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, color)| *color);
        self.palette
            .get(name)
            .copied()
            .or(built_in)
            .or_else(|| hex(name))
    }

    fn no_color(&mut self, value: &Spanned<DeValue<'_>>) {
        let form = "A colour is a name, \"#rrggbb\", or a number from 0 to 255";
        let Some(name) = value
            .get_ref()
            .as_str()
            .filter(|name| !name.starts_with('#'))
        else {
            return self.refuse(&value.span(), "this is not a colour", form);
        };
        let known: Vec<&str> = self
            .palette
            .keys()
            .map(String::as_str)
            .chain(NAMES.iter().map(|(n, _)| *n))
            .collect();
        let mend = did_you_mean(name, known);
        self.refuse(
            &value.span(),
            &format!("there is no colour “{name}”"),
            &mend,
        );
    }

    fn modifiers(&mut self, value: &Spanned<DeValue<'_>>) -> Modifier {
        let Some(list) = value.get_ref().as_array() else {
            self.refuse(&value.span(), "modifiers are a list", "Write [\"bold\"]");
            return Modifier::empty();
        };
        list.iter()
            .fold(Modifier::empty(), |all, one| all | self.modifier(one))
    }

    fn modifier(&mut self, value: &Spanned<DeValue<'_>>) -> Modifier {
        let given = value.get_ref().as_str().unwrap_or_default();
        if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == given) {
            return *modifier;
        }
        let mend = did_you_mean(given, MODIFIERS.iter().map(|(name, _)| *name));
        self.refuse(
            &value.span(),
            &format!("there is no modifier “{given}”"),
            &mend,
        );
        Modifier::empty()
    }

    fn text(&mut self, value: &Spanned<DeValue<'_>>, what: &str) -> Option<Spanned<String>> {
        let found = value
            .get_ref()
            .as_str()
            .map(|text| Spanned::new(value.span(), text.to_owned()));
        if found.is_none() {
            self.refuse(
                &value.span(),
                &format!("this should be {what}"),
                "Write it in quotes",
            );
        }
        found
    }

    fn refuse(&mut self, span: &Range<usize>, what: &str, mend: &str) {
        self.faults
            .push((span.start, self.source.fault(span, what).next(mend)));
    }
}

/// A dotted role without quotes is a table to TOML: say so.
fn mend_part(role: &str, part: &str) -> String {
    let dotted = format!("{role}.{part}");
    if role_names().contains(&dotted.as_str()) {
        format!("Write the role in quotes: \"{dotted}\"")
    } else {
        did_you_mean(part, PARTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(text: &str) -> Theme {
        let draft = Draft::read(&Source::new("themes/mine.toml", text)).unwrap();
        draft.finish(&[]).unwrap()
    }

    #[test]
    fn a_role_left_out_falls_back_to_the_part_before_its_dot_then_to_the_body() {
        let theme = theme("body = 'gray'\nheader = 'cyan'\n'header.mode.write' = 'red'\n");
        assert_eq!(theme.style(Role::WriteMode).fg, Some(Color::Red));
        assert_eq!(theme.style(Role::ReadOnly).fg, Some(Color::Cyan));
        assert_eq!(theme.style(Role::Bad).fg, Some(Color::Gray));
        assert_eq!(theme.name, "mine");
    }

    #[test]
    fn colours_come_by_name_value_number_and_palette() {
        let theme = theme(
            "body = 'sea'\nbanner = '#010203'\nframe = 244\ninput = 'default'\n[palette]\nsea = '#1f6f8b'\n",
        );
        let fg = |role| theme.style(role).fg;
        assert_eq!(fg(Role::Body), Some(Color::Rgb(0x1f, 0x6f, 0x8b)));
        assert_eq!(fg(Role::Banner), Some(Color::Rgb(1, 2, 3)));
        assert_eq!(fg(Role::Frame), Some(Color::Indexed(244)));
        assert_eq!(fg(Role::Input), Some(Color::Reset));
    }

    #[test]
    fn a_theme_inherits_all_it_does_not_say() {
        let parent =
            Draft::read(&Source::new("p.toml", "body = 'gray'\nbanner = 'red'\n")).unwrap();
        let child =
            Draft::read(&Source::new("c.toml", "inherits = 'p'\nbody = 'white'\n")).unwrap();
        let theme = child.finish(&[parent]).unwrap();
        assert_eq!(theme.style(Role::Body).fg, Some(Color::White));
        assert_eq!(theme.style(Role::Banner).fg, Some(Color::Red));
    }

    #[test]
    fn themes_that_inherit_in_a_circle_or_from_nowhere_are_refused() {
        let read = |name: &str, parent: &str| {
            Draft::read(&Source::new(
                format!("{name}.toml"),
                format!("inherits = '{parent}'\n"),
            ))
            .unwrap()
        };
        let drafts = [read("a", "b"), read("b", "a"), read("c", "bb")];
        assert!(
            drafts[0]
                .finish(&drafts)
                .unwrap_err()
                .to_string()
                .starts_with("b.toml:1:12: “b” inherits from itself")
        );
        assert!(
            drafts[2]
                .finish(&drafts)
                .unwrap_err()
                .to_string()
                .contains("Did you mean “b”?")
        );
    }

    #[test]
    fn each_mistake_is_named_with_its_place_and_its_mend() {
        let text = "boddy = 'gray'\nbody = 'gren'\nheader = '#12'\nframe = 300\nbanner = { fg = 'red', modifiers = ['blink'] }\ntable.cursor = 'red'\ninput = { colour = 1 }\ninherits = 3\n";
        let faults = Draft::read(&Source::new("mine.toml", text)).unwrap_err();
        let said: Vec<String> = faults.iter().map(Fault::to_string).collect();
        insta::assert_snapshot!(said.join("\n"));
    }
}
