//! The groups there are, and what decides how they can be read.

use super::super::Aws;
use super::in_region;
use crate::domain::fault::Fault;
use crate::domain::ids::{Arn, Region};
use crate::domain::log::{GroupFacts, TailSource};
use aws_sdk_cloudwatchlogs::operation::describe_log_groups::builders::DescribeLogGroupsFluentBuilder;
use aws_sdk_cloudwatchlogs::types::{LogGroup as SdkLogGroup, LogGroupClass};

/// Groups of one page at most: the API's limit.
const GROUPS: i32 = 50;

impl Aws {
    /// All groups of a region whose names contain `substring` (`logs:DescribeLogGroups`), in AWS's order.
    pub async fn log_groups(
        &self,
        region: Option<&Region>,
        substring: &str,
    ) -> Result<Vec<GroupFacts>, Fault> {
        let pattern = Some(substring).filter(|s| !s.is_empty());
        self.describe_groups(region, |request| {
            request.set_log_group_name_pattern(pattern.map(str::to_owned))
        })
        .await
    }

    /// All groups of a region whose names begin so (`logs:DescribeLogGroups`), in AWS's order.
    pub async fn log_groups_from(
        &self,
        region: Option<&Region>,
        prefix: &str,
    ) -> Result<Vec<GroupFacts>, Fault> {
        let prefix = Some(prefix).filter(|s| !s.is_empty());
        self.describe_groups(region, |request| {
            request.set_log_group_name_prefix(prefix.map(str::to_owned))
        })
        .await
    }

    async fn describe_groups(
        &self,
        region: Option<&Region>,
        which: impl Fn(DescribeLogGroupsFluentBuilder) -> DescribeLogGroupsFluentBuilder,
    ) -> Result<Vec<GroupFacts>, Fault> {
        let mut groups = Vec::new();
        let mut token = None;
        loop {
            self.gate.pass().await;
            let request = which(self.shared.logs.describe_log_groups()).limit(GROUPS);
            let request = request.set_next_token(token.clone()).customize();
            let answer = request.config_override(in_region(region)).send().await;
            let answer = answer.map_err(self.fault("logs:DescribeLogGroups"))?;
            let found = answer.log_groups.unwrap_or_default();
            groups.extend(found.into_iter().filter_map(facts));
            if answer.next_token.is_none() || answer.next_token == token {
                return Ok(groups);
            }
            token = answer.next_token;
        }
    }

    /// The group of a source (`logs:DescribeLogGroups`); `None` where there is none of that name.
    pub async fn log_group(&self, source: &TailSource) -> Result<Option<GroupFacts>, Fault> {
        self.gate.pass().await;
        let request = self.shared.logs.describe_log_groups().limit(GROUPS);
        let request = request.log_group_name_prefix(source.group.as_str());
        let config = in_region(source.region.as_ref());
        let answer = request.customize().config_override(config).send().await;
        let answer = answer.map_err(self.fault("logs:DescribeLogGroups"))?;
        // AWS sorts by name: where it is, it comes first.
        let mut found = answer.log_groups.unwrap_or_default().into_iter();
        Ok(found.find_map(|group| facts(group).filter(|facts| facts.name == source.group)))
    }

    /// The ARN of a source's group without `:*`, made up of where we are: for whoever may not describe groups.
    pub async fn log_group_arn(&self, source: &TailSource) -> Result<Arn, Fault> {
        let identity = self.identity().await?;
        let region = source.region.as_ref().unwrap_or(self.region());
        Ok(arn(
            identity.account.as_str(),
            region,
            source.group.as_str(),
        ))
    }
}

fn arn(account: &str, region: &Region, group: &str) -> Arn {
    let partition = match region.as_str() {
        name if name.starts_with("cn-") => "aws-cn",
        name if name.starts_with("us-gov-") => "aws-us-gov",
        name if name.starts_with("us-isob-") => "aws-iso-b",
        name if name.starts_with("us-iso-") => "aws-iso",
        _ => "aws",
    };
    let region = region.as_str();
    Arn::from(format!(
        "arn:{partition}:logs:{region}:{account}:log-group:{group}"
    ))
}

fn facts(group: SdkLogGroup) -> Option<GroupFacts> {
    let days = group.retention_in_days.and_then(|d| u32::try_from(d).ok());
    let bytes = group.stored_bytes.and_then(|n| u64::try_from(n).ok());
    // Older partitions give only the ARN with `:*`.
    let bare = group.arn.map(|arn| arn.trim_end_matches(":*").to_owned());
    Some(GroupFacts {
        retention: days,
        bytes: bytes.unwrap_or(0),
        infrequent: group.log_group_class == Some(LogGroupClass::InfrequentAccess),
        created: group.creation_time,
        arn: group.log_group_arn.or(bare).map(Arn::from),
        name: group.log_group_name?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_says_how_it_can_be_read() {
        let infrequent = SdkLogGroup::builder()
            .log_group_name("/ecs/api")
            .retention_in_days(7)
            .stored_bytes(-1)
            .log_group_class(LogGroupClass::InfrequentAccess)
            .arn("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api:*")
            .creation_time(5)
            .build();
        let expected = GroupFacts {
            name: "/ecs/api".into(),
            retention: Some(7),
            bytes: 0,
            infrequent: true,
            arn: Some("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api".into()),
            created: Some(5),
        };
        assert_eq!(facts(infrequent), Some(expected));
    }

    #[test]
    fn an_arn_is_made_up_for_its_partition() {
        for (region, expected) in [
            ("eu-west-1", "arn:aws:logs:eu-west-1:1:log-group:/g"),
            ("cn-north-1", "arn:aws-cn:logs:cn-north-1:1:log-group:/g"),
            (
                "us-gov-west-1",
                "arn:aws-us-gov:logs:us-gov-west-1:1:log-group:/g",
            ),
        ] {
            assert_eq!(arn("1", &region.into(), "/g").as_str(), expected);
        }
    }
}
