//! `WAFv2`: web ACLs with their raw documents, and the detail of one rule
//! (aws-facts.md §1.5, §3.4). CLOUDFRONT scope is asked in us-east-1.

pub(super) mod capture;
pub mod document;
pub(super) mod protected;
mod sample;

use super::Aws;
use super::convert::named;
use crate::domain::fault::{Fault, FaultKind, Gap, Part};
use crate::domain::ids::MetricName;
use crate::domain::text::Text;
use crate::domain::waf::{Acl, AclRef, AclScope, RuleDetail, RuleRef};
use aws_sdk_wafv2::error::ProvideErrorMetadata;
use aws_sdk_wafv2::types as sdk;
use capture::Capture;
use futures_util::StreamExt;
use jiff::Timestamp;
use std::time::Duration;

/// Largest page of the list.
const PAGE: i32 = 100;
/// `GetWebACL` side by side, and how many a second AWS allows.
const WIDTH: usize = 4;
const PER_SECOND: usize = 5;
impl Aws {
    /// All web ACLs of a scope in AWS's order, each with its whole document.
    /// One that vanished between list and read is left out.
    pub async fn acls(&self, scope: AclScope) -> Result<Vec<Acl>, Fault> {
        let names = self.acl_names(scope).await?;
        let reads: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(i, at)| self.paced(i, at))
            .collect();
        let answers: Vec<Result<Option<Acl>, Fault>> = futures_util::stream::iter(reads)
            .buffered(WIDTH)
            .collect()
            .await;
        answers.into_iter().filter_map(Result::transpose).collect()
    }

    /// Five at once, then five a second: beyond that AWS throttles for everybody in the account.
    async fn paced(&self, i: usize, at: &SummaryRef) -> Result<Option<Acl>, Fault> {
        if i >= PER_SECOND {
            tokio::time::sleep(Duration::from_secs(1) / PER_SECOND as u32 * WIDTH as u32).await;
        }
        self.read_acl(at).await
    }

    /// One web ACL, fresh; `None` where it is gone.
    pub async fn acl(&self, at: &AclRef) -> Result<Option<Acl>, Fault> {
        let at = SummaryRef {
            scope: at.scope,
            name: at.name.as_str().to_owned(),
            id: at.id.as_str().to_owned(),
        };
        self.read_acl(&at).await
    }

    async fn acl_names(&self, scope: AclScope) -> Result<Vec<SummaryRef>, Fault> {
        let request = self
            .waf(scope)
            .list_web_acls()
            .scope(sdk_scope(scope))
            .limit(PAGE);
        let found = super::convert::pages!(
            self,
            "wafv2:ListWebACLs",
            request.clone(),
            set_next_marker,
            next_marker,
            web_acls
        );
        let name = |s: sdk::WebAclSummary| {
            Some(SummaryRef {
                scope,
                name: s.name?,
                id: s.id?,
            })
        };
        Ok(found.into_iter().filter_map(name).collect())
    }

    async fn read_acl(&self, at: &SummaryRef) -> Result<Option<Acl>, Fault> {
        self.gate.pass().await;
        let capture = Capture::default();
        let request = self
            .waf(at.scope)
            .get_web_acl()
            .name(&at.name)
            .id(&at.id)
            .scope(sdk_scope(at.scope));
        match request
            .customize()
            .interceptor(capture.clone())
            .send()
            .await
        {
            Ok(_) => document::parse(&document::raw(&capture.body(), at.scope)?).map(Some),
            Err(error) if error.code() == Some("WAFNonexistentItemException") => Ok(None),
            Err(error) => Err(self.fault("wafv2:GetWebACL")(error)),
        }
    }

    /// The clients of a scope.
    fn waf(&self, scope: AclScope) -> &aws_sdk_wafv2::Client {
        match scope {
            AclScope::Regional => &self.shared.waf,
            AclScope::Cloudfront => &self.shared.waf_global,
        }
    }

    /// Whether a managed group's version has expired: AWS answers that instead of describing it.
    /// What could not be asked is not called expired.
    pub(super) async fn is_expired(
        &self,
        scope: AclScope,
        [vendor, name, version]: [&Text; 3],
    ) -> bool {
        self.gate.pass().await;
        let request = self
            .waf(scope)
            .describe_managed_rule_group()
            .scope(sdk_scope(scope))
            .vendor_name(vendor.as_str())
            .name(name.as_str())
            .version_name(version.as_str());
        let answer = request.send().await;
        answer
            .is_err_and(|error| error.code() == Some("WAFExpiredManagedRuleGroupVersionException"))
    }

    /// The addresses a rate rule limits now; `None` where AWS does not list them for its aggregate.
    async fn limited_addresses(&self, at: &RuleRef) -> Result<Option<Vec<Text>>, Fault> {
        self.gate.pass().await;
        let request = self
            .waf(at.acl.scope)
            .get_rate_based_statement_managed_keys()
            .scope(sdk_scope(at.acl.scope));
        let request = request
            .web_acl_name(at.acl.name.as_str())
            .web_acl_id(at.acl.id.as_str());
        match request.rule_name(at.rule.as_str()).send().await {
            Ok(answer) => Ok(Some(addresses(
                answer.managed_keys_ipv4(),
                answer.managed_keys_ipv6(),
            ))),
            Err(error) if error.code() == Some("WAFUnsupportedAggregateKeyTypeException") => {
                Ok(None)
            }
            Err(error) => Err(self.fault("wafv2:GetRateBasedStatementManagedKeys")(error)),
        }
    }

    /// How many addresses each rule limits now, in order; a rule that is gone, or whose aggregate AWS does not list, has `None`.
    pub async fn limited(&self, rules: &[RuleRef]) -> Result<Vec<(RuleRef, Option<usize>)>, Fault> {
        let counted: Vec<_> = rules
            .iter()
            .map(|at| async move {
                match self.limited_addresses(at).await {
                    Ok(found) => Ok((at.clone(), found.map(|a| a.len()))),
                    Err(fault) if fault.kind == FaultKind::Missing => Ok((at.clone(), None)),
                    Err(fault) => Err(fault),
                }
            })
            .collect();
        let answers: Vec<Result<_, Fault>> = futures_util::stream::iter(counted)
            .buffered(WIDTH)
            .collect()
            .await;
        answers.into_iter().collect()
    }

    /// Sampled requests up to `until`, addresses limited now, and resources; each part that fails is a gap.
    ///
    /// `metric` is the rule's metric name: AWS samples by that, not by the rule's name.
    pub async fn rule_detail(
        &self,
        rule: &RuleRef,
        metric: &MetricName,
        lists_addresses: bool,
        until: Timestamp,
    ) -> Result<RuleDetail, Fault> {
        let addresses = async {
            if lists_addresses {
                self.limited_addresses(rule).await
            } else {
                Ok(None)
            }
        };
        let samples = Box::pin(self.samples(&rule.acl, metric, until));
        let main = futures_util::future::join(samples, Box::pin(addresses));
        let ((samples, limited), (resources, missing)) =
            Box::pin(self.beside_protected(&rule.acl, main)).await;
        if let (Err(fault), Err(_), true) = (
            &samples,
            &limited,
            resources.is_empty() && !missing.is_empty(),
        ) {
            return Err(fault.clone());
        }
        let mut gaps: Vec<Gap> = missing
            .into_iter()
            .map(|fault| Gap {
                part: Part::Resources,
                fault,
            })
            .collect();
        let samples = named(Part::Samples, samples, &mut gaps);
        let limited = named(Part::Limited, limited, &mut gaps);
        Ok(RuleDetail {
            samples: samples.requests,
            population: samples.population,
            limited,
            resources,
            gaps,
        })
    }
}

/// What `GetWebACL` wants to know.
#[derive(Debug)]
struct SummaryRef {
    scope: AclScope,
    name: String,
    id: String,
}

fn sdk_scope(scope: AclScope) -> sdk::Scope {
    match scope {
        AclScope::Regional => sdk::Scope::Regional,
        AclScope::Cloudfront => sdk::Scope::Cloudfront,
    }
}

type KeySet = sdk::RateBasedStatementManagedKeysIpSet;

fn addresses(v4: Option<&KeySet>, v6: Option<&KeySet>) -> Vec<Text> {
    v4.into_iter()
        .chain(v6)
        .flat_map(KeySet::addresses)
        .map(|a| Text::clean(a))
        .collect()
}
