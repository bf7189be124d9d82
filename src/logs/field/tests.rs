use super::*;

fn took(name: &str, value: &str) -> Option<Duration> {
    duration(name, value)
}

#[test]
fn members_are_known_by_any_of_their_names() {
    for (name, known) in [
        ("traceId", Known::Trace),
        ("trace_id", Known::Trace),
        ("X-Request-ID", Known::Trace),
        ("@timestamp", Known::Time),
        ("statusCode", Known::Status),
        ("response_time_ms", Known::Duration),
        ("durationMs", Known::Duration),
        ("took", Known::Duration),
        ("msg", Known::Message),
        ("loggerName", Known::Layer),
        ("log.level", Known::Level),
    ] {
        assert_eq!(Known::of(name), Some(known), "{name}");
    }
    assert_eq!(Known::of("visitor"), None);
    assert_eq!(Known::of("items"), None);
}

#[test]
fn durations_are_read_in_every_form() {
    for (name, value, micros) in [
        ("duration", "12ms", 12_000),
        ("duration", "0.012", 12_000),
        ("duration", "12", 12_000),
        ("duration", "1.5 s", 1_500_000),
        ("duration", "15µs", 15),
        ("durationMs", "1.5", 1_500),
        ("elapsed_seconds", "2", 2_000_000),
        ("took_ns", "5000", 5),
        ("duration", "0ms", 0),
        ("duration", "2m", 120_000_000),
        ("duration", "1.5s", 1_500_000),
        ("duration", "1h", 3_600_000_000),
        ("duration", "1m30s", 90_000_000),
        ("duration", "1h 2m 0.5s", 3_720_500_000),
        ("duration", "5e-05", 50),
        ("duration", "1200.5", 1_200_500),
        ("duration", "58.33", 58_330),
        ("duration", "9.5", 9_500_000),
        ("request_time", "12.345", 12_345_000),
        ("elapsed_seconds", "58.33", 58_330_000),
        ("durationMs", "0.5", 500),
    ] {
        assert_eq!(
            took(name, value),
            Some(Duration::from_micros(micros)),
            "{name}={value}"
        );
    }
    for nonsense in [
        "",
        "fast",
        "1.2.3",
        "-4",
        "12 parsecs",
        "1m30",
        "1m fast",
        "inf",
        "nan",
        "99999999999999999999999999999999s",
    ] {
        assert_eq!(took("duration", nonsense), None, "{nonsense}");
    }
}

#[test]
fn severities_are_words_or_numbers() {
    for (value, severity) in [
        ("warn", Severity::Warn),
        ("WARNING", Severity::Warn),
        ("50", Severity::Error),
        ("crit", Severity::Fatal),
    ] {
        assert_eq!(Severity::parse(value), Some(severity), "{value}");
    }
    assert_eq!(Severity::parse("loud"), None);
    assert_eq!(
        [Severity::Debug, Severity::Warn, Severity::Fatal].map(Severity::name),
        ["DEBUG", "WARN", "FATAL"]
    );
}

#[test]
fn a_plain_line_says_its_severity_in_capitals() {
    assert_eq!(
        Severity::in_plain("2024-08-06 07:29:48.745  WARN 1 --- [main] x"),
        Some(Severity::Warn)
    );
    assert_eq!(Severity::in_plain("[ERROR] db gone"), Some(Severity::Error));
    assert_eq!(Severity::in_plain("an error of mine"), None);
}

#[test]
fn a_plain_line_says_its_severity_in_brackets_or_first_in_any_case() {
    use Severity::{Error, Fatal, Info, Warn};
    let cases = [
        ("2024/08/06 07:29:48 [error] 31#31: *1 open() failed", Error),
        ("2024-08-06T07:29:48Z 0 [Warning] [MY-010055] low", Warn),
        ("2024-08-06 7 [Note] Aborted connection", Info),
        ("[Tue Aug 06 07:29:48 2024] [proxy:crit] gone", Fatal),
        ("error: no such table", Error),
        ("  info: listening on 8080", Info),
        ("Error: boom", Error),
    ];
    for (line, expected) in cases {
        assert_eq!(Severity::in_plain(line), Some(expected), "{line}");
    }
    for line in [
        "found: error",
        "[main] an error",
        "[errors] x",
        "an error: x",
    ] {
        assert_eq!(Severity::in_plain(line), None, "{line}");
    }
}

#[test]
fn a_status_has_three_digits() {
    assert_eq!(status("200"), Some(200));
    assert_eq!([status("OK"), status("20"), status("70000")], [None; 3]);
}
