//! What each operation takes: members, their types, bounds and values. Read out of
//! tables that a script makes from botocore's models, so that nothing is checked
//! twice and nothing from memory.
//!
//! ```text
//!  op ListWebACLs ListWebACLsRequest
//!  text Scope =CLOUDFRONT,REGIONAL
//!  int PaginationLimit 1..100
//!  struct ListWebACLsRequest Scope!Scope NextMarker:NextMarker Limit:PaginationLimit
//! ```

mod check;
mod table;
mod words;

pub use check::{Dialect, check};
pub use table::{Kind, Member, Shape, Table};

use super::call::Service;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use strum::IntoEnumIterator;

fn text(service: Service) -> &'static str {
    match service {
        Service::Ecs => include_str!("shape/ecs.txt"),
        Service::Scaling => include_str!("shape/application-autoscaling.txt"),
        Service::AutoScaling => include_str!("shape/autoscaling.txt"),
        Service::Waf => include_str!("shape/wafv2.txt"),
        Service::Rds => include_str!("shape/rds.txt"),
        Service::Logs => include_str!("shape/logs.txt"),
        Service::CloudWatch => include_str!("shape/cloudwatch.txt"),
        Service::Elb => include_str!("shape/elbv2.txt"),
        Service::Sts => include_str!("shape/sts.txt"),
        Service::Ssm => include_str!("shape/ssm.txt"),
        Service::CloudFront => include_str!("shape/cloudfront.txt"),
        Service::Iam => include_str!("shape/iam.txt"),
    }
}

static TABLES: LazyLock<BTreeMap<Service, Table>> = LazyLock::new(|| {
    let read = |service| (service, Table::read(text(service)));
    Service::iter().map(read).collect()
});

/// The table of a service.
pub fn of(service: Service) -> &'static Table {
    &TABLES[&service]
}

/// Whether the simulated account knows an operation.
pub fn knows(service: Service, operation: &str) -> bool {
    of(service).operations.contains_key(operation)
}

/// The operations whose names are most like this one, the nearest first.
pub fn near(service: Service, operation: &str) -> Vec<&'static str> {
    let wished = operation.to_ascii_lowercase();
    let far = |known: &&str| strsim::damerau_levenshtein(&wished, &known.to_ascii_lowercase());
    let mut known: Vec<&'static str> = of(service).operations.keys().copied().collect();
    known.sort_by_cached_key(far);
    known.truncate(3);
    known
}
