//! What Live Tail has cost since the console began. Each tail counts for itself; here their minutes are added up.

use crate::domain::units;
use crate::model::tail::LiveSessions;

/// The sessions that are open, and the minutes of all there ever were.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bill {
    open: Option<LiveSessions>,
    /// Of tails that are over.
    before: u64,
    /// Of the tail of now.
    minutes: u64,
    /// USD a session-minute, as the tail says.
    price: f64,
}

impl Bill {
    /// The sessions that are open.
    pub fn open(&self) -> Option<LiveSessions> {
        self.open
    }

    /// What the tail says: with fewer minutes than before, or with its first one once none was open, it is another one. A
    /// tail that was closed may still say how its sessions end one by one.
    pub fn note(&mut self, told: Option<LiveSessions>) {
        let was_open = self.open.is_some();
        self.open = told;
        let Some(now) = told else { return };
        if now.minutes < self.minutes || !was_open && now.minutes == 1 && self.minutes == 1 {
            self.before += self.minutes;
        }
        self.minutes = now.minutes;
        self.price = now.usd_per_hour / 60.0 / f64::from(now.open.max(1));
    }

    /// The tail is over.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// What is open, and what it came to so far; each session is billed by the minute begun
    /// (<https://aws.amazon.com/cloudwatch/pricing>).
    pub fn said(&self) -> String {
        let minutes = self.before + self.minutes;
        let open = match self.open.map(|live| (live.open, live.usd_per_hour)) {
            None if minutes == 0 => return "not used".to_owned(),
            None => "closed".to_owned(),
            Some((1, usd)) => format!("1 session open, {usd:.2} USD/h"),
            Some((open, usd)) => format!("{open} sessions open, {usd:.2} USD/h"),
        };
        let s = if minutes == 1 { "" } else { "s" };
        let (minutes, usd) = (units::count(minutes), minutes as f64 * self.price);
        format!("{open}; {minutes} minute{s} so far, {usd:.2} USD")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(open: u32, minutes: u64) -> LiveSessions {
        LiveSessions {
            open,
            minutes,
            usd_per_hour: f64::from(open) * 0.6,
        }
    }

    #[test]
    fn minutes_add_up_over_sessions_and_tails() {
        let mut bill = Bill::default();
        assert_eq!(bill.said(), "not used");
        bill.note(Some(live(1, 1)));
        assert_eq!(
            bill.said(),
            "1 session open, 0.60 USD/h; 1 minute so far, 0.01 USD"
        );
        bill.note(Some(live(2, 30)));
        assert_eq!(
            bill.said(),
            "2 sessions open, 1.20 USD/h; 30 minutes so far, 0.30 USD"
        );
        bill.note(None);
        assert_eq!(bill.said(), "closed; 30 minutes so far, 0.30 USD");
        bill.note(Some(live(1, 31)));
        assert!(bill.said().contains("; 31 minutes"), "the same tail again");
        bill.close();
        bill.note(Some(live(1, 1)));
        assert!(bill.said().contains("; 32 minutes"), "another one");
        bill.note(Some(live(2, 60)));
        bill.close();
        bill.note(Some(live(1, 60)));
        bill.note(None);
        assert!(bill.said().contains("; 91 minutes"), "it ends one by one");
    }
}
