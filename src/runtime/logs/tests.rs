use super::*;
use crate::logs::chunk::tests::{event, source};
use crate::logs::tail::Follow;
use crate::model::message::Message;
use crate::model::tail::{Method, Tail, TailState};
use crate::runtime::tail::Read;

#[test]
fn a_group_of_the_home_region_is_read_once_however_it_is_named() {
    let source = |region: Option<&str>, group: &str| TailSource {
        region: region.map(Region::from),
        group: group.into(),
        stream_prefix: None,
    };
    let named = vec![
        source(None, "/a"),
        source(Some("eu-west-1"), "/a"),
        source(Some("ap-northeast-2"), "/a"),
        source(Some("ap-northeast-2"), "/b"),
    ];
    assert_eq!(
        once(named, &"ap-northeast-2".into()),
        [
            source(None, "/a"),
            source(Some("eu-west-1"), "/a"),
            source(None, "/b")
        ]
    );
}

/// What was written and what was said, in their order.
#[derive(Default)]
struct Sheet(Vec<String>);

impl Page for Sheet {
    fn line(&mut self, chunk: &Chunk, line: &Line, late: bool) -> io::Result<()> {
        let late = if late { "late " } else { "" };
        self.0.push(format!("{late}{}", chunk.text(line)));
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn note(&mut self, fault: &Fault) {
        self.0.push(format!("! {}", fault.line()));
    }

    fn progress(&mut self, _so_far: Progress) -> io::Result<()> {
        Ok(())
    }
}

fn job(then: Then, groups: &[&str]) -> Job {
    let sources = groups.iter().map(|group| (*source(group)).clone());
    Job {
        tailing: Tailing::of(sources.collect()),
        accounts: Vec::new(),
        end: None,
        then,
        filter: Filter::parse("").unwrap(),
    }
}

fn lines(of: usize, group: &str, texts: &[(i64, &str)]) -> Read {
    let events: Vec<_> = texts.iter().map(|(at, text)| event(*at, text)).collect();
    let chunks = Chunk::seal(&source(group), &events);
    Read::Lines {
        of,
        pages: 1,
        chunks,
    }
}

/// What comes of readers that bring this and are then gone; what was written, and the failures.
async fn read(then: Then, brought: Vec<Vec<Read>>) -> (Vec<String>, Vec<String>) {
    let (mut sheet, (_tell, stop)) = (Sheet::default(), watch::channel(false));
    let groups: Vec<String> = (0..brought.len()).map(|n| format!("g{n}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let readers = brought.into_iter().map(|all| {
        let (to, from) = mpsc::channel(8);
        for one in all {
            to.try_send(one).ok().unwrap();
        }
        from
    });
    let mut run = Run::new(job(then, &groups), &mut sheet, &Handle::current(), stop);
    let follows = run.read(readers.collect()).await.unwrap().unwrap();
    assert_eq!(follows.len(), groups.len());
    let failed = run.failed();
    let failed = failed.iter().map(|fault| fault.line().as_str().to_owned());
    (failed.collect(), sheet.0)
}

fn end(of: usize) -> Read {
    let follow = Box::new(Follow::new(0));
    Read::End { of, follow }
}

#[tokio::test]
async fn a_reader_that_a_bug_ended_is_told_and_holds_nothing_back() {
    let brought = vec![
        vec![lines(0, "g0", &[(1, "a"), (3, "c")])],
        vec![lines(1, "g1", &[(2, "b"), (9, "d")]), end(1)],
    ];
    let (failed, sheet) = read(Then::End, brought).await;
    let said = "Reading g0 stopped on a bug of ours — its lines are not all here";
    assert_eq!(failed, [said]);
    assert_eq!(sheet, ["a", "b", "c", &format!("! {said}"), "d"]);
}

/// What is said of these news of two groups, of which the first was left; then both end.
async fn said_of(news: impl Fn(Duration) -> Vec<Tail>) -> Vec<String> {
    let (mut sheet, (_tell, stop)) = (Sheet::default(), watch::channel(false));
    let job = job(Then::Follow, &["g0", "g1"]);
    let mut run = Run::new(job, &mut sheet, &Handle::current(), stop);
    run.leave(0, Fault::new(FaultKind::Throttled, "Slower"));
    let (send, from) = run.sink();
    let ends = ["g0", "g1"].map(|group| Tail::State {
        source: (*source(group)).clone(),
        state: TailState::Failed {
            fault: Fault::new(FaultKind::Internal, "It stopped"),
            next_try: None,
        },
    });
    for tail in news(run.clock.now().mono).into_iter().chain(ends) {
        send(Message::Tail(tail));
    }
    run.follow(from).await.unwrap();
    sheet.0
}

fn state(group: &str, state: TailState) -> Tail {
    let source = (*source(group)).clone();
    Tail::State { source, state }
}

#[tokio::test]
async fn a_group_that_is_late_is_told_once_and_again_when_it_has_caught_up() {
    let by = Duration::from_secs;
    let sheet = said_of(|now| {
        vec![
            state("g0", TailState::Behind { by: by(200) }),
            state("g0", TailState::Throttled { by: Some(by(100)) }),
            state("g0", TailState::Behind { by: by(90) }),
            // It has had no line for long, and was read to its end a moment ago.
            state("g1", TailState::Behind { by: by(3_600) }),
            Tail::Round {
                source: (*source("g0")).clone(),
                began: now,
            },
        ]
    })
    .await;
    let said = [
        "! AWS asks to go slower, and g0 brings no lines yet — the others go on without it, and its older lines come late",
        "! g0 is followed now",
        "! g0 is 3 min behind — more was written than has been read yet; the lines come later, and none is lost — \
         with --pattern AWS sends fewer lines",
        "! g0 has caught up",
        "! It stopped",
        "! It stopped",
    ];
    assert_eq!(sheet, said);
}

#[tokio::test]
async fn a_sample_is_told_once_of_each_group_however_often_it_begins() {
    let sheet = said_of(|_| {
        let toggles = [("g0", true), ("g1", true), ("g0", false), ("g0", true)];
        let method = |(group, sampled)| Tail::Method {
            source: (*source(group)).clone(),
            method: Method::Live { sampled },
        };
        toggles.map(method).to_vec()
    })
    .await;
    let said = |group| {
        format!(
            "! Live Tail sends a sample of the lines of {group} — more than 500 a second come, now or again and again — \
             leave out --live-tail to have all of them"
        )
    };
    assert_eq!(sheet[1..3], [said("g0"), said("g1")]);
    assert_eq!(sheet.len(), 5);
}

#[tokio::test]
async fn a_follower_whose_groups_all_ended_on_bugs_ends_and_has_failed() {
    let (mut sheet, (_tell, stop)) = (Sheet::default(), watch::channel(false));
    let job = job(Then::Follow, &["g0"]);
    let mut run = Run::new(job, &mut sheet, &Handle::current(), stop);
    let (send, news) = run.sink();
    let fault = Fault::new(FaultKind::Internal, "It stopped");
    let next_try = None;
    send(Message::Tail(Tail::State {
        source: (*source("g0")).clone(),
        state: TailState::Failed { fault, next_try },
    }));
    run.follow(news).await.unwrap();
    let failed = run.failed();
    assert_eq!(failed.len(), 1);
    assert_eq!(sheet.0, ["! It stopped"]);
}

#[tokio::test]
async fn whoever_follows_goes_on_without_a_group_that_brings_nothing() {
    let fault = Fault::new(FaultKind::Unreachable, "AWS is far away");
    let follow = Box::new(Follow::new(0));
    let brought = vec![
        vec![Read::Left {
            of: 0,
            follow,
            fault,
        }],
        vec![lines(1, "g1", &[(2, "b")]), end(1)],
    ];
    let (failed, sheet) = read(Then::Follow, brought).await;
    assert_eq!(failed, ["AWS is far away"]);
    let said = [
        "! AWS is far away — it is tried again",
        "! g0 brings no lines yet — the others go on without it, and its older lines come late",
        "b",
    ];
    assert_eq!(sheet, said);
}

#[tokio::test]
async fn a_group_that_was_awaited_is_named_when_it_comes_and_has_not_failed_then() {
    let (mut sheet, (_tell, stop)) = (Sheet::default(), watch::channel(false));
    let job = job(Then::Follow, &["g0", "g1"]);
    let mut run = Run::new(job, &mut sheet, &Handle::current(), stop);
    let missing = Fault::new(FaultKind::Missing, "There is no log group g0");
    let absent = (*source("g0")).clone();
    run.absent(vec![(absent.clone(), missing.clone())]);
    assert!(run.is_awaited(&absent, &missing) && run.may_bring_more());
    let lag = None;
    run.came_back(&absent, &TailState::Starting);
    run.came_back(&absent, &TailState::Following { lag });
    run.came_back(&absent, &TailState::Following { lag });
    assert!(run.failed().is_empty());
    assert_eq!(
        sheet.0,
        ["! There is no log group g0", "! g0 is followed now"]
    );
}
