//! What AWS said about one thing, for `y`: pretty JSON line by line, secrets masked.

mod xml;

use super::Aws;
use super::waf::capture::Capture;
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::GroupName;
use crate::domain::rds::{DatabaseKind, DatabaseRef};
use crate::domain::text::{Text, mask};
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use serde_json::Value;

impl Aws {
    /// What AWS said about one service.
    pub async fn service_raw(&self, at: &ServiceRef) -> Result<Vec<Text>, Fault> {
        self.gate.pass().await;
        let capture = Capture::default();
        let request = self.shared.ecs.describe_services();
        let request = request
            .cluster(at.cluster.as_str())
            .services(at.service.as_str());
        let request = request.customize().interceptor(capture.clone());
        let answer = request.send().await;
        answer.map_err(self.fault("ecs:DescribeServices"))?;
        json_lines(&capture.body(), "/services/0").ok_or_else(|| super::ecs::gone(at))
    }

    /// What AWS said about a service's scalable target.
    pub async fn target_raw(&self, at: &ServiceRef) -> Result<Vec<Text>, Fault> {
        self.gate.pass().await;
        let capture = Capture::default();
        let request = self.shared.scaling.describe_scalable_targets();
        let request = request
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_ids(at.resource_id());
        let request = request.customize().interceptor(capture.clone());
        let answer = request.send().await;
        answer.map_err(self.fault("application-autoscaling:DescribeScalableTargets"))?;
        json_lines(&capture.body(), "/ScalableTargets/0").ok_or_else(|| gone(&at.service.text()))
    }

    /// What AWS said about a group.
    pub async fn group_raw(&self, name: &GroupName) -> Result<Vec<Text>, Fault> {
        self.gate.pass().await;
        let capture = Capture::default();
        let request = self.shared.autoscaling.describe_auto_scaling_groups();
        let request = request.auto_scaling_group_names(name.as_str());
        let request = request.customize().interceptor(capture.clone());
        let answer = request.send().await;
        answer.map_err(self.fault("autoscaling:DescribeAutoScalingGroups"))?;
        xml_lines(
            &capture.body(),
            "/DescribeAutoScalingGroupsResult/AutoScalingGroups/0",
        )
        .ok_or_else(|| gone(&name.text()))
    }

    /// What AWS said about a database.
    pub async fn database_raw(&self, at: &DatabaseRef) -> Result<Vec<Text>, Fault> {
        self.gate.pass().await;
        let (capture, id) = (Capture::default(), at.id.as_str());
        let place = match at.kind {
            DatabaseKind::Instance => {
                let request = self.shared.rds.describe_db_instances();
                let request = request.db_instance_identifier(id).customize();
                let answer = request.interceptor(capture.clone()).send().await;
                answer.map_err(self.fault("rds:DescribeDBInstances"))?;
                "/DescribeDBInstancesResult/DBInstances/0"
            }
            DatabaseKind::Cluster => {
                let request = self.shared.rds.describe_db_clusters();
                let request = request.db_cluster_identifier(id).customize();
                let answer = request.interceptor(capture.clone()).send().await;
                answer.map_err(self.fault("rds:DescribeDBClusters"))?;
                "/DescribeDBClustersResult/DBClusters/0"
            }
        };
        xml_lines(&capture.body(), place).ok_or_else(|| gone(&at.id.text()))
    }
}

fn json_lines(body: &str, place: &str) -> Option<Vec<Text>> {
    lines(serde_json::from_str::<Value>(body).ok()?.pointer(place)?)
}

fn xml_lines(body: &str, place: &str) -> Option<Vec<Text>> {
    lines(xml::read(body)?.pointer(place)?)
}

fn lines(value: &Value) -> Option<Vec<Text>> {
    let pretty = serde_json::to_string_pretty(value).ok()?;
    Some(Text::lines(&mask::mask(&pretty)))
}

fn gone(name: &Text) -> Fault {
    Fault::new(FaultKind::Missing, format!("AWS says nothing of {name}"))
        .means("it was deleted, or never was")
        .next("go back to the list; it is read again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raw_answer_is_pretty_and_masked() {
        let body = r#"{"services":[{"serviceName":"api","tags":[{"key":"db_password","value":"hunter2"}]}],"failures":[]}"#;
        let lines = json_lines(body, "/services/0").expect("a service");
        let whole: Vec<&str> = lines.iter().map(Text::as_str).collect();
        assert!(whole.contains(&r#"  "serviceName": "api","#), "{whole:?}");
        assert!(!whole.concat().contains("hunter2"), "{whole:?}");
        assert_eq!(json_lines(r#"{"services": []}"#, "/services/0"), None);
        assert_eq!(json_lines("<html>", "/services/0"), None);
    }

    #[test]
    fn an_answer_in_xml_is_shown_as_the_json_it_would_be_and_masked() {
        let body = "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance>\
            <DBInstanceIdentifier>a</DBInstanceIdentifier><TagList><Tag><Key>db_password</Key><Value>hunter2</Value></Tag></TagList>\
            </DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>";
        let lines =
            xml_lines(body, "/DescribeDBInstancesResult/DBInstances/0").expect("a database");
        assert_eq!(lines[1].as_str(), r#"  "DBInstanceIdentifier": "a","#);
        assert!(lines.iter().all(|l| !l.as_str().contains("hunter2")));
    }
}
