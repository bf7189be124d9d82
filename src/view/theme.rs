//! Themes: a style for each role, from one TOML file each. A role that a theme
//! leaves out falls back to the part before its last dot, then to `body`.

mod color;
mod file;

use crate::domain::fault::Fault;
use crate::model::settings::ColorDepth;
use crate::model::source::Source;
use file::Draft;
use include_dir::{Dir, include_dir};
use ratatui::style::{Modifier, Style};
use strum::{EnumCount, EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// Everything that has a look of its own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, EnumCount, EnumString, IntoStaticStr,
)]
pub enum Role {
    #[strum(serialize = "body")]
    Body,
    /// Secondary text: units, hints, old rows.
    #[strum(serialize = "body.dim")]
    Dim,
    #[strum(serialize = "body.strong")]
    Strong,
    #[strum(serialize = "header")]
    Header,
    #[strum(serialize = "header.mode.read-only")]
    ReadOnly,
    #[strum(serialize = "header.mode.write")]
    WriteMode,
    #[strum(serialize = "header.endpoint")]
    Endpoint,
    #[strum(serialize = "banner")]
    Banner,
    #[strum(serialize = "frame")]
    Frame,
    #[strum(serialize = "frame.focus")]
    FrameFocus,
    #[strum(serialize = "frame.title")]
    Title,
    #[strum(serialize = "table.header")]
    TableHeader,
    #[strum(serialize = "table.cursor")]
    Cursor,
    #[strum(serialize = "table.mark")]
    Mark,
    #[strum(serialize = "status.good")]
    Good,
    #[strum(serialize = "status.progress")]
    Progress,
    #[strum(serialize = "status.warn")]
    Warn,
    #[strum(serialize = "status.bad")]
    Bad,
    #[strum(serialize = "footer.key")]
    Key,
    #[strum(serialize = "footer.text")]
    KeyText,
    #[strum(serialize = "dialog")]
    Dialog,
    #[strum(serialize = "dialog.title")]
    DialogTitle,
    #[strum(serialize = "dialog.old")]
    Old,
    #[strum(serialize = "dialog.new")]
    New,
    #[strum(serialize = "dialog.risk")]
    Risk,
    #[strum(serialize = "input")]
    Input,
    #[strum(serialize = "input.match")]
    Match,
    #[strum(serialize = "log.time")]
    LogTime,
    #[strum(serialize = "log.error")]
    LogError,
    #[strum(serialize = "log.warn")]
    LogWarn,
    #[strum(serialize = "log.group")]
    LogGroup,
}

/// The themes this binary was built with: dropping a file in is the whole change.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes");

/// A style for each role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    styles: [Style; Role::COUNT],
}

impl Default for Theme {
    fn default() -> Self {
        let (mut shipped, _) = Self::all(&[]);
        shipped.swap_remove(0)
    }
}

impl Theme {
    /// A theme made of one style per role.
    pub fn of(name: impl Into<String>, style: impl Fn(Role) -> Style) -> Self {
        let mut styles = [Style::new(); Role::COUNT];
        for role in Role::iter() {
            styles[role as usize] = style(role);
        }
        Self {
            name: name.into(),
            styles,
        }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The shipped themes and the operator's (each named by its source), `default`
    /// first; one of the operator's stands in for a shipped one of its name. A
    /// theme with a mistake in it is left out, and the mistake is told.
    pub fn all(user: &[Source]) -> (Vec<Self>, Vec<Fault>) {
        let mut drafts: Vec<Draft> = shipped()
            .iter()
            .filter_map(|source| Draft::read(source).ok())
            .collect();
        let mut faults = Vec::new();
        for source in user {
            match Draft::read(source) {
                Ok(draft) => replace(&mut drafts, draft),
                Err(found) => faults.extend(found),
            }
        }
        let made: Vec<_> = drafts.iter().map(|draft| draft.finish(&drafts)).collect();
        let mut themes: Vec<Self> = Vec::new();
        for theme in made {
            theme.map_or_else(|fault| faults.push(fault), |theme| themes.push(theme));
        }
        themes.sort_by_key(|theme| (theme.name != "default", theme.name.clone()));
        if themes.first().is_none_or(|theme| theme.name != "default") {
            themes.insert(0, Self::of("default", |_| Style::new()));
        }
        (themes, faults)
    }

    /// The nearest that a terminal of this depth can show. Without colours the
    /// roles that must stand out do so by bold, underline and reverse.
    #[must_use]
    pub fn at(&self, depth: ColorDepth) -> Self {
        Self::of(self.name.clone(), |role| match depth {
            ColorDepth::None => plain(role, self.style(role)),
            _ => color::reduce(self.style(role), depth),
        })
    }
}

/// The shipped theme files, each named by its theme.
fn shipped() -> Vec<Source> {
    SHIPPED
        .files()
        .filter_map(|file| Some(Source::new(file.path().to_str()?, file.contents_utf8()?)))
        .collect()
}

fn replace(drafts: &mut Vec<Draft>, draft: Draft) {
    drafts.retain(|other| other.name != draft.name);
    drafts.push(draft);
}

/// A style without colours.
fn plain(role: Role, style: Style) -> Style {
    let uncoloured = Style {
        fg: None,
        bg: None,
        ..style
    };
    uncoloured.add_modifier(match role {
        Role::Cursor | Role::Banner => Modifier::REVERSED,
        Role::Match | Role::New | Role::WriteMode => Modifier::BOLD | Modifier::UNDERLINED,
        Role::FrameFocus
        | Role::Title
        | Role::Strong
        | Role::Mark
        | Role::Warn
        | Role::Bad
        | Role::Risk
        | Role::LogError
        | Role::Endpoint
        | Role::Key
        | Role::DialogTitle => Modifier::BOLD,
        _ => Modifier::empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Color;
    use strum::IntoEnumIterator;

    const DEPTHS: [ColorDepth; 4] = [
        ColorDepth::None,
        ColorDepth::Ansi16,
        ColorDepth::Ansi256,
        ColorDepth::True,
    ];

    fn every_theme() -> Vec<(Theme, ColorDepth)> {
        let (themes, faults) = Theme::all(&[]);
        assert_eq!(faults, []);
        themes
            .iter()
            .flat_map(|theme| DEPTHS.map(|depth| (theme.at(depth), depth)))
            .collect()
    }

    /// What a cell of this role looks like: its style on top of the body's.
    fn seen(theme: &Theme, role: Role) -> Style {
        let under = Style::new().fg(Color::Reset).bg(Color::Reset);
        under
            .patch(theme.style(Role::Body))
            .patch(theme.style(role))
    }

    #[test]
    fn the_four_themes_are_shipped_with_default_first() {
        let names: Vec<String> = Theme::all(&[])
            .0
            .into_iter()
            .map(|theme| theme.name)
            .collect();
        assert_eq!(names, ["default", "colorblind", "harbor", "light"]);
        assert_eq!(Theme::default().name, "default");
    }

    #[test]
    fn every_role_is_readable_in_every_theme_at_every_depth() {
        for (theme, depth) in every_theme() {
            for role in Role::iter() {
                let style = seen(&theme, role);
                let same = style.fg == style.bg && style.fg != Some(Color::Reset);
                assert!(!same, "{} at {depth:?}: {role:?} is {style:?}", theme.name);
            }
        }
    }

    #[test]
    fn what_must_stand_out_does_so_in_every_theme_at_every_depth() {
        let pairs = [
            (Role::Cursor, Role::Body),
            (Role::FrameFocus, Role::Frame),
            (Role::Bad, Role::Good),
            (Role::Bad, Role::Body),
            (Role::Mark, Role::Body),
            (Role::New, Role::Old),
            (Role::WriteMode, Role::ReadOnly),
            (Role::Match, Role::Input),
            (Role::Banner, Role::Body),
        ];
        for (theme, depth) in every_theme() {
            for (one, other) in pairs {
                assert_ne!(
                    seen(&theme, one),
                    seen(&theme, other),
                    "{} at {depth:?}: {one:?}, {other:?}",
                    theme.name
                );
            }
        }
    }

    #[test]
    fn no_colour_is_left_at_depth_none_and_none_beyond_the_palette_below() {
        for (theme, depth) in every_theme() {
            for color in Role::iter()
                .flat_map(|role| [theme.style(role).fg, theme.style(role).bg])
                .flatten()
            {
                let kept = match depth {
                    ColorDepth::None => false,
                    ColorDepth::Ansi16 => !matches!(color, Color::Rgb(..) | Color::Indexed(_)),
                    ColorDepth::Ansi256 => !matches!(color, Color::Rgb(..)),
                    ColorDepth::True => true,
                };
                assert!(kept, "{} at {depth:?}: {color:?}", theme.name);
            }
        }
    }

    #[test]
    fn the_colorblind_theme_needs_no_red_against_green() {
        let (themes, _) = Theme::all(&[]);
        let theme = themes
            .iter()
            .find(|theme| theme.name == "colorblind")
            .unwrap();
        let red = [Color::Red, Color::LightRed];
        let green = [Color::Green, Color::LightGreen];
        let used: Vec<Color> = Role::iter()
            .flat_map(|r| [theme.style(r).fg, theme.style(r).bg])
            .flatten()
            .collect();
        assert!(
            !(used.iter().any(|c| red.contains(c)) && used.iter().any(|c| green.contains(c))),
            "{used:?}"
        );
    }

    #[test]
    fn the_truecolour_theme_has_contrast() {
        let (themes, _) = Theme::all(&[]);
        let theme = themes.iter().find(|theme| theme.name == "harbor").unwrap();
        for role in Role::iter() {
            let style = seen(theme, role);
            let (Some(fg), Some(bg)) = (style.fg, style.bg) else {
                panic!("{role:?} has no colours")
            };
            let contrast = color::contrast(fg, bg).expect("harbor names every colour by its value");
            assert!(contrast >= 3.0, "{role:?}: {contrast:.1}");
        }
    }

    #[test]
    fn a_theme_of_the_operator_stands_in_for_a_shipped_one() {
        let mine = Source::new("/home/a/light.toml", "body = 'blue'\n");
        let (themes, faults) = Theme::all(&[mine]);
        assert_eq!((themes.len(), faults.len()), (4, 0));
        let light = themes.iter().find(|theme| theme.name == "light").unwrap();
        assert_eq!(light.style(Role::Body).fg, Some(Color::Blue));
        assert_eq!(light.style(Role::Good).fg, Some(Color::Blue));
    }

    #[test]
    fn a_faulty_theme_is_left_out_and_told() {
        let (themes, faults) = Theme::all(&[Source::new("default.toml", "body = 'blu'\n")]);
        assert_eq!((themes.len(), faults.len()), (4, 1));
        assert_eq!(themes[0].name, "default");
    }
}
