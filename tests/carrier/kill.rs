//! The program killed at its N-th point, for N = 1, 2, 3 … until a run ends untouched:
//! at each write, fsync and request. Then a new process looks, and puts back.

use super::bench::{account, is_end, scale, service, spawn, until};
use crate::support::moto::Account;
use crate::support::proxy::Proxy;
use serde_json::json;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use tidegate::aws::client::Keys;
use tidegate::aws::{Aws, Options};
use tidegate::domain::change::Standing;
use tidegate::domain::ids::SessionId;
use tidegate::journal::{self, Health, Store};
use tidegate::runtime::carrier::Access;
use tidegate::session::order::{Order, PastState, Report};
use tidegate::session::record::{Event, Way};
use tidegate::session::revert::Decisions;

const DIR: &str = "TIDEGATE_KILL_DIR";
const SIGABRT: i32 = 6;

/// One change in a process of its own: `scale` or the undo of the only session there is.
fn child(account: &Account, endpoint: &str, dir: &Path, act: &str, crash: &str) -> ExitStatus {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "carrier::kill::one_change", "--nocapture"]);
    command
        .envs(account.env_at(endpoint))
        .env(DIR, dir)
        .env("TIDEGATE_KILL_ACT", act)
        .env("TIDEGATE_CRASH", crash);
    command.output().expect("the child runs").status
}

/// What the children run. In the parent it is a run that nothing hits.
#[tokio::test]
async fn one_change() {
    if let Some(dir) = std::env::var_os(DIR).map(PathBuf::from) {
        let aws = Aws::connect(from_environment()).await.expect("clients");
        let act = std::env::var("TIDEGATE_KILL_ACT").unwrap_or_default();
        return carry(&aws, &Store::open(&dir).expect("a journal"), &act).await;
    }
    let (account, home) = (account(), tempfile::tempdir().expect("a directory"));
    let store = Store::open(&home.path().join("tidegate/journal")).expect("a journal");
    carry(&account.aws().await, &store, "scale").await;
    assert_eq!(service(&account, "plain")["desired"], 5);
}

fn from_environment() -> Options {
    let var = |name: &str| std::env::var(name).expect("set by the parent");
    let credentials = Keys {
        access_key_id: var("AWS_ACCESS_KEY_ID"),
        secret_access_key: var("AWS_SECRET_ACCESS_KEY"),
        session_token: Some(var("AWS_SESSION_TOKEN")),
        expires: None,
    };
    let (region, endpoint) = (Some(var("AWS_REGION").into()), Some(var("ENDPOINT")));
    Options {
        region,
        endpoint,
        credentials: Some(credentials),
        ..Options::default()
    }
}

async fn carry(aws: &Aws, store: &Store, act: &str) {
    let (carrier, mut reports) = spawn(aws, Access::Journal(store.clone()));
    match act {
        "scale" => carrier.order(Order::Apply(Box::new(scale(aws, "plain", "5").await))),
        _ => carrier.order(undo(&only_session(store.dir()).expect("a session"))),
    }
    let end = until(&mut reports, is_end).await;
    assert!(
        matches!(end, Report::Finished { .. } | Report::Undone { .. }),
        "{end:?}"
    );
}

fn undo(session: &SessionId) -> Order {
    Order::Undo {
        session: session.clone(),
        decisions: Decisions::default(),
    }
}

/// The only session that has a record.
fn only_session(dir: &Path) -> Option<SessionId> {
    let found = journal::verify(dir).expect("a directory");
    found.into_iter().find(|f| f.records > 0).map(|f| f.session)
}

fn died(status: ExitStatus) -> bool {
    match status.signal() {
        Some(SIGABRT) => true,
        None if status.success() => false,
        other => panic!("the child ended by {other:?}, {status}"),
    }
}

/// Every request that arrived has its `SENT` on the disk, and no journal is damaged.
fn check_journal(dir: &Path, proxy: &Proxy) {
    let findings = journal::verify(dir).expect("a directory");
    assert!(
        findings.iter().all(|f| f.health != Health::Damaged),
        "{findings:?}"
    );
    let sent = only_session(dir).map_or(0, |id| {
        let entries = journal::read_session(dir, &id).entries;
        entries
            .iter()
            .filter(|e| matches!(e.record.event, Event::Sent { .. }))
            .count()
    });
    let arrived = proxy.writes().len();
    assert!(
        arrived <= sent && sent <= arrived + 1,
        "{arrived} requests, {sent} intents"
    );
}

/// A new process finds the truth, and puts everything back.
async fn recover(account: &Account, proxy: &Proxy, dir: &Path) {
    let aws = account.aws_at(&proxy.url()).await;
    let store = Store::open(dir).expect("a journal");
    let Some(session) = only_session(dir) else {
        assert_eq!(service(account, "plain")["desired"], 2);
        return;
    };
    let (carrier, mut reports) = spawn(&aws, Access::Journal(store.clone()));
    if store.state(&session).expect("readable").outcome() == PastState::Unfinished {
        carrier.order(Order::Inspect);
        let found = until(&mut reports, |r| matches!(r, Report::Unfinished { .. })).await;
        let Report::Unfinished {
            fields, gap: None, ..
        } = found
        else {
            panic!("{found:?}")
        };
        let ours = service(account, "plain")["desired"] == 5;
        assert_eq!(
            fields[0].standing,
            if ours {
                Standing::Ours
            } else {
                Standing::AsBefore
            }
        );
    }
    carrier.order(undo(&session));
    let end = until(&mut reports, is_end).await;
    assert!(matches!(end, Report::Undone { .. }), "{end:?}");
    assert_eq!(service(account, "plain")["desired"], 2);
    let outcome = store.state(&session).expect("readable").outcome();
    assert!(
        matches!(outcome, PastState::Reverted | PastState::Refused),
        "{outcome:?}"
    );
}

/// More points than one change has: past it something repeats for ever.
const ENDLESS: u32 = 80;

#[tokio::test]
async fn killed_at_any_point_of_a_change_nothing_is_lost_and_all_is_put_back() {
    let account = account();
    let proxy = Proxy::before_moto();
    let (mut kills, mut finished) = (0, false);
    for n in 1..ENDLESS {
        let home = tempfile::tempdir().expect("a directory");
        let dir = home.path().join("tidegate/journal");
        proxy.forget();
        finished = !died(child(
            &account,
            &proxy.url(),
            &dir,
            "scale",
            &format!("any:{n}"),
        ));
        check_journal(&dir, &proxy);
        recover(&account, &proxy, &dir).await;
        if finished {
            break;
        }
        kills = n;
    }
    assert!(finished && kills > 15, "{kills} points");
}

#[tokio::test]
async fn killed_at_any_point_of_an_undo_it_can_be_undone_again() {
    let account = account();
    let proxy = Proxy::before_moto();
    let (mut kills, mut finished) = (0, false);
    for n in 1..ENDLESS {
        let home = tempfile::tempdir().expect("a directory");
        let dir = home.path().join("tidegate/journal");
        carry(
            &account.aws().await,
            &Store::open(&dir).expect("a journal"),
            "scale",
        )
        .await;
        assert_eq!(
            service(&account, "plain"),
            json!({ "desired": 5, "min": null, "max": null })
        );
        finished = !died(child(
            &account,
            &proxy.url(),
            &dir,
            "undo",
            &format!("any:{n}"),
        ));
        recover_undo(&account, &proxy, &dir).await;
        if finished {
            break;
        }
        kills = n;
    }
    assert!(finished && kills > 10, "{kills} points");
}

async fn recover_undo(account: &Account, proxy: &Proxy, dir: &Path) {
    let aws = account.aws_at(&proxy.url()).await;
    let store = Store::open(dir).expect("a journal");
    let session = only_session(dir).expect("a session");
    let (carrier, mut reports) = spawn(&aws, Access::Journal(store.clone()));
    carrier.order(undo(&session));
    let end = until(&mut reports, is_end).await;
    assert!(matches!(end, Report::Undone { .. }), "{end:?}");
    assert_eq!(service(account, "plain")["desired"], 2);
    assert_eq!(
        store.state(&session).expect("readable").outcome(),
        PastState::Reverted
    );
    let entries = journal::read_session(dir, &session).entries;
    let reverts = entries
        .iter()
        .filter(|e| {
            matches!(
                e.record.event,
                Event::Sent {
                    way: Way::Revert,
                    ..
                }
            )
        })
        .count();
    assert!((1..=2).contains(&reverts), "{reverts}");
}
