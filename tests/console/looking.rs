//! What was left unfinished comes before the first list.

use crate::support::console::{Console, write_settings};
use tidegate::app::wants;
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::model::message::{Link, Message};
use tidegate::model::query::Query;
use tidegate::session::order::Report;

fn lists(console: &Console) -> usize {
    let wants = wants(&console.state);
    wants
        .iter()
        .filter(|w| !matches!(w.query, Query::Identity))
        .count()
}

#[test]
fn lists_wait_until_what_was_left_unfinished_has_been_told() {
    let mut console = Console::new(write_settings(), (120, 36));
    assert_ne!(lists(&console), 0);
    console.report(Report::Looking);
    assert_eq!(lists(&console), 0);
    console.report(Report::Looked);
    assert_ne!(lists(&console), 0);
}

#[test]
fn lists_do_not_wait_for_ever() {
    let mut console = Console::new(write_settings(), (120, 36));
    console.report(Report::Looking);
    console.wait(14_000);
    assert_eq!(lists(&console), 0);
    console.wait(2_000);
    assert_ne!(lists(&console), 0);
}

#[test]
fn renewed_credentials_give_the_look_its_time_again() {
    let mut console = Console::new(write_settings(), (120, 36));
    console.report(Report::Looking);
    let fault = Fault::new(FaultKind::Credentials, "expired");
    let next_try = std::time::Duration::from_mins(1);
    console.send(Message::Link(Link::NoCredentials { fault, next_try }));
    console.wait(30_000);
    console.send(Message::Link(Link::Fine));
    assert_eq!(lists(&console), 0);
    console.wait(16_000);
    assert_ne!(lists(&console), 0);
}
