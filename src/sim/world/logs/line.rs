//! Log lines as a recipe of a few bytes: the text is made when somebody reads it,
//! and is the same each time.

mod odd;

use core::net::Ipv4Addr;
use jiff::Timestamp;
use std::fmt::Write;

/// Where in the handling of a request a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    Entrance,
    Facade,
    Database,
    /// The answer leaves: the last line of a request.
    Exit,
}

impl Layer {
    /// The layers of one request in their order.
    pub const ALL: [Self; 4] = [Self::Entrance, Self::Facade, Self::Database, Self::Exit];

    fn name(self) -> &'static str {
        match self {
            Self::Entrance => "ENTRANCE",
            Self::Facade => "FACADE",
            Self::Database => "DATABASE",
            Self::Exit => "EXIT",
        }
    }

    /// Of the request's time, how much has passed when the line is written.
    pub fn share(self) -> f64 {
        match self {
            Self::Entrance => 0.0,
            Self::Facade => 0.2,
            Self::Database => 0.8,
            Self::Exit => 1.0,
        }
    }
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One layer's JSON line.
    Request(Layer),
    /// A stack trace over several lines.
    Stack,
    /// A batch job's line.
    Job,
    /// An entry of the slow-query log.
    SlowQuery,
    /// A request that the web ACL ended, as WAF logs it.
    Blocked,
    /// What a terminal must never be given raw.
    Hostile,
}

/// A line that is not written yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub kind: Kind,
    /// Joins the lines of a request: the trace id is made of it.
    pub seed: u64,
    pub client: Ipv4Addr,
    pub method: &'static str,
    pub path: &'static str,
    pub status: u16,
    /// The time that the whole request took.
    pub millis: f32,
}

impl Line {
    /// A line about no request.
    pub fn plain(kind: Kind, seed: u64) -> Self {
        Self {
            kind,
            seed,
            client: Ipv4Addr::LOCALHOST,
            method: "",
            path: "",
            status: 0,
            millis: 0.0,
        }
    }

    /// The text, as `server` wrote it at `at_ms`.
    pub fn text(&self, at_ms: i64, server: &str) -> String {
        match self.kind {
            Kind::Request(layer) => self.request(layer, at_ms, server),
            Kind::Stack => odd::stack(self, &stamp(at_ms)),
            Kind::Job => odd::job(self.seed, &stamp(at_ms), server),
            Kind::SlowQuery => odd::slow_query(self.seed, at_ms),
            Kind::Blocked => odd::blocked(self, at_ms),
            Kind::Hostile => odd::hostile(self.seed),
        }
    }

    fn request(&self, layer: Layer, at_ms: i64, server: &str) -> String {
        let mut out = String::with_capacity(384);
        let millis = f64::from(self.millis) * layer.share();
        let written = write!(
            out,
            r#"{{"server":"{server}","path":"{}","method":"{}","traceId":"{}","ip":"{}","layer":"{}","visitor":"{}","time":"{}","duration":"{millis:.0}ms""#,
            self.path,
            self.method,
            self.trace(),
            self.client,
            layer.name(),
            self.visitor(),
            stamp(at_ms),
        );
        let result = self.result(layer);
        written
            .and_then(|()| out.write_str(&result))
            .map_or(String::new(), |()| out)
    }

    /// The members after the duration: a status and a level where the answer leaves.
    fn result(&self, layer: Layer) -> String {
        let level = match self.status {
            500.. => "ERROR",
            400.. => "WARN",
            _ => "INFO",
        };
        match layer {
            Layer::Exit => format!(
                r#","level":"{level}","status":{},"context":{{"args":null,"result":{}}}}}"#,
                self.status,
                self.seed % 97
            ),
            Layer::Database => format!(
                r#","context":{{"args":{{"id":{},"month":"{}"}},"result":{}}}}}"#,
                self.seed % 10_000,
                self.seed % 12 + 1,
                self.seed % 97
            ),
            _ => r#","context":{"args":null,"result":null}}"#.to_owned(),
        }
    }

    /// In four lines of five JSON inside a string that nobody escaped, as that service writes it.
    fn visitor(&self) -> String {
        let user = self.seed >> 20 & 0xffff;
        match self.seed % 5 {
            0 => format!(r#"{{ \"userId\":{user}, \"role\":\"NORMAL\" }}"#),
            1 => format!(r#"{{ "userId":{user}, "role":"NORMAL" }}"#),
            _ => r#"{ "userId":null, "role":"GUEST" }"#.to_owned(),
        }
    }

    /// A UUID of the seed.
    fn trace(&self) -> String {
        let mut rng = fastrand::Rng::with_seed(self.seed);
        uuid(&mut rng)
    }
}

/// A random UUID, version 4.
pub fn uuid(rng: &mut fastrand::Rng) -> String {
    let bits = rng.u128(..);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        bits >> 96,
        bits >> 80 & 0xffff,
        bits >> 64 & 0xfff,
        0x8000 | bits >> 48 & 0x3fff,
        bits & 0xffff_ffff_ffff
    )
}

/// `2024-08-06T07:29:48.745`: the local time of a machine that runs in UTC.
fn stamp(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: Kind, seed: u64) -> Line {
        Line {
            kind,
            seed,
            client: Ipv4Addr::new(203, 0, 113, 7),
            method: "POST",
            path: "/api/monthly-tasks",
            status: 201,
            millis: 31.4,
        }
    }

    const AT: i64 = 1_722_929_388_745;

    #[test]
    fn a_request_has_the_shape_of_the_real_service() {
        let text = line(Kind::Request(Layer::Entrance), 7).text(AT, "dailyge-api");
        for part in [
            r#"{"server":"dailyge-api","path":"/api/monthly-tasks","method":"POST","traceId":""#,
            r#""ip":"203.0.113.7","layer":"ENTRANCE","visitor":"{ "userId":null, "role":"GUEST" }","#,
            r#""time":"2024-08-06T07:29:48.745","duration":"0ms","context":{"args":null,"result":null}}"#,
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn the_lines_of_a_request_share_a_trace() {
        let traces: Vec<String> = Layer::ALL
            .map(|l| line(Kind::Request(l), 9).trace())
            .to_vec();
        assert!(traces.windows(2).all(|pair| pair[0] == pair[1]));
        assert_ne!(line(Kind::Job, 9).trace(), line(Kind::Job, 10).trace());
        assert_eq!(traces[0].len(), 36);
    }

    #[test]
    fn an_escaped_visitor_makes_whole_json_and_the_others_do_not() {
        let json = |seed| {
            let text = line(Kind::Request(Layer::Exit), seed).text(AT, "api");
            serde_json::from_str::<serde_json::Value>(&text)
        };
        assert!(json(5).is_ok() && json(6).is_err() && json(7).is_err());
    }

    #[test]
    fn every_kind_has_a_text_and_keeps_it() {
        for kind in [
            Kind::Stack,
            Kind::Job,
            Kind::SlowQuery,
            Kind::Blocked,
            Kind::Hostile,
        ] {
            for seed in 0..8 {
                let text = line(kind, seed).text(AT, "api");
                assert!(!text.is_empty());
                assert_eq!(text, line(kind, seed).text(AT, "api"));
            }
        }
        assert!(line(Kind::Stack, 1).text(AT, "api").lines().count() > 5);
    }
}
