//! How far a long read is, on a terminal: `tidegate logs` says it where nothing is printed.

use super::stage::{GROUPS, account, python, tell};
use crate::sim::stage::Account;
use crate::support::pty::{Pty, Start};

/// An account that has written so many lines a second, and takes so long for a page.
fn slow(rate: f64, latency: &str) -> Account {
    let account = account(rate, 30);
    tell(&account, "speed manual");
    tell(
        &account,
        &format!("fault latency {latency} logs:FilterLogEvents"),
    );
    account
}

fn logs(account: &Account, width: u16, more: &[&str]) -> Pty {
    let url = format!("http://127.0.0.1:{}", account.port);
    let mut start = Start::console()
        .env("AWS_ENDPOINT_URL", &url)
        .size(width, 8)
        .arg("logs");
    for arg in [&GROUPS[..1], more].concat() {
        start = start.arg(arg);
    }
    start.go()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_lets_nothing_through_shows_how_far_it_is_and_wipes_it_out_before_a_line() {
    let account = slow(800.0, "500ms");
    python(
        &account,
        &format!(
            "logs, stream = client('logs'), dict(logGroupName='{}', logStreamName='last')
logs.create_log_stream(**stream)
logs.put_log_events(**stream, logEvents=[dict(timestamp=int(time.time() * 1000), message='the very last')])",
            GROUPS[0]
        ),
    );
    tokio::task::block_in_place(|| {
        let mut terminal = logs(&account, 120, &["--filter", "the very last"]);
        terminal.wait_for(" read, 0 shown, up to 20");
        assert_eq!(terminal.wait_exit(), 0);
        let screen = terminal.screen();
        let screen = screen.trim();
        assert!(
            screen.ends_with("Z the very last") && screen.lines().count() == 1,
            "{screen}"
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_without_a_line_are_counted_and_a_narrow_terminal_is_wiped_too() {
    // More than AWS looks through for one page.
    let account = slow(6_000.0, "2s");
    tokio::task::block_in_place(|| {
        let mut terminal = logs(&account, 20, &["--pattern", "nowhere"]);
        terminal.wait_for("1 page, 0 lines");
        assert_eq!(terminal.wait_exit(), 0);
        assert_eq!(terminal.screen().trim(), "");
    });
}
