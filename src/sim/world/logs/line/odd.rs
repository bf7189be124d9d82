//! Lines that are not a request's JSON: stack traces, jobs, slow queries, WAF's
//! records, and what an attacker or a careless developer writes.

use super::{Line, uuid};
use jiff::Timestamp;

/// A trace as Spring prints it: one event, many lines.
pub fn stack(line: &Line, stamp: &str) -> String {
    let cause = pick(
        line.seed,
        &[
            "java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 3000ms.",
            "java.util.concurrent.TimeoutException: Did not observe any item within 3000ms",
            "org.springframework.dao.CannotAcquireLockException: could not execute statement",
        ],
    );
    format!(
        "{stamp} ERROR 1 --- [nio-8080-exec-{}] c.d.api.GlobalExceptionHandler : {} {} failed, traceId={}\n\
         {cause}\n\
         \tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:696)\n\
         \tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:197)\n\
         \tat project.dailyge.app.task.TaskFacade.findMonthlyTask(TaskFacade.java:{})\n\
         \tat java.base/java.lang.Thread.run(Thread.java:1583)\n\
         Caused by: java.net.SocketTimeoutException: Read timed out\n\
         \t... 42 common frames omitted",
        line.seed % 200 + 1,
        line.method,
        line.path,
        line.trace(),
        line.seed % 90 + 10,
    )
}

/// What the batch worker says of its work.
pub fn job(seed: u64, stamp: &str, server: &str) -> String {
    let job = pick(
        seed,
        &["close-month", "send-digest", "sync-calendar", "purge-trash"],
    );
    let (level, what) = match seed % 23 {
        0 => ("WARN", "took longer than its slot"),
        1 => ("DEBUG", "heartbeat"),
        _ => ("INFO", "done"),
    };
    format!(
        r#"{{"server":"{server}","time":"{stamp}","level":"{level}","logger":"job.{job}","message":"{job} {what}","items":{},"duration":"{}ms"}}"#,
        seed % 400,
        seed % 5_000
    )
}

/// The database's slow log: five lines in one event, values and all.
pub fn slow_query(seed: u64, at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    format!(
        "# Time: {}\n# User@Host: app[app] @  [10.0.{}.{}]\n# Query_time: {}.{:06}  Lock_time: 0.000{:03} Rows_sent: {}  Rows_examined: {}\n\
         SET timestamp={};\nSELECT t.* FROM tasks t JOIN users u ON u.id = t.user_id WHERE u.email = 'user{}@example.com' AND t.month = {} ORDER BY t.created_at;",
        at.strftime("%y%m%d %H:%M:%S"),
        seed % 3 + 1,
        seed % 200 + 10,
        seed % 7 + 1,
        seed % 999_983,
        seed % 997,
        seed % 31,
        seed % 900_000 + 1_000,
        at.as_second(),
        seed % 9_000,
        seed % 12 + 1,
    )
}

/// A record as WAF writes it to its log group.
pub fn blocked(line: &Line, at_ms: i64) -> String {
    let rule = if line.status == 429 {
        "per-ip-1000"
    } else {
        "admin-protection"
    };
    let kind = if line.status == 429 {
        "RATE_BASED"
    } else {
        "MANAGED_RULE_GROUP"
    };
    format!(
        r#"{{"timestamp":{at_ms},"formatVersion":1,"terminatingRuleId":"{rule}","terminatingRuleType":"{kind}","action":"BLOCK","responseCodeSent":{},"httpSourceName":"ALB","httpRequest":{{"clientIp":"{}","uri":"{}","httpMethod":"{}","httpVersion":"HTTP/2.0","requestId":"{}"}}}}"#,
        line.status,
        line.client,
        line.path,
        line.method,
        line.trace()
    )
}

/// Escape sequences, secrets, bidirectional controls, and lines without an end.
pub fn hostile(seed: u64) -> String {
    match seed % 7 {
        0 => "login failed for \u{1b}[2J\u{1b}[H\u{1b}]0;owned\u{7} from 198.51.100.66".into(),
        1 => "user-agent: \u{1b}]52;c;cm0gLXJmIH4=\u{7}curl/8.0".into(),
        2 => "POST /api/login password=hunter2&token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2ln AKIAIOSFODNN7EXAMPLE".into(),
        3 => "file \u{202e}gpj.exe\u{202c} uploaded by \u{2066}admin\u{2069}\u{200b}".into(),
        4 => format!("payload={}", "A".repeat(60_000)),
        5 => "progress 10%\rprogress 99%\rdone\u{8}\u{8}\u{8}\u{9b}31mred\u{0}".into(),
        _ => {
            let id = uuid(&mut fastrand::Rng::with_seed(seed));
            format!("jdbc:mariadb://app:s3cr3t@orchard-db:3306/orchard?id={id} ENC(G2p0aXJzdGVyaW5n)")
        }
    }
}

fn pick<'a>(seed: u64, choices: &[&'a str]) -> &'a str {
    let at = seed as usize / 7 % choices.len().max(1);
    choices.get(at).copied().unwrap_or_default()
}
