//! AWS over the wire: our clients against moto, a proxy and hostile servers; the state is checked through boto3.

mod client;
mod ecs;
mod faults;
mod logs;
mod metrics;
mod observe;
mod rds;
mod scaling;
mod vital;
mod waf;
