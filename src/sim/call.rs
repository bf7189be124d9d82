//! A call as the world sees it, and how it can be refused.

use super::value::{Map, Value};
use std::borrow::Cow;

/// The services of the simulated account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumIter)]
pub enum Service {
    Ecs,
    /// Application Auto Scaling.
    Scaling,
    /// EC2 Auto Scaling.
    AutoScaling,
    Waf,
    Rds,
    Logs,
    CloudWatch,
    Elb,
    Sts,
    Iam,
    Ssm,
    CloudFront,
}

impl Service {
    /// The prefix of its IAM actions.
    pub fn iam(self) -> &'static str {
        match self {
            Self::Ecs => "ecs",
            Self::Scaling => "application-autoscaling",
            Self::AutoScaling => "autoscaling",
            Self::Waf => "wafv2",
            Self::Rds => "rds",
            Self::Logs => "logs",
            Self::CloudWatch => "cloudwatch",
            Self::Elb => "elasticloadbalancing",
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Ssm => "ssm",
            Self::CloudFront => "cloudfront",
        }
    }
}

/// One request, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub service: Service,
    /// `DescribeServices`.
    pub operation: String,
    /// The region of the signature's scope.
    pub region: String,
    pub input: Value,
}

/// What a call brings.
pub type Answer = Result<Value, Refusal>;

/// An error in AWS's own shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// `ServiceNotFoundException`; for query protocols `InvalidDBInstanceState`.
    pub code: Cow<'static, str>,
    pub message: String,
    /// Further members of the error's shape, for JSON and CBOR.
    pub members: Map,
}

impl Refusal {
    /// The caller's mistake.
    pub fn client(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::with(400, code, message)
    }

    /// The service's own trouble.
    pub fn server(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::with(500, code, message)
    }

    pub fn with(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            members: Map::default(),
        }
    }

    /// For an operation that this account does not know.
    pub fn unknown(call: &Call) -> Self {
        Self::no_operation(call.service, &call.operation)
    }

    /// The same, where the call is taken apart already.
    pub fn no_operation(service: Service, operation: &str) -> Self {
        let (code, message) = match service {
            Service::Rds | Service::AutoScaling | Service::Elb | Service::Sts | Service::Iam => (
                "InvalidAction",
                format!("Could not find operation {operation}"),
            ),
            _ => (
                "UnknownOperationException",
                format!("The operation {operation} is not known here"),
            ),
        };
        Self::client(code, message)
    }
}
