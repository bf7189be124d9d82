//! The environment as data, and what follows from it: directories, colours, characters.

use crate::domain::fault::{Fault, FaultKind};
use crate::model::settings::{Charset, ColorDepth};
use crate::model::source::nearest;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The variables this program knows beyond those of its flags.
const OTHER_VARIABLES: [&str; 1] = ["TIDEGATE_LOG"];

/// The environment of the process, taken once.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl Environment {
    /// A variable's text; an empty one counts as not set.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.raw(name).and_then(OsStr::to_str)
    }

    fn raw(&self, name: &str) -> Option<&OsStr> {
        self.0
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// A base directory: the XDG variable where it is an absolute path, else under the home directory.
    fn base(&self, variable: &str, under_home: &str) -> Option<PathBuf> {
        let xdg = self
            .raw(variable)
            .map(Path::new)
            .filter(|path| path.is_absolute());
        let home = || {
            self.raw("HOME")
                .map(|home| Path::new(home).join(under_home))
        };
        Some(xdg.map(Path::to_path_buf).or_else(home)?.join("tidegate"))
    }

    /// Where config, keymap and themes of the operator are; `None` without a home.
    pub fn config_dir(&self) -> Option<PathBuf> {
        self.base("XDG_CONFIG_HOME", ".config")
    }

    /// Where journal and debug log are; `None` without a home.
    pub fn state_dir(&self) -> Option<PathBuf> {
        self.base("XDG_STATE_HOME", ".local/state")
    }

    /// The colours this terminal says it has.
    pub fn color(&self) -> ColorDepth {
        let term = self.text("TERM").unwrap_or_default();
        let colorterm = self.text("COLORTERM").unwrap_or_default();
        if self.text("NO_COLOR").is_some() || matches!(term, "dumb" | "vt100" | "vt220") {
            ColorDepth::None
        } else if matches!(colorterm, "truecolor" | "24bit") || term.ends_with("-direct") {
            ColorDepth::True
        } else if term.contains("256color") {
            ColorDepth::Ansi256
        } else {
            ColorDepth::Ansi16
        }
    }

    /// The characters this locale can show.
    pub fn charset(&self) -> Charset {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| self.text(name));
        let utf8 = |locale: &str| locale.to_lowercase().replace('-', "").contains("utf8");
        if locale.is_some_and(utf8) {
            Charset::Unicode
        } else {
            Charset::Ascii
        }
    }

    /// Refuses a variable of ours that is nearly one we know: `TIDEGATE_READONLY`
    /// would else be no protection at all.
    pub fn check_names(&self, known: &[String]) -> Result<(), Fault> {
        let known: Vec<&str> = known
            .iter()
            .map(String::as_str)
            .chain(OTHER_VARIABLES)
            .collect();
        let ours = self
            .0
            .keys()
            .filter_map(|name| name.to_str())
            .filter(|name| name.starts_with("TIDEGATE_"));
        for name in ours.filter(|name| !known.contains(name)) {
            let meant = nearest(
                &name["TIDEGATE_".len()..],
                known.iter().filter_map(|k| k.strip_prefix("TIDEGATE_")),
            );
            if let Some(meant) = meant {
                return Err(Fault::new(
                    FaultKind::Usage,
                    format!("{name} is not a variable of tidegate"),
                )
                .means("What it should set would stay unset")
                .next(format!("Did you mean TIDEGATE_{meant}?")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(variables: &[(&str, &str)]) -> Environment {
        variables.iter().copied().collect()
    }

    #[test]
    fn xdg_directories_come_before_home_and_relative_ones_do_not_count() {
        let at = |variables: &[(&str, &str)]| env(variables).config_dir();
        assert_eq!(
            at(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")]),
            Some("/x/tidegate".into())
        );
        assert_eq!(
            at(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "x")]),
            Some("/h/.config/tidegate".into())
        );
        assert_eq!(at(&[]), None);
    }

    #[test]
    fn colours_follow_the_terminal_and_no_color_wins() {
        let depth = |variables: &[(&str, &str)]| env(variables).color();
        assert_eq!(depth(&[("TERM", "xterm")]), ColorDepth::Ansi16);
        assert_eq!(depth(&[("TERM", "screen-256color")]), ColorDepth::Ansi256);
        assert_eq!(
            depth(&[("TERM", "xterm"), ("COLORTERM", "truecolor")]),
            ColorDepth::True
        );
        assert_eq!(
            depth(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]),
            ColorDepth::None
        );
        assert_eq!(
            depth(&[("NO_COLOR", ""), ("TERM", "xterm")]),
            ColorDepth::Ansi16
        );
        assert_eq!(depth(&[("TERM", "dumb")]), ColorDepth::None);
    }

    #[test]
    fn characters_follow_the_first_locale_variable_that_is_set() {
        let charset = |variables: &[(&str, &str)]| env(variables).charset();
        assert_eq!(charset(&[("LANG", "en_US.UTF-8")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "C.utf8")]), Charset::Unicode);
        assert_eq!(
            charset(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]),
            Charset::Ascii
        );
        assert_eq!(
            charset(&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")]),
            Charset::Unicode
        );
        assert_eq!(charset(&[]), Charset::Ascii);
    }

    #[test]
    fn a_misspelt_variable_of_ours_is_refused_and_a_foreign_one_is_not() {
        let known = [
            "TIDEGATE_READ_ONLY".to_owned(),
            "TIDEGATE_REGION".to_owned(),
        ];
        let refused = env(&[("TIDEGATE_READONLY", "1")])
            .check_names(&known)
            .unwrap_err();
        assert!(
            refused.to_string().contains("TIDEGATE_READ_ONLY"),
            "{refused}"
        );
        assert_eq!(
            env(&[
                ("TIDEGATE_REGION", "x"),
                ("READONLY", "1"),
                ("TIDEGATE_LOG", "x")
            ])
            .check_names(&known),
            Ok(())
        );
    }

    #[test]
    fn variables_of_the_tests_are_not_taken_for_misspelt_ones() {
        let set = env(&[
            ("TIDEGATE_CRASH", "x"),
            ("TIDEGATE_FAIL", "x"),
            ("TIDEGATE_BUG", "x"),
        ]);
        assert_eq!(set.check_names(&crate::cli::args::variables()), Ok(()));
    }
}
