//! `CloudFront` distributions behind a web ACL of CLOUDFRONT scope.

use super::Aws;
use crate::domain::fault::Fault;
use crate::domain::ids::Arn;

/// `CloudFront`'s largest page.
const PAGE: i32 = 100;

impl Aws {
    /// The distributions that a CLOUDFRONT web ACL protects, by its ARN.
    pub(super) async fn distributions(&self, acl: &Arn) -> Result<Vec<Arn>, Fault> {
        let request = self
            .shared
            .cloudfront
            .list_distributions_by_web_acl_id()
            .web_acl_id(acl.as_str())
            .max_items(PAGE);
        let mut found = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            self.gate.pass().await;
            let answer = request.clone().set_marker(marker.clone()).send().await;
            let answer = answer.map_err(self.fault("cloudfront:ListDistributionsByWebACLId"))?;
            let Some(page) = answer.distribution_list else {
                return Ok(found);
            };
            found.extend(page.items().iter().map(|d| Arn::from(d.arn.as_str())));
            let next = page
                .next_marker
                .filter(|m| page.is_truncated && marker.as_ref() != Some(m));
            if next.is_none() {
                return Ok(found);
            }
            marker = next;
        }
    }
}
