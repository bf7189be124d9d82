//! A load test's vital signs, read from the simulated account as a guard reads them.

use crate::sim::stage::Account;
use crate::support::proxy::{Proxy, Trouble};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate::aws::{Around, Aws, Keys, Options};
use tidegate::domain::backup::Backup;
use tidegate::domain::change::{Change, Target};
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::rds::{DatabaseKind, DatabaseRef};
use tidegate::domain::waf::{AclScope, RuleRef};
use tidegate::runtime::guard::vital::Vitals;
use tidegate::session::step::Step;
use tidegate::sim::desk::Setup;
use tidegate::sim::throttle::Throttling;

/// A furnished account, the proxy before it, and our clients behind both.
struct Stage {
    _account: Account,
    proxy: Proxy,
    aws: Aws,
}

type Seen = BTreeMap<(String, String), f64>;

impl Stage {
    async fn new() -> Self {
        let account = Account::today(Setup {
            throttling: Throttling::Off,
            ..Setup::default()
        });
        let proxy = Proxy::before(account.port);
        let options = Options {
            region: Some("ap-northeast-2".into()),
            endpoint: Some(proxy.url()),
            credentials: Some(Keys {
                access_key_id: "simulated".to_owned(),
                secret_access_key: "simulated".to_owned(),
                session_token: None,
                expires: None,
            }),
            around: Around::Nothing,
            ..Options::default()
        };
        Self {
            aws: Aws::connect(options).await.expect("clients"),
            _account: account,
            proxy,
        }
    }

    /// One of each thing that a plan can name.
    async fn steps(&self) -> Vec<Step> {
        let set = |target| {
            Step::Set(Change {
                target,
                fields: Vec::new(),
            })
        };
        let service = |name: &str| ServiceRef {
            cluster: "orchard".into(),
            service: name.into(),
        };
        let acls = self.aws.acls(AclScope::Regional).await.expect("web ACLs");
        let edge = acls
            .into_iter()
            .find(|a| a.at.name.as_str() == "orchard-edge");
        let rule = RuleRef {
            acl: edge.expect("the web ACL").at,
            rule: "per-ip-1000".into(),
        };
        vec![
            backup(DatabaseKind::Instance, "orchard-db"),
            backup(DatabaseKind::Cluster, "orchard-aurora"),
            set(Target::Group("orchard-nodes".into())),
            set(Target::Scalable(service("api"))),
            set(Target::Service(service("batch-worker"))),
            set(Target::Rule(rule)),
        ]
    }
}

fn backup(kind: DatabaseKind, id: &str) -> Step {
    let id = id.into();
    Step::Create(Backup {
        database: DatabaseRef { kind, id },
        snapshot: "s".into(),
    })
}

async fn read(vitals: &Vitals, steps: &[Step]) -> Seen {
    let signs = vitals.read(steps, Timestamp::now()).await;
    let all = signs.into_iter().map(|s| ((s.name, s.of), s.value));
    all.collect()
}

fn value(seen: &Seen, name: &str, of: &str) -> Option<f64> {
    seen.get(&(name.to_owned(), of.to_owned())).copied()
}

#[tokio::test]
async fn each_sign_comes_with_a_value_that_can_be() {
    let stage = Stage::new().await;
    let seen = read(&Vitals::new(stage.aws.clone()), &stage.steps().await).await;
    let within = [
        ("cpu", "service orchard/api", 5.0..=100.0),
        ("memory", "service orchard/api", 5.0..=100.0),
        ("requests", "service orchard/api", 1_000.0..=60_000.0),
        ("p95", "service orchard/api", 0.005..=5.0),
        ("target 5xx", "service orchard/api", 0.0..=500.0),
        ("elb 5xx", "load balancer orchard", 0.0..=500.0),
        ("cpu", "service orchard/batch-worker", 1.0..=100.0),
        ("blocked", "rule per-ip-1000 of orchard-edge", 0.0..=5_000.0),
        ("counted", "rule per-ip-1000 of orchard-edge", 0.0..=0.0),
        ("cpu", "database orchard-db", 5.0..=100.0),
        ("connections", "database orchard-db", 12.0..=200.0),
        ("cpu", "cluster orchard-aurora", 5.0..=100.0),
        ("connections", "cluster orchard-aurora", 12.0..=200.0),
        ("credits", "group orchard-nodes", 1.0..=864.0),
    ];
    for (name, of, range) in within {
        let found = value(&seen, name, of);
        assert!(
            found.is_some_and(|v| range.contains(&v)),
            "{name} of {of}: {seen:#?}"
        );
    }
    let none = value(&seen, "requests", "service orchard/batch-worker");
    assert_eq!(none, None, "nothing stands before it");
}

#[tokio::test]
async fn what_was_looked_up_is_kept_and_a_reading_is_a_call_for_each_period() {
    let stage = Stage::new().await;
    let (steps, vitals) = (stage.steps().await, Vitals::new(stage.aws.clone()));
    let first = read(&vitals, &steps).await;
    stage.proxy.forget();
    let second = read(&vitals, &steps).await;
    assert!(first.keys().eq(second.keys()));
    let asked: Vec<String> = stage
        .proxy
        .calls()
        .into_iter()
        .map(|c| c.operation)
        .collect();
    assert_eq!(asked, ["GetMetricData", "GetMetricData"]);
}

#[tokio::test]
async fn what_may_not_be_read_is_left_out_and_the_rest_comes() {
    let stage = Stage::new().await;
    let steps = stage.steps().await;
    for (operation, code) in [
        ("DescribeTargetGroups", "AccessDenied"),
        ("DescribeAutoScalingGroups", "AccessDenied"),
        ("GetWebACL", "AccessDeniedException"),
    ] {
        let denied = Trouble::Error(403, code);
        stage.proxy.trouble(operation, denied, usize::MAX);
    }
    let vitals = Vitals::new(stage.aws.clone());
    let seen = read(&vitals, &steps).await;
    let has = |name, of| value(&seen, name, of).is_some();
    assert!(has("cpu", "service orchard/api") && has("cpu", "database orchard-db"));
    let left_out = ["requests", "elb 5xx", "credits", "blocked"];
    assert!(
        !seen
            .keys()
            .any(|(name, _)| left_out.contains(&name.as_str()))
    );
    stage.proxy.forget();
    read(&vitals, &steps).await;
    assert_eq!(
        stage.proxy.count("DescribeTargetGroups"),
        0,
        "not each minute"
    );
}
