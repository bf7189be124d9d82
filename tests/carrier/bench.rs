//! An account with one of each thing, and a carrier over a journal of its own.

use crate::support::moto::{Account, Moto};
use crate::support::proxy::{Answer, Proxy};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tidegate::aws::Aws;
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::identity::Scope;
use tidegate::domain::ids::SessionId;
use tidegate::domain::plan::{self, Ceilings, Planned};
use tidegate::domain::rds::{DatabaseKind, DatabaseRef};
use tidegate::domain::subject::{Observation, Subject};
use tidegate::domain::waf::{AclScope, RuleRef};
use tidegate::journal::Store;
use tidegate::model::message::Message;
use tidegate::runtime::carrier::{Access, Carrier, CarrierHandle, Live, Options};
use tidegate::session::machine::Pace;
use tidegate::session::order::{Order, PastState, Proposal, Proposed, Report};
use tidegate::session::revert::Decisions;
use tidegate::session::state::SessionState;
use tokio::sync::mpsc;

pub const RULE_BEFORE: &str = r#"{"Block":{"CustomResponse":{"ResponseCode":429,"CustomResponseBodyKey":"slow",
    "ResponseHeaders":[{"Name":"x-slow","Value":"down"}]}}}"#;

const SET_UP: &str = "
ecs, aas, waf, rds = client('ecs'), client('application-autoscaling'), client('wafv2'), client('rds')
asg = client('autoscaling')
ecs.create_cluster(clusterName='orchard')
ecs.register_task_definition(family='t', containerDefinitions=[dict(name='c', image='i', memory=64)])
for name in ['plain', 'scaled']:
    ecs.create_service(cluster='orchard', serviceName=name, taskDefinition='t', desiredCount=2, launchType='FARGATE')
    # moto counts tasks as running only after an update.
    ecs.update_service(cluster='orchard', service=name, desiredCount=2)
aas.register_scalable_target(ServiceNamespace='ecs', ResourceId='service/orchard/scaled',
    ScalableDimension='ecs:service:DesiredCount', MinCapacity=1, MaxCapacity=4)
def seen(name): return dict(SampledRequestsEnabled=True, CloudWatchMetricsEnabled=True, MetricName=name)
waf.create_web_acl(Name='edge', Scope='REGIONAL', DefaultAction=dict(Allow={}), VisibilityConfig=seen('edge'),
    Description='the edge', Rules=[
    dict(Name='per-ip', Priority=1, VisibilityConfig=seen('per-ip'),
        Action=dict(Block=dict(CustomResponse=dict(ResponseCode=429, CustomResponseBodyKey='slow',
            ResponseHeaders=[dict(Name='x-slow', Value='down')]))),
        Statement=dict(RateBasedStatement=dict(Limit=1000, EvaluationWindowSec=60, AggregateKeyType='IP'))),
    dict(Name='common', Priority=7, OverrideAction=dict(Count={}), VisibilityConfig=seen('crs'), Statement=dict(
        ManagedRuleGroupStatement=dict(VendorName='AWS', Name='AWSManagedRulesCommonRuleSet')))])
rds.create_db_instance(DBInstanceIdentifier='orchard-db', DBInstanceClass='db.t3.medium', Engine='postgres',
    AllocatedStorage=20, MasterUsername='admin', MasterUserPassword='not-a-secret')
asg.create_launch_configuration(LaunchConfigurationName='l', ImageId='ami-12c6146b', InstanceType='t2.medium')
asg.create_auto_scaling_group(AutoScalingGroupName='nodes', LaunchConfigurationName='l', MinSize=1, MaxSize=3,
    DesiredCapacity=1, AvailabilityZones=[os.environ['AWS_REGION'] + 'a'])
";

/// Another editor moves the managed group's priority.
pub const FOREIGN_EDIT: &str = "
waf = client('wafv2')
found = waf.list_web_acls(Scope='REGIONAL')['WebACLs'][0]
got = waf.get_web_acl(Name=found['Name'], Scope='REGIONAL', Id=found['Id'])
acl = got['WebACL']
acl['Rules'][1]['Priority'] = 9
waf.update_web_acl(Name='edge', Scope='REGIONAL', Id=acl['Id'], DefaultAction=acl['DefaultAction'], Rules=acl['Rules'],
    VisibilityConfig=acl['VisibilityConfig'], LockToken=got['LockToken'], Description='the edge')
";

/// Fast, and as strict as the real one.
pub fn pace() -> Pace {
    let ms = Duration::from_millis;
    Pace {
        read_back: ms(200),
        poll: ms(30),
        setting: ms(3_000),
        running: ms(3_000),
        snapshot: Duration::from_secs(30),
        doubt: ms(3_000),
        backoff: ms(20),
    }
}

pub struct Bench {
    pub account: Account,
    pub proxy: Proxy,
    pub carrier: CarrierHandle,
    pub store: Store,
    aws: Aws,
    home: tempfile::TempDir,
    reports: mpsc::Receiver<Message>,
}

pub fn is_end(report: &Report) -> bool {
    use Report::{Changed, Conflict, Failed, Finished, Undone};
    matches!(
        report,
        Finished { .. } | Failed { .. } | Changed { .. } | Conflict { .. } | Undone { .. }
    )
}

/// The account's resources.
pub fn account() -> Account {
    let account = Moto::shared().account();
    account.python(SET_UP);
    account
}

pub fn service_ref(name: &str) -> ServiceRef {
    ServiceRef {
        cluster: "orchard".into(),
        service: name.into(),
    }
}

pub fn spawn(aws: &Aws, access: Access) -> (CarrierHandle, mpsc::Receiver<Message>) {
    let (sender, reports) = mpsc::channel(256);
    (
        Carrier::spawn(
            aws.clone(),
            Options {
                access,
                pace: pace(),
                live: Live::default(),
            },
            sender,
        ),
        reports,
    )
}

/// The next report that `wanted` takes.
pub async fn until(
    reports: &mut mpsc::Receiver<Message>,
    wanted: impl Fn(&Report) -> bool,
) -> Report {
    let search = async {
        loop {
            match reports.recv().await {
                Some(Message::Carrier(report)) if wanted(&report) => return report,
                Some(_) => {}
                None => panic!("the carrier has ended"),
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), search)
        .await
        .expect("a report in time")
}

pub fn proposal(subject: Subject, planned: Planned) -> Proposal {
    let changes = planned.changes.into_iter().map(Proposed::Set);
    let steps = changes
        .chain(planned.backup.map(Proposed::Create))
        .collect();
    Proposal {
        subject,
        seen: planned.seen,
        steps,
        summary: planned.summary,
    }
}

pub async fn scale(aws: &Aws, name: &str, to: &str) -> Proposal {
    let subject = Subject::Service(service_ref(name));
    let seen = aws.observe(&subject).await.expect("a look");
    proposal(
        subject,
        plan::scale(&seen, to, &Ceilings::default()).expect("a plan"),
    )
}

impl Bench {
    pub async fn new() -> Self {
        let account = account();
        let proxy = Proxy::before_moto();
        let aws = account.aws_at(&proxy.url()).await;
        let home = tempfile::tempdir().expect("a directory");
        let store = Store::open(&home.path().join("tidegate/journal")).expect("a journal");
        let (carrier, reports) = spawn(&aws, Access::Journal(store.clone()));
        Self {
            account,
            proxy,
            carrier,
            store,
            aws,
            home,
            reports,
        }
    }

    pub fn dir(&self) -> &Path {
        self.store.dir()
    }

    pub fn respawn(&mut self, access: Access) {
        (self.carrier, self.reports) = spawn(&self.aws, access);
    }

    pub fn apply(&self, proposal: Proposal) {
        self.proxy.forget();
        self.carrier.order(Order::Apply(Box::new(proposal)));
    }

    pub async fn until(&mut self, wanted: impl Fn(&Report) -> bool) -> Report {
        until(&mut self.reports, wanted).await
    }

    pub async fn finished(&mut self, proposal: Proposal) -> SessionId {
        self.apply(proposal);
        match self.until(is_end).await {
            Report::Finished { session, .. } => session,
            other => panic!("{other:?}"),
        }
    }

    pub async fn undone(&mut self, session: &SessionId) {
        self.carrier.order(Order::Undo {
            session: session.clone(),
            decisions: Decisions::default(),
        });
        match self.until(is_end).await {
            Report::Undone { .. } => {}
            other => panic!("{other:?}"),
        }
    }

    /// The new minimum is taken, and the desired count does not follow.
    pub fn withhold_the_count(&self) {
        self.proxy.answer("RegisterScalableTarget", |call| {
            Answer::Instead(call.body.clone())
        });
    }

    /// A snapshot that is being made; moto's are available at once.
    pub fn slow_snapshot(&self) {
        self.proxy.answer("DescribeDBSnapshots", |call| {
            let id = call.form("DBSnapshotIdentifier").unwrap_or_default();
            Answer::Xml(format!(
                "<DBSnapshots><DBSnapshot><DBSnapshotIdentifier>{id}</DBSnapshotIdentifier>\
                 <DBInstanceIdentifier>orchard-db</DBInstanceIdentifier><SnapshotType>manual</SnapshotType>\
                 <Status>creating</Status><PercentProgress>64</PercentProgress></DBSnapshot></DBSnapshots>"
            ))
        });
    }

    pub async fn scale(&self, name: &str, to: &str) -> Proposal {
        scale(&self.aws, name, to).await
    }

    async fn look(&self, subject: &Subject) -> Observation {
        self.aws.observe(subject).await.expect("a look")
    }

    pub async fn scale_group(&self, to: &str) -> Proposal {
        let subject = Subject::Group("nodes".into());
        let planned = plan::scale(&self.look(&subject).await, to, &Ceilings::default());
        proposal(subject, planned.expect("a plan"))
    }

    async fn rule(&self, scope: AclScope) -> (RuleRef, Subject) {
        let acl = self.aws.acls(scope).await.expect("web ACLs").remove(0);
        let rule = RuleRef {
            acl: acl.at,
            rule: "per-ip".into(),
        };
        (rule.clone(), Subject::Rule(rule))
    }

    pub async fn toggle(&self) -> Proposal {
        self.toggle_in(AclScope::Regional).await
    }

    pub async fn toggle_in(&self, scope: AclScope) -> Proposal {
        let (rule, subject) = self.rule(scope).await;
        let planned = plan::toggle(&self.look(&subject).await, &rule.rule, None);
        proposal(subject, planned.expect("a plan"))
    }

    pub async fn limit(&self, to: &str) -> Proposal {
        let (rule, subject) = self.rule(AclScope::Regional).await;
        let planned = plan::limit(&self.look(&subject).await, &rule.rule, to);
        proposal(subject, planned.expect("a plan"))
    }

    pub async fn back_up(&self) -> Proposal {
        self.back_up_of(DatabaseKind::Instance, "orchard-db").await
    }

    pub async fn back_up_of(&self, kind: DatabaseKind, id: &str) -> Proposal {
        let id = id.into();
        let subject = Subject::Database(DatabaseRef { kind, id });
        let planned = plan::backup(&self.look(&subject).await, jiff::Timestamp::now());
        proposal(subject, planned.expect("a plan"))
    }

    pub fn service(&self, name: &str) -> Value {
        service(&self.account, name)
    }

    pub fn group(&self) -> Value {
        self.account.python(
            "g = client('autoscaling').describe_auto_scaling_groups()['AutoScalingGroups'][0]
out([g['MinSize'], g['DesiredCapacity'], g['MaxSize']])",
        )
    }

    /// The web ACL as boto3 sees it, without its token.
    pub fn acl(&self) -> Value {
        self.account.python(
            "waf = client('wafv2')
found = waf.list_web_acls(Scope='REGIONAL')['WebACLs'][0]
out(waf.get_web_acl(Name=found['Name'], Scope='REGIONAL', Id=found['Id'])['WebACL'])",
        )
    }

    pub fn snapshots(&self) -> Value {
        self.account.python(
            "out(client('rds').describe_db_snapshots(SnapshotType='manual')['DBSnapshots'])",
        )
    }

    pub fn sessions(&self) -> Vec<SessionState> {
        let scope = Scope {
            account: self.account.id.as_str().into(),
            region: self.account.region.into(),
        };
        self.store
            .history(&scope)
            .expect("history")
            .into_iter()
            .map(|s| s.expect("readable"))
            .collect()
    }

    pub fn state(&self, session: &SessionId) -> PastState {
        assert!(self.home.path().exists());
        self.store.state(session).expect("a session").outcome()
    }
}

/// Desired, min and max of a service as boto3 sees them.
pub fn service(account: &Account, name: &str) -> Value {
    account.python(&format!(
        "
s = client('ecs').describe_services(cluster='orchard', services=['{name}'])['services'][0]
t = client('application-autoscaling').describe_scalable_targets(ServiceNamespace='ecs',
    ResourceIds=['service/orchard/{name}'])['ScalableTargets']
out(dict(desired=s['desiredCount'], min=t[0]['MinCapacity'] if t else None, max=t[0]['MaxCapacity'] if t else None))
"
    ))
}
