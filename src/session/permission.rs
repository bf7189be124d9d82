//! What a plan needs to be permitted: there and back, each action on its resource (aws-facts.md §6.2).

use super::draft::{Draft, DraftStep, Work};
use super::survey::Survey;
use crate::domain::change::Target;
use crate::domain::fault::Fault;
use crate::domain::rds::DatabaseKind;
use crate::domain::subject::Observation;
use std::collections::{BTreeMap, BTreeSet};

/// Actions by the ARN that they are done on.
pub type Needs = BTreeMap<String, BTreeSet<&'static str>>;

/// What IAM says of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permissions {
    pub needs: Needs,
    pub answer: Answer,
}

/// How far it could be looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Answer {
    /// Nobody has asked.
    #[default]
    Unasked,
    Looked {
        /// Not allowed, as `action on ARN`.
        missing: BTreeSet<String>,
        /// Allowed under conditions that only the request itself can tell.
        unsure: BTreeSet<String>,
    },
    Unseen(Fault),
}

/// What the steps of a draft need, and what puts them back.
pub fn needs(draft: &Draft, survey: &Survey) -> Needs {
    let mut needs = Needs::new();
    for step in &draft.steps {
        for arn in resources(step, survey) {
            needs.entry(arn).or_default().extend(actions(&step.work));
        }
    }
    needs
}

/// The action of a step, and the one that takes it back.
fn actions(work: &Work) -> impl Iterator<Item = &'static str> {
    let back = match work {
        Work::Lock(_) => Some("ssm:DeleteParameter"),
        Work::Create(_) => Some("rds:AddTagsToResource"),
        Work::Arm(timer) => Some(match timer.target {
            Target::Group(_) => "autoscaling:DeleteScheduledAction",
            _ => "application-autoscaling:DeleteScheduledAction",
        }),
        Work::Set(_) => None,
    };
    [work.action()].into_iter().chain(back)
}

fn resources(step: &DraftStep, survey: &Survey) -> Vec<String> {
    let scope = &survey.place.scope;
    let partition = survey.place.caller.as_str().split(':').nth(1);
    let partition = partition.unwrap_or("aws");
    let (region, account) = (scope.region.as_str(), scope.account.as_str());
    let arn = |service: &str, region: &str, rest: &str| {
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    };
    let here = |service: &str, rest: &str| arn(service, region, rest);
    let of = |target: &Target| match target {
        Target::Scalable(_) => here("application-autoscaling", "scalable-target/*"),
        Target::Service(at) => here(
            "ecs",
            &format!("service/{}/{}", at.cluster.as_str(), at.service.as_str()),
        ),
        Target::Group(name) => group_arn(survey, name.as_str()).unwrap_or_else(|| {
            here(
                "autoscaling",
                &format!("autoScalingGroup:*:autoScalingGroupName/{}", name.as_str()),
            )
        }),
        Target::Rule(rule) => rule.acl.arn.as_str().to_owned(),
        Target::Timer(_) | Target::Record(_) => "*".to_owned(),
    };
    match &step.work {
        Work::Lock(shelf) => {
            use super::shared::Shelf;
            let region = match shelf {
                Shelf::Region => region,
                Shelf::Cloudfront => "us-east-1",
            };
            let path = shelf.path(scope);
            vec![arn("ssm", region, &format!("parameter{path}/1"))]
        }
        Work::Create(backup) => {
            let (kind, snapshot) = match backup.database.kind {
                DatabaseKind::Cluster => ("cluster", "cluster-snapshot"),
                DatabaseKind::Instance => ("db", "snapshot"),
            };
            let id = backup.database.id.as_str();
            vec![
                here("rds", &format!("{kind}:{id}")),
                here("rds", &format!("{snapshot}:{}", backup.snapshot.as_str())),
            ]
        }
        Work::Arm(timer) => vec![of(&timer.target)],
        Work::Set(change) => vec![of(&change.target)],
    }
}

/// As AWS gave it, with the group's own number in it.
fn group_arn(survey: &Survey, name: &str) -> Option<String> {
    survey.found.iter().find_map(|found| match &found.observed {
        Ok(Observation::Group { group, .. }) if group.name.as_str() == name => {
            group.arn.as_ref().map(|arn| arn.as_str().to_owned())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::Ceilings;
    use crate::session::draft::draft;
    use crate::session::draft::tests::{acl, of_group, of_rule, plan, survey};

    #[test]
    fn what_is_done_and_what_takes_it_back_is_needed_each_on_its_resource() {
        let survey = survey(vec![of_group(), of_rule(acl(r#"{"Block":{}}"#))]);
        let draft = draft(&plan(), &survey, &Ceilings::default(), &"s-1".into());
        let needs = needs(&draft, &survey);
        let of = |arn: &str| needs[arn].iter().copied().collect::<Vec<_>>();
        assert_eq!(of("arn"), ["wafv2:UpdateWebACL"]);
        assert_eq!(
            of("arn:aws:ssm:eu-west-1:1:parameter/tidegate/eu-west-1/session/1"),
            ["ssm:DeleteParameter", "ssm:PutParameter"]
        );
        assert_eq!(
            of("arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:*:autoScalingGroupName/nodes"),
            [
                "autoscaling:DeleteScheduledAction",
                "autoscaling:PutScheduledUpdateGroupAction",
                "autoscaling:UpdateAutoScalingGroup"
            ]
        );
        assert_eq!(needs.len(), 3);
    }
}
