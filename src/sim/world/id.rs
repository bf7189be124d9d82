//! Names as AWS makes them: hexadecimal ids, UUIDs, ARNs.

use super::World;
use crate::sim::account::ACCOUNT_ID;
use fastrand::Rng;

/// So many hexadecimal digits.
pub fn hex(rng: &mut Rng, digits: usize) -> String {
    let digit = |n: u8| char::from_digit(n.into(), 16).unwrap_or('0');
    (0..digits).map(|_| digit(rng.u8(0..16))).collect()
}

/// `8-4-4-4-12`.
pub fn uuid(rng: &mut Rng) -> String {
    [8, 4, 4, 4, 12].map(|digits| hex(rng, digits)).join("-")
}

/// A deployment's number: nineteen digits, as AWS has them.
pub fn long(rng: &mut Rng) -> u64 {
    rng.u64(1_000_000_000_000_000_000..9_000_000_000_000_000_000)
}

/// `arn:aws:ecs:ap-northeast-2:000000000000:service/orchard/api`.
pub fn arn(service: &str, region: &str, rest: &str) -> String {
    // What IAM and STS know is of no region.
    let region = if ["iam", "sts"].contains(&service) {
        ""
    } else {
        region
    };
    // Every answer has dozens of them: put together in one piece.
    ["arn:aws:", service, ":", region, ":", ACCOUNT_ID, ":", rest].concat()
}

impl World {
    /// An ARN in this region.
    pub(crate) fn arn(&self, service: &str, rest: &str) -> String {
        arn(service, &self.region, rest)
    }
}

/// What stands after the last `/`: the name in an ARN, or the name itself.
pub fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
