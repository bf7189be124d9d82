//! Log lines in the seed's shape, the same ones on every machine: JSON of about
//! 300 bytes, one in five with Korean text, each with escaped quotes.

use tidegate::domain::log::RawEvent;

const PATHS: [&str; 8] = [
    "/api/monthly-tasks",
    "/api/weekly-tasks",
    "/api/users/me",
    "/api/retrospects",
    "/api/tasks/status",
    "/api/login",
    "/api/emojis",
    "/api/notices",
];
const LAYERS: [&str; 4] = ["ENTRANCE", "FACADE", "APPLICATION", "DATABASE"];
const METHODS: [&str; 5] = ["GET", "GET", "GET", "POST", "PUT"];
const KOREAN: [&str; 4] = [
    "월간 일정표를 조회했습니다",
    "사용자의 할 일을 저장했습니다",
    "회고를 찾을 수 없습니다",
    "주간 일정표를 수정했습니다",
];
const ENGLISH: [&str; 4] = [
    "monthly calendar was read from the cache",
    "the task of the user was stored",
    "no retrospect was found for this day",
    "weekly calendar was changed and published",
];

/// A seeded source of lines.
pub struct Lines {
    rng: fastrand::Rng,
    at: i64,
}

impl Lines {
    /// The first line is written at 2024-08-06T07:29:48Z.
    pub fn seeded(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            at: 1_722_929_388_000,
        }
    }

    fn one_of(&mut self, of: &[&'static str]) -> &'static str {
        of[self.rng.usize(..of.len())]
    }

    fn message(&mut self) -> &'static str {
        if self.rng.u8(..5) == 0 {
            self.one_of(&KOREAN)
        } else {
            self.one_of(&ENGLISH)
        }
    }

    fn status(&mut self) -> u16 {
        match self.rng.u8(..100) {
            0 => 500,
            1..4 => 404,
            4..10 => 201,
            _ => 200,
        }
    }

    fn text(&mut self) -> String {
        let (path, method, layer) = (
            self.one_of(&PATHS),
            self.one_of(&METHODS),
            self.one_of(&LAYERS),
        );
        let (message, status) = (self.message(), self.status());
        let (a, b) = (self.rng.u32(..), self.rng.u64(..1 << 48));
        let (duration, id, ip) = (self.rng.u16(..900), self.rng.u16(..), self.rng.u8(..));
        let seconds = self.at / 1_000 % 60;
        let millis = self.at % 1_000;
        // The seed's `visitor`: broken JSON in one line of ten.
        let visitor = if self.rng.u8(..10) == 0 {
            format!(r#"{{ "userId":{id}, "role":"NORMAL" }}"#)
        } else {
            format!(r#"{{\"userId\":{id},\"role\":\"NORMAL\"}}"#)
        };
        format!(
            r#"{{"server":"dailyge-api","path":"{path}","method":"{method}","traceId":"{a:08x}-c912-4f3a-9b02-{b:012x}","ip":"10.0.3.{ip}","layer":"{layer}","visitor":"{visitor}","time":"2024-08-06T07:29:{seconds:02}.{millis:03}","duration":"{duration}ms","status":{status},"message":"{message}"}}"#
        )
    }
}

impl Iterator for Lines {
    type Item = RawEvent;

    fn next(&mut self) -> Option<RawEvent> {
        self.at += i64::from(self.rng.u8(..2));
        let message = self.text();
        Some(RawEvent {
            id: format!("{:056}", self.rng.u64(..)).into(),
            stream: format!("api/app/{}", self.rng.u8(..6)).into(),
            timestamp: self.at,
            ingested: self.at + 300 + i64::from(self.rng.u8(..)),
            late: false,
            message,
        })
    }
}
