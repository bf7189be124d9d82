//! Six hundred hostile log lines, seen from every side: only our own grammar leaves.

use super::{assert_as_found, console, grammar};
use crate::sim::stage::Account;
use crate::support::pty::{Pty, Start};
use std::time::Duration;
use tidegate::domain::text::Sanitizer;
use tidegate::sim::desk::Setup;

/// Escapes, 8-bit controls, bidi, zero-width, tags, combining marks; at the begin, in the middle, at the end, doubled,
/// and inside JSON as bytes and as `\u`; then a line of a megabyte.
const WRITE: &str = r##"
import boto3, json, os, time
logs = boto3.client("logs", endpoint_url=os.environ["ENDPOINT"], region_name="ap-northeast-2")
group = "/hostile"
logs.create_log_group(logGroupName=group)
stream = "s/1"
logs.create_log_stream(logGroupName=group, logStreamName=stream)
bad = ["\x1b[2J", "\x1b[31m", "\x1b]0;owned\x07", "\x1b]52;c;aGk=\x07", "\x1bP1$r\x1b\\", "\x1b_x\x1b\\", "\x1b^x",
       "\x1b[?1049l", "\x1b[6n", "\x1bc", "\x1b", "\x9b2J", "\x9d0;x\x9c", "\x90x", "\x07", "\x08", "\r", "\x0b", "\x0c",
       "\x00", "\x7f", "\x85", "\u2028", "\u2029", "\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
       "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u180e",
       "\u00ad", "\ufff9", "\U000e0041", "e" + "\u0301" * 40, "\t", "\x1b[1;", "\x1b]8;;http://x", "\x1b[999999999C"]
shapes = [lambda b: b + "plain", lambda b: "plain" + b + "text", lambda b: "plain" + b, lambda b: b + b,
          lambda b: '{"level":"ERROR","message":"' + b + '","traceId":"t' + b + '1","path":"/a' + b + '"}',
          lambda b: json.dumps({"message": b, "traceId": "tr-1", "layer": b, "path": "/" + b, "status": 500}),
          lambda b: "level=warn msg=\"" + b + "\" trace_id=" + b + "x",
          lambda b: "a\n" + b + "\n\tat b(C.java:1)" + b,
          lambda b: "\tat " + b + ".find(X.java:3)",
          lambda b: "# Query_time: 2.0\nselect '" + b + "' from " + b + "t;",
          lambda b: "한글 " + b + " 로그", lambda b: b * 50]
lines = [shape(b) for b in bad for shape in shapes]
assert len(lines) == 600, len(lines)
now = int(time.time() * 1000) - 120_000
batch = [{"timestamp": now + n * 20, "message": line} for n, line in enumerate(lines)]
for at in range(0, len(batch), 200):
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch[at:at + 200])
huge = ("\x1b[2J\u202e" + "y" * 1000)* 900
logs.put_log_events(logGroupName=group, logStreamName=stream,
                    logEvents=[{"timestamp": now + 20_000, "message": huge[:1_000_000]}, {"timestamp": now + 20_001, "message": "the last line"}])
print(json.dumps({"written": len(lines)}))
"##;

/// Everything the pane does with lines; each key is given time to draw.
const KEYS: [&str; 30] = [
    "5",
    "z",
    "y",
    "\x1b[5~",
    "\r",
    "\x1b[6~",
    "\x1b",
    "y",
    "\x1b[5~",
    "\x1b[5~",
    "t",
    "\x1b",
    "\r",
    "t",
    "\x1b",
    "y",
    "\x1b",
    "\x1b",
    "d",
    "G",
    "\x1b",
    "f500\r",
    "n",
    "N",
    "/level>=warn\r",
    "w",
    "c",
    "\x1b[C",
    "gg",
    "W",
];

fn tour(pty: &mut Pty) {
    for key in KEYS {
        pty.send(key);
        pty.bytes_within(Duration::from_millis(60));
    }
    // All of them pass over the screen once.
    pty.send("/\x08\r");
    for _ in 0..24 {
        pty.send("\x1b[5~");
        pty.bytes_within(Duration::from_millis(30));
    }
}

/// Text between our own sequences holds nothing that a terminal or a reader could be fooled by.
fn assert_clean(raw: &[u8]) {
    grammar::modes_after(raw).unwrap_or_else(|why| panic!("{why}"));
    let text = String::from_utf8_lossy(raw);
    for part in text.split('\x1b').skip(1) {
        let end = part
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(0, |at| at + 1);
        let shown = if part.starts_with(']') {
            ""
        } else {
            &part[end..]
        };
        let shown = shown.replace(['\r', '\n'], "");
        assert_eq!(Sanitizer::line().push(&shown), shown);
    }
}

#[test]
fn six_hundred_hostile_lines_leave_only_our_own_grammar() {
    let account = Account::today(Setup::default());
    assert_eq!(account.python(WRITE)["written"], 600);
    let url = format!("http://127.0.0.1:{}", account.port);
    for ascii in [false, true] {
        let mut start = Start::console()
            .size(120, 36)
            .env("AWS_ENDPOINT_URL", &url)
            .env("AWS_REGION", "ap-northeast-2");
        if ascii {
            start = start.arg("--ascii");
        }
        let mut pty = console(start);
        pty.send(":logs /hostile\r");
        pty.wait_for("the last line");
        tour(&mut pty);
        pty.send("\x1b");
        pty.bytes_within(Duration::from_millis(100));
        pty.send("\x03");
        assert_eq!(pty.wait_exit(), 0, "{}", pty.screen());
        assert_as_found(&pty);
        let raw = pty.raw();
        assert_clean(&raw);
        assert!(!ascii || raw.is_ascii(), "a byte beyond ASCII left");
    }
}
