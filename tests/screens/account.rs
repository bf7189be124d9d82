//! The account the screens show: a task-calendar service on ECS with EC2, its
//! web ACLs, its database; and names nobody would choose but somebody will meet.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tidegate::domain::autoscaling::{
    Activity, Group, Instance, Policy, PolicyKind, ScalableTarget, Scaled, ScalingDetail,
    ScheduledAction, Suspended,
};
use tidegate::domain::ecs::{
    Container, Controller, Deployment, EventClass, Launch, LogTarget, Rollout, Scheduling, Service,
    ServiceDetail, ServiceEvent, ServiceRef, ServiceStatus, TargetGroup, TargetHealth, Task,
};
use tidegate::domain::fault::{Fault, FaultKind, Gap, Part};
use tidegate::domain::ids::ServiceName;
use tidegate::domain::metrics::{Metric, Series};
use tidegate::domain::rds::{
    Database, DatabaseKind, DatabaseRef, Inventory, Snapshot, SnapshotKind,
};
use tidegate::domain::text::Text;
use tidegate::domain::waf::{
    Acl, AclRef, AclScope, Aggregate, RateStatement, RawAcl, RawJson, Rule, RuleAction, RuleDetail,
    RuleKind, RuleRef, SampledRequest,
};

/// 2026-09-20, in the middle of the afternoon's load test.
pub const NOW: &str = "2026-09-20T14:22:00Z";

/// That moment.
pub fn now() -> Timestamp {
    NOW.parse().expect("a timestamp")
}

/// So many minutes before that moment.
pub fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// A denial that names its permission.
pub fn denied(what: &str, action: &'static str) -> Fault {
    let mut fault = Fault::new(FaultKind::Denied, what)
        .means("this pane stays empty, the others go on")
        .next("ask for the permission, or use another profile");
    fault.code = Some("AccessDeniedException".into());
    fault.request_id = Some("4f2a91c0-7b1e".into());
    fault.action = Some(action.into());
    fault
}

/// Escapes, direction marks, wide characters, and 255 of them.
pub fn hostile() -> [String; 3] {
    [
        "\u{1b}[31mred\u{202e}gnp.exe\u{7}".to_owned(),
        "주문-처리-서비스".to_owned(),
        "x".repeat(255),
    ]
}

pub fn at(name: &str) -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: name.into(),
    }
}

/// A settled service on EC2.
pub fn service(name: &str, running: u32, desired: u32) -> Service {
    Service {
        at: at(name),
        status: ServiceStatus::Active,
        desired,
        running,
        pending: 0,
        launch: Launch::Ec2,
        controller: Controller::Ecs,
        arn: None,
        scheduling: Scheduling::Replica,
        rollout: Rollout::Completed,
        primary: (running, desired),
        deployments: 1,
        deployed_at: Some(ago(3 * 24 * 60)),
        task_definition: format!("{name}:42").into(),
        target_groups: vec!["arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/orchard-api/0a1b2c".into()],
    }
}

/// All services; the last of the names has vanished between list and describe.
pub fn services() -> (Vec<ServiceName>, Vec<Arc<Service>>, Vec<ServiceName>) {
    let api = Service {
        pending: 2,
        rollout: Rollout::InProgress,
        primary: (6, 8),
        deployments: 2,
        deployed_at: Some(ago(12)),
        ..service("api", 6, 8)
    };
    let admin = Service {
        rollout: Rollout::Failed {
            reason: "tasks failed to start".into(),
        },
        deployed_at: Some(ago(95)),
        ..service("admin", 0, 1)
    };
    let monitor = Service {
        scheduling: Scheduling::Daemon,
        rollout: Rollout::Unknown,
        ..service("node-exporter", 4, 4)
    };
    let blue = Service {
        controller: Controller::CodeDeploy,
        rollout: Rollout::Unknown,
        launch: Launch::Fargate,
        ..service("storefront", 3, 3)
    };
    let spot = Service {
        launch: Launch::Providers(vec!["orchard-spot".into(), "FARGATE_SPOT".into()]),
        ..service("thumbnailer", 12, 12)
    };
    let old = Service {
        status: ServiceStatus::Draining,
        ..service("legacy-export", 1, 0)
    };
    let mut all = vec![
        api,
        service("batch-worker", 2, 2),
        admin,
        monitor,
        blue,
        spot,
        old,
    ];
    all.extend(hostile().iter().map(|name| service(name, 1, 1)));
    let mut names: Vec<ServiceName> = all.iter().map(|s| s.at.service.clone()).collect();
    names.push("vanished".into());
    (
        names,
        all.into_iter().map(Arc::new).collect(),
        vec!["vanished".into()],
    )
}

/// CPU and memory of the services.
pub fn load() -> Vec<Series> {
    let figures = [
        ("api", 81.4, 64.0),
        ("batch-worker", 12.0, 40.2),
        ("storefront", 93.7, 88.1),
        ("thumbnailer", 40.0, 35.0),
    ];
    let series = |metric, value| Series {
        metric,
        points: vec![(ago(2), value)],
        incomplete: false,
    };
    figures
        .into_iter()
        .flat_map(|(name, cpu, memory)| {
            [
                series(Metric::ServiceCpu(at(name)), cpu),
                series(Metric::ServiceMemory(at(name)), memory),
            ]
        })
        .collect()
}

fn task(id: &str, minutes: i64) -> Task {
    Task {
        id: id.into(),
        status: "RUNNING".into(),
        desired_status: "RUNNING".into(),
        health: "HEALTHY".into(),
        instance: Some("i-0a1b2c3d4e5f60718".into()),
        ports: vec![(32_768, 8080)],
        started_at: Some(ago(minutes)),
        stopped_at: None,
        stop_code: None,
        stopped_reason: None,
        cpu: Some("512".into()),
        memory: Some("1024".into()),
    }
}

fn tasks() -> Vec<Task> {
    let starting = Task {
        status: "PENDING".into(),
        health: "UNKNOWN".into(),
        instance: None,
        ports: Vec::new(),
        started_at: None,
        ..task("9b7d21e4f0aa4c6f8f3f", 0)
    };
    let stopped = Task {
        status: "STOPPED".into(),
        desired_status: "STOPPED".into(),
        health: "UNHEALTHY".into(),
        stopped_at: Some(ago(9)),
        stop_code: Some("EssentialContainerExited".into()),
        stopped_reason: Some("Essential container in task exited: OutOfMemoryError: Container killed due to memory usage".into()),
        ..task("c0ffee11aa22bb33cc44", 30)
    };
    vec![
        task("4f2a91c07b1e4d0fb6aa", 12),
        stopped,
        task("77ab01c07b1e4d0fb6bb", 190),
        starting,
    ]
}

fn deployment(
    status: &'static str,
    running: u32,
    desired: u32,
    rollout: Rollout,
    minutes: i64,
) -> Deployment {
    Deployment {
        id: "ecs-svc/1234567890".into(),
        status: status.into(),
        desired,
        running,
        pending: desired - running,
        failed: u32::from(matches!(rollout, Rollout::InProgress)) * 3,
        rollout,
        task_definition: "api:42".into(),
        created_at: Some(ago(minutes)),
        updated_at: Some(ago(1)),
    }
}

fn event(minutes: i64, message: &str) -> ServiceEvent {
    ServiceEvent {
        at: Some(ago(minutes)),
        message: Text::clean(message),
        class: EventClass::of(message),
    }
}

fn target(id: &'static str, state: &'static str, reason: Option<&'static str>) -> TargetHealth {
    TargetHealth {
        target: id.into(),
        port: Some(32_768),
        zone: Some("ap-northeast-2a".into()),
        state: state.into(),
        reason: reason.map(Text::fixed),
        description: reason.map(|_| Text::fixed("Health checks failed with these codes: [503]")),
    }
}

/// The drill-in of `api`; a second target group may not be read.
pub fn service_detail() -> ServiceDetail {
    let (_, all, _) = services();
    ServiceDetail {
        service: (*all[0]).clone(),
        tasks: tasks(),
        deployments: vec![
            deployment("PRIMARY", 6, 8, Rollout::InProgress, 12),
            deployment("ACTIVE", 2, 2, Rollout::Completed, 3 * 24 * 60),
        ],
        events: vec![
            event(1, "(service api) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 5f1e) has insufficient CPU units available."),
            event(6, "(service api) has started 2 tasks: (task 4f2a91c0) (task 9b7d21e4)."),
            event(9, "(service api) (port 32770) is unhealthy in (target-group orchard-api) due to (reason Health checks failed with these codes: [503])."),
            event(200, "(service api) has reached a steady state."),
        ],
        containers: vec![Container {
            name: "app".into(),
            image: "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/api:2026.9.4".into(),
            environment: vec!["SPRING_PROFILES_ACTIVE".into(), "DB_HOST".into()],
            secrets: vec!["DB_PASSWORD".into()],
            log: Some(LogTarget { group: "/ecs/orchard-api".into(), region: None, stream_prefix: Some("app".into()) }),
        }],
        target_groups: vec![
            TargetGroup {
                arn: "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/orchard-api/0a1b2c".into(),
                targets: Ok(vec![
                    target("i-0a1b2c3d4e5f60718", "healthy", None),
                    target("i-0ffffffffffffffff", "unhealthy", Some("Target.ResponseCodeMismatch")),
                    target("i-0eeeeeeeeeeeeeeee", "draining", None),
                ]),
            },
            TargetGroup {
                arn: "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/orchard-internal/3d4e5f".into(),
                targets: Err(denied("The health of the targets may not be read", "elasticloadbalancing:DescribeTargetHealth")),
            },
        ],
        gaps: Vec::new(),
    }
}

/// Scalable targets; that of `batch-worker` is suspended, one has a hostile name.
pub fn targets() -> Vec<ScalableTarget> {
    let target = |name: &str, min, max| ScalableTarget {
        at: at(name),
        min,
        max,
        suspended: Suspended::default(),
    };
    let suspended = Suspended {
        scale_in: true,
        scale_out: true,
        scheduled: false,
    };
    vec![
        target("api", 2, 12),
        ScalableTarget {
            suspended,
            ..target("batch-worker", 1, 4)
        },
        target("thumbnailer", 2, 12),
        target(&hostile()[0], 1, 3),
    ]
}

pub fn policies() -> Vec<Policy> {
    let tracking = |metric: &'static str, target| PolicyKind::TargetTracking {
        metric: metric.into(),
        target,
        disable_scale_in: false,
    };
    let policy = |service: &str, name: &'static str, kind| Policy {
        at: Scaled::Service(at(service)),
        name: name.into(),
        kind,
        scale_in_cooldown: Some(60),
        scale_out_cooldown: Some(60),
    };
    vec![
        policy(
            "api",
            "cpu-75",
            tracking("ECSServiceAverageCPUUtilization", 75.0),
        ),
        policy(
            "api",
            "requests",
            tracking("ALBRequestCountPerTarget", 1000.0),
        ),
        policy(
            "batch-worker",
            "queue",
            PolicyKind::Step {
                adds: true,
                removes: false,
            },
        ),
        policy(
            "thumbnailer",
            "memory-70",
            tracking("ECSServiceAverageMemoryUtilization", 70.0),
        ),
    ]
}

fn instance(id: &str, kind: &'static str, lifecycle: &'static str) -> Instance {
    Instance {
        id: id.into(),
        kind: kind.into(),
        zone: "ap-northeast-2a".into(),
        lifecycle: lifecycle.into(),
        healthy: true,
        protected: false,
    }
}

/// Two groups: one of T-class instances whose credits run out, one that is scaling out.
pub fn groups() -> Vec<Group> {
    let group = |name: &str, min, desired, max, instances| Group {
        name: name.into(),
        min,
        max,
        desired,
        instances,
        suspended: Vec::new(),
        managed_by_ecs: false,
        arn: None,
        warm_pool: false,
        status: None,
    };
    vec![
        Group {
            managed_by_ecs: true,
            ..group(
                "orchard-nodes",
                2,
                4,
                6,
                vec![
                    instance("i-01", "m6i.large", "InService"),
                    instance("i-02", "m6i.large", "InService"),
                    instance("i-03", "m6i.large", "InService"),
                    instance("i-04", "m6i.large", "Pending"),
                ],
            )
        },
        group(
            "campus-web",
            2,
            2,
            4,
            vec![
                instance("i-0t1", "t3.micro", "InService"),
                instance("i-0t2", "t3.micro", "InService"),
            ],
        ),
    ]
}

pub fn credits() -> Vec<Series> {
    [("i-0t1", 0.2), ("i-0t2", 41.0)]
        .into_iter()
        .map(|(id, left)| Series {
            metric: Metric::CpuCredits(id.into()),
            points: vec![(ago(5), left)],
            incomplete: false,
        })
        .collect()
}

/// The drill-in of the scalable target `api`, with a reason why it stood still.
pub fn scaling_detail() -> ScalingDetail {
    let activity =
        |minutes, status: &'static str, description: &'static str, cause: &'static str| Activity {
            at: Some(ago(minutes)),
            end: Some(ago(minutes - 1)),
            status: status.into(),
            description: description.into(),
            cause: cause.into(),
            message: None,
            not_scaled: Vec::new(),
        };
    ScalingDetail {
        policies: policies().into_iter().take(2).collect(),
        scheduled: vec![ScheduledAction {
            name: "tidegate-back".into(),
            schedule: "at(2026-09-20T15:23:00)".into(),
            min: Some(2),
            max: Some(12),
            desired: None,
            next: Some(ago(-61)),
        }],
        activities: vec![
            Activity {
                not_scaled: vec!["already at the maximum capacity of 12".into()],
                ..activity(
                    3,
                    "Unfulfilled",
                    "Attempting to scale due to alarm triggered",
                    "monitor alarm TargetTracking-cpu-75 in state ALARM triggered policy cpu-75",
                )
            },
            activity(
                14,
                "Successful",
                "Setting desired count to 8.",
                "monitor alarm TargetTracking-cpu-75 in state ALARM triggered policy cpu-75",
            ),
        ],
        refresh: None,
        gaps: Vec::new(),
    }
}

pub fn acl_ref(scope: AclScope, name: &str) -> AclRef {
    let arn = format!("arn:aws:wafv2:ap-northeast-2:123456789012:regional/webacl/{name}/11112222");
    AclRef {
        scope,
        name: name.into(),
        id: "11112222".into(),
        arn: arn.into(),
    }
}

/// The rule the load test opens.
pub fn rate_rule() -> RuleRef {
    RuleRef {
        acl: acl_ref(AclScope::Regional, "orchard-edge"),
        rule: "per-ip-1000".into(),
    }
}

fn rule(name: &str, priority: i64, action: RuleAction, kind: RuleKind) -> Rule {
    let raw = match action {
        RuleAction::Block => Some(RawJson(r#"{"Block":{}}"#.into())),
        RuleAction::Count => Some(RawJson(r#"{"Count":{}}"#.into())),
        _ => None,
    };
    Rule {
        name: name.into(),
        priority,
        action,
        raw_action: raw,
        kind,
        metric: name.into(),
        sampled: true,
    }
}

fn rate(limit: u64, window: u32, aggregate: Aggregate) -> RuleKind {
    RuleKind::Rate(RateStatement {
        limit,
        window,
        aggregate,
        scoped_down: false,
    })
}

fn managed(name: &'static str, overrides: u8) -> RuleKind {
    RuleKind::ManagedGroup {
        vendor: "AWS".into(),
        name: name.into(),
        version: None,
        overrides,
    }
}

fn acl(scope: AclScope, name: &str, rules: Vec<Rule>) -> Acl {
    let at = acl_ref(scope, name);
    let document =
        r#"{"Name":"orchard-edge","Rules":[{"Name":"per-ip-1000","Priority":0}],"Capacity":800}"#;
    Acl {
        raw: RawAcl {
            at: at.clone(),
            document: document.into(),
            lock_token: "t".into(),
        },
        at,
        default_action: RuleAction::Allow,
        metric: name.into(),
        rules,
        capacity: 800,
        firewall_manager: false,
        unknown_members: Vec::new(),
    }
}

/// The regional web ACLs, the first rule's action as given.
pub fn regional(action: RuleAction) -> Vec<Acl> {
    let list = RuleKind::Other {
        statement: "IPSetReferenceStatement".into(),
    };
    vec![acl(
        AclScope::Regional,
        "orchard-edge",
        vec![
            rule("office-only", 0, RuleAction::Allow, list),
            rule("per-ip-1000", 1, action, rate(1000, 60, Aggregate::Ip)),
            rule(
                "AWSManagedRulesAdminProtectionRuleSet",
                5,
                RuleAction::Group,
                managed("AWSManagedRulesAdminProtectionRuleSet", 0),
            ),
            rule(
                "AWSManagedRulesCommonRuleSet",
                10,
                RuleAction::Group,
                managed("AWSManagedRulesCommonRuleSet", 2),
            ),
            rule(
                "per-session",
                20,
                RuleAction::Block,
                rate(20_000, 300, Aggregate::CustomKeys(2)),
            ),
            rule(
                &hostile()[0],
                30,
                RuleAction::Block,
                rate(2_000_000_000, 600, Aggregate::ForwardedIp),
            ),
        ],
    )]
}

/// A second web ACL, for CloudFront.
pub fn cloudfront() -> Vec<Acl> {
    vec![acl(
        AclScope::Cloudfront,
        "cdn",
        vec![rule(
            "flood",
            0,
            RuleAction::Block,
            rate(10_000, 300, Aggregate::Ip),
        )],
    )]
}

/// What the rule blocked until it was set to Count four minutes ago, and counted since.
pub fn blocks() -> Vec<Series> {
    let RuleRef { acl, rule } = rate_rule();
    let name = |raw: &str| tidegate::domain::ids::MetricName::new(raw);
    let (scope, acl, rule) = (acl.scope, name(acl.name.as_str()), name(rule.as_str()));
    let blocked = Metric::RuleBlocked {
        scope,
        acl: acl.clone(),
        rule: rule.clone(),
    };
    let counted = Metric::RuleCounted { scope, acl, rule };
    vec![
        Series {
            metric: blocked,
            points: vec![(ago(8), 398.0), (ago(6), 412.0)],
            incomplete: false,
        },
        Series {
            metric: counted,
            points: vec![(ago(3), 380.0), (ago(2), 421.0)],
            incomplete: false,
        },
    ]
}

/// Why `/admin` answered 403.
pub fn rule_detail() -> RuleDetail {
    let request =
        |minutes, client: &str, action: &'static str, inner: Option<&'static str>, uri: &str| {
            SampledRequest {
                at: Some(ago(minutes)),
                client: Text::clean(client),
                country: "KR".into(),
                method: "GET".into(),
                uri: Text::clean(uri),
                action: action.into(),
                inner_rule: inner.map(Text::fixed),
                overridden: None,
                status: (action == "BLOCK").then_some(403),
                weight: 1,
            }
        };
    RuleDetail {
        samples: vec![
            request(1, "203.0.113.7", "BLOCK", Some("AdminProtection_URIPATH"), "/admin/login?next=/admin"),
            request(2, "2001:db8:85a3::8a2e:370:7334", "COUNT", None, "/api/monthly-tasks"),
            request(3, "198.51.100.23", "BLOCK", None, "/api/\u{1b}]0;owned\u{7}/\u{202e}txt.exe"),
        ],
        population: 4_210,
        limited: Some(vec!["203.0.113.7".into(), "198.51.100.23".into(), "192.0.2.99".into()]),
        resources: vec!["arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/app/orchard/50dc6c495c0c9188".into()],
        gaps: vec![Gap {
            part: Part::Resources,
            fault: denied("The API gateways behind the web ACL may not be listed", "wafv2:ListResourcesForWebACL"),
        }],
    }
}

pub fn database(kind: DatabaseKind, id: &str) -> DatabaseRef {
    DatabaseRef {
        kind,
        id: id.into(),
    }
}

fn db(kind: DatabaseKind, id: &str, status: &'static str) -> Database {
    Database {
        at: database(kind, id),
        engine: "mysql 8.0".into(),
        class: "db.t4g.medium".into(),
        status: status.into(),
        arn: None,
        multi_az: false,
        storage: 100,
        backup_window: Some("03:00-03:30".into()),
        retention: 7,
        members: Vec::new(),
        read_replica_of: None,
    }
}

fn snapshot(of: &DatabaseRef, id: &str, kind: SnapshotKind, minutes: i64) -> Snapshot {
    Snapshot {
        id: id.into(),
        of: of.clone(),
        kind,
        status: "available".into(),
        percent: 100,
        created_at: Some(ago(minutes)),
        storage: 100,
        engine: "mysql".into(),
        encrypted: true,
    }
}

/// A database being backed up, a stale one, a cluster without any backup, one by hand only.
pub fn inventory() -> Inventory {
    let (main, reports) = (
        database(DatabaseKind::Instance, "orchard-db"),
        database(DatabaseKind::Instance, "reports"),
    );
    let (ledger, campus) = (
        database(DatabaseKind::Cluster, "ledger"),
        database(DatabaseKind::Instance, "campus"),
    );
    let making = Snapshot {
        status: "creating".into(),
        percent: 64,
        ..snapshot(
            &main,
            "tidegate-orchard-db-20260920t142000z",
            SnapshotKind::Manual,
            2,
        )
    };
    Inventory {
        databases: vec![
            db(DatabaseKind::Instance, "orchard-db", "backing-up"),
            db(DatabaseKind::Instance, "reports", "available"),
            Database {
                engine: "aurora-mysql".into(),
                storage: 1,
                members: vec!["ledger-1".into()],
                ..db(DatabaseKind::Cluster, "ledger", "available")
            },
            Database {
                retention: 0,
                ..db(DatabaseKind::Instance, "campus", "storage-full")
            },
        ],
        snapshots: vec![
            making,
            snapshot(&campus, "before-the-term", SnapshotKind::Manual, 600),
            snapshot(
                &main,
                "rds:orchard-db-2026-09-20-03-07",
                SnapshotKind::Automated,
                675,
            ),
            Snapshot {
                encrypted: false,
                ..snapshot(&reports, "before-migration", SnapshotKind::Manual, 31 * 60)
            },
            Snapshot {
                status: "failed".into(),
                ..snapshot(&ledger, "nightly", SnapshotKind::AwsBackup, 800)
            },
        ],
        gaps: vec![denied(
            "Cluster snapshots may not be listed",
            "rds:DescribeDBClusterSnapshots",
        )],
    }
}
