//! CloudFront: the distribution behind the web ACL of scope CLOUDFRONT.

use super::{Config, World, waf};
use crate::sim::account::ACCOUNT_ID;
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::{Value, list, map, named_list};
use jiff::{SignedDuration, Timestamp};

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct CloudFront {
    /// The web ACL's ARN, and since when.
    distribution: Option<(String, Timestamp)>,
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "ListDistributionsByWebACLId" => list_by_web_acl(world, input),
        _ => Err(Refusal::no_operation(Service::CloudFront, operation)),
    }
}

/// The distributions, in us-east-1.
pub fn furnish_global(world: &mut World, _config: &Config) {
    let since = world.now - SignedDuration::from_hours(90 * 24);
    world.cloudfront.distribution = waf::global_arn(world).map(|arn| (arn.to_owned(), since));
}

/// A v2 web ACL is named by its ARN (aws-facts.md §1.13).
fn list_by_web_acl(world: &mut World, input: &Value) -> Answer {
    let text = |name: &str| input.get(name).and_then(Value::as_text);
    let wanted = text("WebACLId").unwrap_or_default();
    let most = input.get("MaxItems").and_then(Value::as_int).unwrap_or(100);
    if wanted.is_empty() {
        return Err(Refusal::client(
            "InvalidWebACLId",
            "A web ACL ID or ARN specified is not valid.",
        ));
    }
    if !(1..=100).contains(&most) {
        return Err(Refusal::client(
            "InvalidArgument",
            "MaxItems must be between 1 and 100.",
        ));
    }
    let distribution = world.cloudfront.distribution.iter();
    let found: Vec<Value> = distribution
        .filter(|(acl, _)| acl == wanted)
        .map(|(_, since)| summary(wanted, *since))
        .collect();
    Ok(map! {
        "DistributionList" => map! {
            "Marker" => text("Marker").unwrap_or_default(),
            "MaxItems" => most,
            "IsTruncated" => false,
            "Quantity" => found.len(),
            "Items" => named_list("DistributionSummary", found),
        },
    })
}

fn quantity(count: usize) -> Value {
    map! { "Quantity" => count }
}

/// The required members of a distribution's summary.
fn summary(acl: &str, since: Timestamp) -> Value {
    let id = "E2SIMULATEDEDGE";
    let origin = map! {
        "Id" => "alb",
        "DomainName" => "orchard-alb.example.com",
        "OriginPath" => "",
        "CustomHeaders" => quantity(0),
    };
    let behaviour = map! {
        "TargetOriginId" => "alb",
        "ViewerProtocolPolicy" => "redirect-to-https",
        "Compress" => true,
    };
    map! {
        "Id" => id,
        "ARN" => format!("arn:aws:cloudfront::{ACCOUNT_ID}:distribution/{id}"),
        "ETag" => "E1SIMULATED",
        "Status" => "Deployed",
        "LastModifiedTime" => since,
        "DomainName" => "d111111abcdef8.cloudfront.net",
        "Aliases" => map! { "Quantity" => 1, "Items" => named_list("CNAME", ["www.orchard.example"]) },
        "Origins" => map! { "Quantity" => 1, "Items" => named_list("Origin", [origin]) },
        "DefaultCacheBehavior" => behaviour,
        "CacheBehaviors" => quantity(0),
        "CustomErrorResponses" => quantity(0),
        "Comment" => "orchard",
        "PriceClass" => "PriceClass_200",
        "Enabled" => true,
        "ViewerCertificate" => map! { "CloudFrontDefaultCertificate" => true },
        "Restrictions" => map! {
            "GeoRestriction" => map! { "RestrictionType" => "none", "Quantity" => 0, "Items" => list(Vec::<Value>::new()) },
        },
        "WebACLId" => acl,
        "HttpVersion" => "http2and3",
        "IsIPV6Enabled" => true,
        "Staging" => false,
    }
}
