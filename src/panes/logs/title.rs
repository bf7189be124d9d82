//! The title: which logs, how they are read, how late they are, and what is missing.

use super::Logs;
use super::rate;
use super::source::Lag;
use super::watch::Closed;
use crate::domain::fault::FaultKind;
use crate::domain::text::Text;
use crate::domain::units;
use crate::model::settings::Charset;
use crate::panes::Context;
use jiff::Timestamp;
use std::time::Duration;

/// From this many columns on the title has room for a sparkline.
const WIDE: u16 = 110;
/// Less than this is no delay to tell of.
const WORTH_SAYING: Duration = Duration::from_secs(1);
/// Seconds of one of its bars, and how many there are.
const BARS: (i64, usize) = (5, 12);

impl Logs {
    /// The pane's name: the first group, and what lies open over it.
    pub(super) fn name(&self) -> String {
        let Some(first) = self.sources.feeds.first() else {
            return "Logs".to_owned();
        };
        let more = match self.sources.feeds.len() - 1 {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        let past = if self.past.is_some() { " › past" } else { "" };
        let opened = self.sheets.crumbs();
        format!("Logs ─ {}{more}{past}{opened}", first.source.group.text())
    }

    /// What is true of the lines right now, the most urgent first.
    pub(super) fn status(&self, cx: &Context<'_>) -> String {
        if self.sources.feeds.is_empty() || self.sheets.top().is_some() {
            return String::new();
        }
        match &self.past {
            Some(past) => {
                let (from, to) = past.span();
                let reading = if past.is_reading() { "reading · " } else { "" };
                format!(
                    "{reading}{} – {}{}",
                    moment(from),
                    moment(to),
                    self.chosen()
                )
            }
            None => self.present(cx),
        }
    }

    fn present(&self, cx: &Context<'_>) -> String {
        let mut parts = vec![self.pulse(), self.pace(cx)];
        // A group that is silent does not lag, and a quiet screen is quiet.
        if let Lag::Live(lag) = self.sources.lag()
            && self.rate.now(cx.now.wall) > 0.0
        {
            parts.push(format!("lag {:.1} s", lag.as_secs_f64()));
        }
        parts.extend(self.live_tail());
        parts.extend(
            self.sources
                .skipped()
                .map(|span| format!("{} skipped", units::age(span))),
        );
        // Nothing is lost: what does not fit in memory is still in CloudWatch.
        if self.present.ring.dropped() > 0 {
            let aged = units::count(self.present.ring.dropped());
            parts.push(format!("{aged} dropped by the cap"));
        }
        parts.join(" · ") + &self.chosen()
    }

    /// How it stands, and by which method.
    fn pulse(&self) -> String {
        if let Some(new) = self.present.window.new_lines() {
            return format!("held · {} new", units::count(new));
        }
        match (self.sources.failure(), self.sources.lag()) {
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
            (None, Lag::Live(_)) => self.method(),
            (None, Lag::Unknown) => "starting".to_owned(),
        }
    }

    fn method(&self) -> String {
        if self.watch.closed() == Some(Closed::Away) {
            return "Live Tail closed, no key for 15 min".to_owned();
        }
        let all = self.sources.feeds.len();
        match self.sources.by_live_tail().0 {
            0 => "polling".to_owned(),
            live if live == all => "Live Tail".to_owned(),
            live => format!("Live Tail {live} of {all}"),
        }
    }

    /// Whether lines are left out by AWS, why groups are polled instead, and what it costs.
    fn live_tail(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.sources.by_live_tail().1 {
            parts.push("sampled".to_owned());
        }
        parts.extend(
            self.sources
                .live
                .map(|live| format!("{:.2} USD/h", live.usd_per_hour)),
        );
        parts
    }

    fn pace(&self, cx: &Context<'_>) -> String {
        let said = rate::said(self.rate.now(cx.now.wall));
        let crowded = self.find.is_set() || !self.chosen_filter().is_empty();
        if self.size.0 < WIDE || crowded {
            return said;
        }
        let bars = self.rate.bars(cx.now.wall, BARS);
        format!(
            "{said} {}",
            rate::sparkline(&bars, cx.settings.charset == Charset::Ascii)
        )
    }

    /// What was chosen of the lines: the filter, and the pattern that AWS applies.
    fn chosen(&self) -> String {
        let ring = &self.view().ring;
        let (shown, held) = (ring.shown().len() as u64, ring.held() as u64);
        let filtered = if ring.filter().is_empty() {
            String::new()
        } else {
            format!(" · {} of {} lines", units::count(shown), units::count(held))
        };
        let pattern = self.sources.pattern.as_ref();
        let pattern = pattern.map(|pattern| format!(" · pattern {}", Text::clean(pattern)));
        let hits = self.hits().map(|hits| format!(" · {hits}"));
        let choosing = if self.is_choosing() {
            " · choosing"
        } else {
            ""
        };
        filtered + choosing + &pattern.unwrap_or_default() + &hits.unwrap_or_default()
    }
}

/// `14:22:06`, or with its date where a day is not today's is left to the lines: `22 Nov 14:22:06`.
fn moment(at: i64) -> String {
    Timestamp::from_millisecond(at).map_or_else(
        |_| at.to_string(),
        |at| at.strftime("%-d %b %H:%M:%S").to_string(),
    )
}
