//! Percentages at a glance: `62 %▲`, coloured by how high they are.

use super::lines::Span;
use super::paint::Paint;
use super::theme::Role;

/// From where a percentage is worth a look, and from where it is bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub warn: f64,
    pub bad: f64,
}

impl Limits {
    /// For CPU and memory of services.
    pub const LOAD: Self = Self {
        warn: 75.0,
        bad: 90.0,
    };

    /// The role of a value.
    pub fn role(self, value: f64) -> Role {
        match value {
            v if v >= self.bad => Role::Bad,
            v if v >= self.warn => Role::Warn,
            _ => Role::Body,
        }
    }
}

/// A change smaller than this is noise and gets no arrow.
const NOISE: f64 = 2.0;

/// `62 %▲`: the value, and the way it went since the one before. A missing value is `–`.
pub fn percent(now: Option<f64>, before: Option<f64>, limits: Limits, paint: &Paint<'_>) -> Span {
    let Some(now) = now.filter(|v| v.is_finite()) else {
        return Span::dim(if paint.glyph("–", "-") == "–" {
            "– "
        } else {
            "- "
        });
    };
    let arrow = match before.map(|b| now - b) {
        Some(d) if d >= NOISE => paint.glyph("▲", "^"),
        Some(d) if d <= -NOISE => paint.glyph("▼", "v"),
        _ => " ",
    };
    Span::of(format!("{now:.0} %{arrow}"), limits.role(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::settings::Settings;
    use crate::model::time::Now;
    use crate::view::theme::Theme;

    fn shown(now: Option<f64>, before: Option<f64>) -> (String, Role) {
        let (theme, settings) = (Theme::default(), Settings::default());
        let paint = Paint {
            theme: &theme,
            settings: &settings,
            now: Now::START,
            focused: false,
        };
        let span = percent(now, before, Limits::LOAD, &paint);
        (span.text.as_str().to_owned(), span.role)
    }

    #[test]
    fn the_arrow_tells_which_way_it_went() {
        assert_eq!(shown(Some(62.4), Some(50.0)), ("62 %▲".into(), Role::Body));
        assert_eq!(shown(Some(62.4), Some(80.0)), ("62 %▼".into(), Role::Body));
        assert_eq!(shown(Some(62.4), Some(62.0)), ("62 % ".into(), Role::Body));
    }

    #[test]
    fn a_high_value_is_coloured_and_a_missing_one_is_a_dash() {
        assert_eq!(shown(Some(91.0), None).1, Role::Bad);
        assert_eq!(shown(None, None), ("– ".into(), Role::Dim));
    }
}
