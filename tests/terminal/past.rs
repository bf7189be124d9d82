//! The past of the logs pane, as the built program shows it of the simulated account.

use super::console;
use crate::sim::stage::Account;
use crate::support::pty::Start;

/// The service's group keeps a day, and writes a thousand lines a second.
#[test]
fn what_is_not_kept_is_said_and_a_time_of_a_busy_group_is_gone_to() {
    let account = Account::busy();
    let url = format!("http://127.0.0.1:{}", account.port);
    let start = Start::console()
        .size(160, 36)
        .env("AWS_ENDPOINT_URL", &url)
        .env("AWS_REGION", "ap-northeast-2");
    let mut pty = console(start);
    pty.send(":logs /ecs/orchard-api --since 3d\r5z");
    pty.wait_for("(one day is kept); older days are in s3://orchard-log-archive/ecs/orchard-api");
    pty.send(":logs /ecs/orchard-api --since 5s\r");
    pty.wait_gone("one day is kept");
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(100);
    let second = at.strftime("%H:%M:%S").to_string();
    pty.send(&format!(":at {second}\r"));
    pty.wait_for("› past");
    pty.wait_for(&format!("{second}.0"));
    pty.send("\x03");
    assert_eq!(pty.wait_exit(), 0, "{}", pty.screen());
}
