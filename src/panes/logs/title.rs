//! The title: which logs, how they are read, how late they are, and what is missing.

mod part;

use super::Logs;
use super::past::Past;
use super::rate;
use super::source::Lag;
use super::watch::Closed;
use crate::domain::fault::FaultKind;
use crate::domain::ids::LogGroup;
use crate::domain::text::Text;
use crate::domain::units;
use crate::model::settings::Charset;
use crate::panes::Context;
use crate::view::frame::{BESIDE, FILTER};
use crate::view::put::width;
use jiff::Timestamp;
use part::{Part, Worth, fitting, least};
use std::time::Duration;

/// From this many columns on the title has room for a sparkline.
const WIDE: u16 = 110;
/// Less than this is no delay to tell of.
const WORTH_SAYING: Duration = Duration::from_secs(1);
/// Seconds of one of its bars, and how many there are.
const BARS: (i64, usize) = (5, 12);

impl Logs {
    /// The pane's title: the name, and what is true of the lines right now, the most urgent first. A long name gives way
    /// to the truth.
    pub(super) fn heading(&self, cx: &Context<'_>) -> (String, String) {
        let parts = self.parts(cx);
        let least = least(&parts);
        let mut name = self.name();
        if self.room(&name, FILTER) < least {
            name = self.named(&rate::short);
        }
        let whole = self.room(&name, usize::MAX);
        let room = if whole < least {
            self.room(&name, FILTER)
        } else {
            whole
        };
        (name, fitting(parts, room))
    }

    /// The columns beside the name and so much of the filter, which the app draws.
    fn room(&self, name: &str, filter: usize) -> usize {
        let filter = match width(self.chosen_filter().source()) {
            0 => 0,
            wide => wide.min(filter) + 4,
        };
        usize::from(self.size.0).saturating_sub(BESIDE + width(name) + filter)
    }

    /// The first group, and what lies open over it.
    pub(super) fn name(&self) -> String {
        self.named(&|group| group.text().as_str().to_owned())
    }

    fn named(&self, of: &dyn Fn(&LogGroup) -> String) -> String {
        let Some(first) = self.sources.feeds.first() else {
            return "Logs".to_owned();
        };
        let more = match self.sources.feeds.len() - 1 {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        let past = if self.past.is_some() { " › past" } else { "" };
        let opened = self.sheets.crumbs();
        format!("Logs ─ {}{more}{past}{opened}", of(&first.source.group))
    }

    fn parts(&self, cx: &Context<'_>) -> Vec<Part> {
        match &self.past {
            _ if self.sources.feeds.is_empty() => Vec::new(),
            _ if self.sheets.top().is_some() => {
                self.trouble().into_iter().chain(self.lacks()).collect()
            }
            Some(past) => self.of_past(past),
            None => self.present(cx),
        }
    }

    fn of_past(&self, past: &Past) -> Vec<Part> {
        let mut parts = Vec::new();
        if past.is_reading() {
            parts.push(Part::new(Worth::Truth, "reading"));
        }
        let (from, to) = past.span();
        let said = |of: fn(i64) -> String| format!("{} – {}", of(from), of(to));
        parts.push(Part::new(Worth::Truth, said(minute)).or(Worth::Words, said(moment)));
        parts.extend(self.chosen());
        parts.extend(self.streams());
        parts.extend(self.pattern());
        parts.extend(self.cost());
        parts
    }

    fn present(&self, cx: &Context<'_>) -> Vec<Part> {
        let mut parts = self.pulse();
        parts.push(self.pace(cx));
        if let Lag::Live(Some(lag)) = self.sources.lag() {
            let said = format!("lag {:.1} s", lag.as_secs_f64());
            parts.push(Part::new(Worth::Truth, said));
        }
        parts.extend(self.lacks());
        parts.extend(self.chosen());
        parts
    }

    /// What waits below a screen that is held, and how the tail stands, or by which method it reads.
    fn pulse(&self) -> Vec<Part> {
        let held = |new| format!("held · {} new", units::count(new));
        let held = self.present.window.new_lines().map(held);
        let stands = self.trouble().unwrap_or_else(|| match self.sources.lag() {
            Lag::Unknown => Part::new(Worth::Truth, "starting"),
            _ => self.method(),
        });
        let held = held.map(|held| Part::new(Worth::Truth, held));
        held.into_iter().chain([stands]).collect()
    }

    /// Why not all lines are here that could be.
    fn trouble(&self) -> Option<Part> {
        let said = match (self.sources.failure(), self.sources.lag()) {
            (Some((_, fault, _)), _) if fault.kind == FaultKind::Throttled => {
                "throttled".to_owned()
            }
            (Some(_), _) if self.sources.all_failed() => "failed".to_owned(),
            (Some(_), _) => "partly failed".to_owned(),
            (None, Lag::Throttled(Some(by))) if by >= WORTH_SAYING => {
                format!("throttled, {} behind", units::age(by))
            }
            (None, Lag::Throttled(_)) => "throttled".to_owned(),
            (None, Lag::Behind(by)) if by >= WORTH_SAYING => {
                format!("catching up {}", units::age(by))
            }
            (None, Lag::Behind(_)) => "catching up".to_owned(),
            (None, Lag::Live(_) | Lag::Unknown) => return None,
        };
        Some(Part::new(Worth::Truth, said))
    }

    fn method(&self) -> Part {
        if self.watch.closed() == Some(Closed::Away) {
            let closed = Part::new(Worth::Truth, "Live Tail closed");
            return closed.or(Worth::Words, "Live Tail closed, no key for 15 min");
        }
        let all = self.sources.feeds.len();
        let said = match self.sources.by_live_tail().0 {
            0 => "polling".to_owned(),
            live if live == all => "Live Tail".to_owned(),
            live => format!("Live Tail {live} of {all}"),
        };
        Part::new(Worth::Method, said)
    }

    /// What is left out of the lines, and by whom; and what Live Tail costs.
    fn lacks(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        parts.extend(self.sampled());
        parts.extend(self.cost());
        let skipped = self.sources.skipped();
        parts.extend(
            skipped.map(|span| Part::new(Worth::Truth, format!("{} skipped", units::age(span)))),
        );
        // Nothing is lost: what does not fit in memory is still in CloudWatch.
        if self.present.ring.dropped() > 0 {
            let dropped = format!("{} dropped", units::count(self.present.ring.dropped()));
            let long = format!("{dropped} by the cap");
            parts.push(Part::new(Worth::Truth, dropped).or(Worth::Words, long));
        }
        parts.extend(self.streams());
        parts.extend(self.pattern());
        parts
    }

    /// As long as the lines in memory reach into seconds that are a sample.
    fn sampled(&self) -> Option<Part> {
        let oldest = self.present.span().map_or(i64::MAX, |(oldest, _)| oldest);
        let said = match self.sources.sampled(oldest, i64::MAX) {
            Duration::ZERO if self.sources.by_live_tail().1 => "sampled".to_owned(),
            Duration::ZERO => return None,
            span => format!("{} sampled", units::age(span)),
        };
        Some(Part::new(Worth::Truth, said))
    }

    fn cost(&self) -> Option<Part> {
        let live = self.sources.bill.open()?;
        Some(Part::new(
            Worth::Truth,
            format!("{:.2} USD/h", live.usd_per_hour),
        ))
    }

    /// AWS reads only these.
    fn streams(&self) -> Option<Part> {
        let streams = self.sources.streams.as_ref()?.text();
        Some(Part::new(Worth::Truth, "streams").or(Worth::Words, format!("streams {streams}…")))
    }

    /// AWS sends only what fits it.
    fn pattern(&self) -> Option<Part> {
        let pattern = Text::clean(self.sources.pattern.as_ref()?);
        Some(Part::new(Worth::Truth, "pattern").or(Worth::Words, format!("pattern {pattern}")))
    }

    /// The moment that the reading has come to: of what came since, nothing is known yet.
    fn read_to(&self, cx: &Context<'_>) -> Timestamp {
        let read = cx.now.wall.as_millisecond() - self.behind();
        Timestamp::from_millisecond(read).unwrap_or(cx.now.wall)
    }

    fn pace(&self, cx: &Context<'_>) -> Part {
        let now = self.read_to(cx);
        let said = rate::said(self.rate.now(now));
        let rate = Part::new(Worth::Rate, said.clone());
        if self.size.0 < WIDE {
            return rate;
        }
        let bars = self.rate.bars(now, BARS);
        let bars = rate::sparkline(&bars, cx.settings.charset == Charset::Ascii);
        rate.or(Worth::Sparkline, format!("{said} {bars}"))
    }

    /// What was chosen of the lines, what is looked for in them, and how they are shown.
    fn chosen(&self) -> Vec<Part> {
        let ring = &self.view().ring;
        let (shown, held) = (ring.shown().len() as u64, ring.standing());
        let filtered = (!ring.filter().is_empty())
            .then(|| format!("{} of {} lines", units::count(shown), units::count(held)));
        let parts = [
            filtered.map(|said| Part::new(Worth::Counted, said)),
            self.is_raw().then(|| Part::new(Worth::Asked, "raw")),
            self.is_choosing()
                .then(|| Part::new(Worth::Truth, "choosing")),
            self.hits().map(|hits| Part::new(Worth::Asked, hits)),
        ];
        parts.into_iter().flatten().collect()
    }
}

/// `22 Nov 14:22:06`.
fn moment(at: i64) -> String {
    dated(at, "%-d %b %H:%M:%S")
}

/// `22 Nov 14:22`.
fn minute(at: i64) -> String {
    dated(at, "%-d %b %H:%M")
}

fn dated(at: i64, form: &str) -> String {
    Timestamp::from_millisecond(at)
        .map_or_else(|_| at.to_string(), |at| at.strftime(form).to_string())
}
