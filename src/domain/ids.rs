//! Names as AWS gives them. An id is kept exactly as it came, because requests
//! must quote it; it has no `Display`, so that it reaches a person only through
//! [`text`](ClusterName::text), sanitized.

use super::text::Text;
use std::sync::Arc;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the name exactly as AWS, a file or a flag gave it.
            pub fn new(raw: impl Into<Arc<str>>) -> Self {
                Self(raw.into())
            }

            /// The exact name, for requests and comparisons; never for the screen.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The name for people: sanitized.
            pub fn text(&self) -> Text {
                Text::clean_shared(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({:?})", stringify!($name), &*self.0)
            }
        }

        impl From<&str> for $name {
            fn from(raw: &str) -> Self {
                Self::new(raw)
            }
        }

        impl From<String> for $name {
            fn from(raw: String) -> Self {
                Self::new(raw)
            }
        }
    )*};
}

ids! {
    /// Twelve digits.
    AccountId;
    /// `ap-northeast-2`.
    Region;
    /// A profile of the AWS config files, and of our own.
    ProfileName;
    /// Any ARN that is only quoted back.
    Arn;
    /// An ECS cluster's name, without the ARN around it.
    ClusterName;
    /// An ECS service's name, without the ARN around it.
    ServiceName;
    /// A task's id: the last part of its ARN.
    TaskId;
    /// `family:revision`, or the whole ARN where that is what the service names.
    TaskDefinition;
    /// A target group's ARN.
    TargetGroupArn;
    /// A target group as CloudWatch names it: `targetgroup/api/0123456789abcdef`.
    TargetGroupName;
    /// An application load balancer as CloudWatch names it: `app/orchard/0123456789abcdef`.
    BalancerName;
    /// An EC2 Auto Scaling group's name.
    GroupName;
    /// An EC2 instance id.
    InstanceId;
    /// A web ACL's name.
    AclName;
    /// A web ACL's id.
    AclId;
    /// A rule's name within its web ACL.
    RuleName;
    /// The metric name of a rule or web ACL: CloudWatch's dimension value, not the rule's name.
    MetricName;
    /// An RDS instance or cluster identifier.
    DatabaseId;
    /// A snapshot identifier; AWS stores it in lower case.
    SnapshotId;
    /// A CloudWatch Logs group's name.
    LogGroup;
    /// A log stream's name within its group.
    LogStream;
    /// A session of ours: names its journal, joins it with `CloudTrail`'s `userAgent`.
    SessionId;
    /// AWS's id of one request.
    RequestId;
}
