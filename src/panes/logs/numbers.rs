//! The numbers of the last minutes: rate, failures, durations, paths, slow queries.

use super::Logs;
use super::rate::{said, short, sparkline};
use super::sheet::Sheet;
use super::source::Lag;
use crate::domain::text::Text;
use crate::domain::units;
use crate::logs::numbers::{Count, Numbers, Slow};
use crate::model::settings::Charset;
use crate::model::verb::Verb;
use crate::panes::Context;
use crate::panes::document::{Document, Head, Page};
use crate::view::lines::{Line, Span};
use crate::view::put::width as wide;
use crate::view::theme::Role;
use std::time::Duration;

/// Minutes that can be looked at.
const MINUTES: [i64; 3] = [1, 5, 15];
/// Rows of a table.
const ROWS: usize = 12;
/// Columns of a sparkline.
const BARS: usize = 60;
/// The longest name beside the bars.
const PERCENTILES: &str = "p50 / p95 / p99";
/// Less behind than this is for the title to say, in milliseconds.
const BEHIND: i64 = 60_000;
/// They are counted anew so often.
const PACE: Duration = Duration::from_secs(2);

/// The open numbers.
#[derive(Debug)]
pub struct Counted {
    numbers: Numbers,
    /// Which of [`MINUTES`].
    span: usize,
    /// Where the lines in memory begin, if that is later than the span, and where they end, if that is not now
    /// (milliseconds since 1970).
    reach: (Option<i64>, Option<i64>),
    /// How much of the time Live Tail sent only some lines.
    sampled: Duration,
    filter: String,
    pub page: Page,
    ascii: bool,
    width: u16,
    /// When they were counted, on the monotonic clock.
    at: Duration,
}

impl Counted {
    /// Breaks them anew.
    pub fn resize(&mut self, (width, height): (u16, u16)) {
        self.width = width;
        self.page.set_height(height);
        self.page.set(self.document());
    }

    /// For the title.
    pub fn name(&self) -> String {
        format!("numbers of {} min", MINUTES[self.span])
    }

    fn document(&self) -> Vec<Line> {
        let mut document = Document::new(self.width);
        let chosen = match self.filter.as_str() {
            "" => "all lines".to_owned(),
            filter => format!("lines that pass {filter}"),
        };
        let (sampled, reached) = (self.said_sampled(), self.reached());
        let note = format!("{sampled}{reached}{chosen}; ← and → change the time");
        let last = Text::clean(&format!("Last {} min", MINUTES[self.span]));
        document.heading(last, note);
        self.summary(&mut document);
        document.heading("Groups", "folded lines count as well");
        let groups: Vec<_> = self
            .numbers
            .groups()
            .map(|(group, count)| counted(short(group), count, &self.numbers))
            .collect();
        document.table(&heads("GROUP"), &groups);
        self.paths(&mut document);
        self.queries(&mut document);
        document.done()
    }

    fn said_sampled(&self) -> String {
        match self.sampled {
            Duration::ZERO => String::new(),
            span => format!("{} of it a sample; ", units::age(span)),
        }
    }

    fn reached(&self) -> String {
        match self.reach {
            (None, None) => String::new(),
            (Some(from), None) => format!("in memory since {}; ", minute(from)),
            (None, Some(to)) => format!("read to {}; ", minute(to)),
            (Some(from), Some(to)) => format!("in memory {} to {}; ", minute(from), minute(to)),
        }
    }

    fn summary(&self, document: &mut Document) {
        let numbers = &self.numbers;
        let peak = match numbers.peak {
            (0, _) => String::new(),
            (peak, _) => format!(" (peak {})", units::count(peak.into())),
        };
        let rate = said(numbers.rate(&numbers.all)) + &peak;
        let failures = said(numbers.failures(&numbers.all));
        let times = [50, 95, 99]
            .map(|p| took(numbers.all.percentile(p)))
            .join(" / ");
        let (lines, bad) = self.bars(wide(&rate).max(wide(&times)));
        let row = |name: &'static str, value: String, bars: String, role| {
            vec![
                Span::dim(name),
                Span::of(value, Role::Strong),
                Span::of(bars, role),
            ]
        };
        let rows = [
            row("lines", rate, lines, Role::Good),
            row("failures", failures, bad, Role::LogError),
            row(PERCENTILES, times, String::new(), Role::Body),
        ];
        document.table(&[Head::Left(""), Head::Left(""), Head::Left("")], &rows);
    }

    /// Lines and failures over the time, in what name and value leave of the width.
    fn bars(&self, value: usize) -> (String, String) {
        let beside = PERCENTILES.len() + 2 + value + 2;
        let room = usize::from(self.width).saturating_sub(beside);
        let bars = self.numbers.bars(BARS.min(room));
        let (lines, bad): (Vec<u32>, Vec<u32>) = bars.into_iter().unzip();
        let drawn = |counts: &[u32]| sparkline(counts, self.ascii);
        (drawn(&lines), drawn(&bad))
    }

    fn paths(&self, document: &mut Document) {
        let paths = self.numbers.top_paths(ROWS);
        if paths.is_empty() {
            return;
        }
        document.heading(
            "Paths",
            "requests that were answered; * stands for numbers and ids",
        );
        let rows: Vec<_> = paths
            .iter()
            .map(|(path, count)| counted((*path).to_owned(), count, &self.numbers))
            .collect();
        document.table(&heads("PATH"), &rows);
    }

    fn queries(&self, document: &mut Document) {
        let slow = self.numbers.slowest(ROWS);
        if slow.is_empty() {
            return;
        }
        document.heading("Slow queries", "by the time they took together");
        let heads = [
            Head::Right("TIMES"),
            Head::Right("WORST"),
            Head::Right("TOTAL"),
            Head::Left("QUERY"),
        ];
        document.table(&heads, &slow.into_iter().map(query).collect::<Vec<_>>());
    }
}

/// `19:18`, UTC as the lines' times.
fn minute(at: i64) -> String {
    let clock = super::row::clock(at);
    clock.get(..5).unwrap_or(&clock).to_owned()
}

fn heads(first: &'static str) -> [Head; 7] {
    [
        Head::Left(first),
        Head::Right("LINES"),
        Head::Right("RATE"),
        Head::Right("FAILED"),
        Head::Right("P50"),
        Head::Right("P95"),
        Head::Right("P99"),
    ]
}

fn counted(name: String, count: &Count, numbers: &Numbers) -> Vec<Span> {
    let failed = if count.bad > 0 {
        Role::LogError
    } else {
        Role::Dim
    };
    let mut row = vec![
        Span::of(name, Role::Body),
        Span::of(units::count(count.lines), Role::Strong),
        Span::of(said(numbers.rate(count)), Role::Dim),
        Span::of(units::count(count.bad), failed),
    ];
    row.extend([50, 95, 99].map(|p| Span::of(took(count.percentile(p)), Role::Body)));
    row
}

fn query(slow: Slow) -> Vec<Span> {
    vec![
        Span::of(units::count(slow.times), Role::Strong),
        Span::of(took(Some(slow.worst)), Role::Body),
        Span::of(took(Some(slow.total)), Role::Body),
        Span::of(slow.text, Role::Body),
    ]
}

/// Rounded: a percentile is the middle of a bucket.
fn took(duration: Option<Duration>) -> String {
    let rounded = |duration: Duration| match duration.as_micros() {
        0..1_000 => duration,
        _ => Duration::from_millis((duration + Duration::from_micros(500)).as_millis() as u64),
    };
    duration.map_or_else(|| "–".to_owned(), |d| super::row::took(rounded(d)))
}

impl Logs {
    /// Opens the numbers of the last minutes.
    pub(super) fn count(&mut self, cx: &Context<'_>) {
        let mut counted = Counted {
            numbers: Numbers::default(),
            span: 1,
            reach: (None, None),
            sampled: Duration::ZERO,
            filter: String::new(),
            page: Page::default(),
            ascii: cx.settings.charset == Charset::Ascii,
            width: self.size.0,
            at: cx.now.mono,
        };
        self.recount(&mut counted, cx);
        counted.resize(self.size);
        self.sheets.push(Sheet::Numbers(counted));
    }

    /// From when on everything that was written is in memory (milliseconds since 1970).
    fn covered_from(&self) -> i64 {
        let border = self.present.ring.border().unwrap_or(i64::MIN);
        let present = self.from.max(border);
        self.past.as_ref().map_or(present, |past| past.span().0)
    }

    /// The milliseconds before now of which not all lines have been read yet.
    pub(super) fn behind(&self) -> i64 {
        match self.sources.lag() {
            Lag::Behind(by) | Lag::Throttled(Some(by)) => by.as_millis() as i64,
            _ => 0,
        }
    }

    /// The end is that of the lines that are looked at: in the past it is the newest of them. The begin is where they
    /// begin: a rate over a time of which nothing is known would be too low.
    fn recount(&self, counted: &mut Counted, cx: &Context<'_>) {
        let ring = &self.view().ring;
        let now = cx.now.wall.as_millisecond();
        let to = match &self.past {
            Some(past) => past.span().1,
            None => now - self.behind(),
        };
        let asked = to - MINUTES[counted.span] * 60_000;
        let from = self.covered_from().clamp(asked, to);
        // The past is polled.
        counted.sampled = match self.past {
            None => self.sources.sampled(from, to),
            Some(_) => Duration::ZERO,
        };
        let until = self.past.is_none() && now - to >= BEHIND;
        counted.reach = ((from > asked).then_some(from), until.then_some(to));
        // A stack trace is one line on the screen, and as many lines of the rate as CloudWatch was sent.
        let within = ring.shown().between(from, to).chain(ring.folded());
        let lines = within.filter_map(|entry| ring.line(entry));
        counted.numbers = Numbers::of((from, to), lines);
        ring.filter().source().clone_into(&mut counted.filter);
        counted.at = cx.now.mono;
    }

    /// Counts anew what lies open, at once where the time was changed.
    fn renew_numbers(&mut self, step: isize, cx: &Context<'_>) {
        let Some(Sheet::Numbers(mut counted)) = self.sheets.take_numbers() else {
            return;
        };
        if step != 0 || cx.now.mono.saturating_sub(counted.at) >= PACE {
            let last = MINUTES.len() - 1;
            counted.span = counted.span.saturating_add_signed(step).min(last);
            self.recount(&mut counted, cx);
            counted.page.set(counted.document());
        }
        self.sheets.push(Sheet::Numbers(counted));
    }

    /// The clock moved.
    pub(super) fn recount_in_time(&mut self, cx: &Context<'_>) {
        self.renew_numbers(0, cx);
    }

    /// `left` and `right` change the time; whether it was one of them.
    pub(super) fn count_over(&mut self, verb: Verb, cx: &Context<'_>) -> bool {
        let step = match verb {
            Verb::Left => -1,
            Verb::Right => 1,
            _ => return false,
        };
        let numbers = matches!(self.sheets.top(), Some(Sheet::Numbers(_)));
        if numbers {
            self.renew_numbers(step, cx);
        }
        numbers
    }
}
