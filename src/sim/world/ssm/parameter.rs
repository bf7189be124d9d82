//! A parameter and its versions.

use crate::sim::account::ACCOUNT_ID;
use crate::sim::value::{Map, Value, map};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One version.
#[derive(Clone, Debug)]
pub struct Version {
    pub number: i64,
    pub kind: String,
    pub value: String,
    pub description: Option<String>,
    pub tier: String,
    pub data_type: String,
    pub at: Timestamp,
}

impl Version {
    /// The first version of a plain value.
    pub fn plain(kind: &str, value: &str, at: Timestamp) -> Self {
        Self {
            number: 1,
            kind: kind.to_owned(),
            value: value.to_owned(),
            description: None,
            tier: "Standard".to_owned(),
            data_type: "text".to_owned(),
            at,
        }
    }

    /// A secret is shown only to who asks for it decrypted.
    pub fn shown(&self, decrypted: bool) -> String {
        if self.kind == "SecureString" && !decrypted {
            let sum = self
                .value
                .bytes()
                .fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
            return format!("AQICAHsimulated{sum:016x}");
        }
        self.value.clone()
    }
}

/// One parameter; there is always a version.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub arn: String,
    pub versions: Vec<Version>,
    pub tags: BTreeMap<String, String>,
}

impl Parameter {
    pub fn new(name: &str, region: &str) -> Self {
        let path = name.trim_start_matches('/');
        Self {
            name: name.to_owned(),
            arn: format!("arn:aws:ssm:{region}:{ACCOUNT_ID}:parameter/{path}"),
            versions: Vec::new(),
            tags: BTreeMap::new(),
        }
    }

    pub fn newest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// As the Get operations show a version.
    pub fn value(&self, version: &Version, decrypted: bool) -> Value {
        map! {
            "Name" => &self.name,
            "Type" => &version.kind,
            "Value" => version.shown(decrypted),
            "Version" => version.number,
            "LastModifiedDate" => version.at,
            "ARN" => &self.arn,
            "DataType" => &version.data_type,
        }
    }

    /// As it is described, without its value.
    pub fn facts(&self, version: &Version) -> Map {
        let mut facts = Map::default();
        facts.set("Name", &self.name);
        facts.set("Type", &version.kind);
        if version.kind == "SecureString" {
            facts.set("KeyId", "alias/aws/ssm");
        }
        facts.set("LastModifiedDate", version.at);
        facts.set(
            "LastModifiedUser",
            format!("arn:aws:iam::{ACCOUNT_ID}:user/operator"),
        );
        facts.set("Description", version.description.as_deref());
        facts.set("Version", version.number);
        facts.set("Tier", &version.tier);
        facts.set("DataType", &version.data_type);
        facts
    }
}
