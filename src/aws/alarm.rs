//! CloudWatch alarms that end a test.

use super::Aws;
use crate::domain::fault::Fault;
use crate::domain::text::Text;
use std::collections::BTreeMap;

/// Most names that one `DescribeAlarms` takes.
const MOST: usize = 100;

impl Aws {
    /// The state of each alarm that there is, by name: `OK`, `ALARM`, `INSUFFICIENT_DATA`.
    pub async fn alarms(&self, names: &[Text]) -> Result<BTreeMap<Text, Text>, Fault> {
        let mut states = BTreeMap::new();
        for some in names.chunks(MOST) {
            self.gate.pass().await;
            let request = self.shared.cloudwatch.describe_alarms();
            let names = some.iter().map(|n| n.as_str().to_owned()).collect();
            let answer = request
                .set_alarm_names(Some(names))
                .alarm_types(aws_sdk_cloudwatch::types::AlarmType::MetricAlarm)
                .alarm_types(aws_sdk_cloudwatch::types::AlarmType::CompositeAlarm)
                .send()
                .await
                .map_err(self.fault("cloudwatch:DescribeAlarms"))?;
            let metric = answer
                .metric_alarms()
                .iter()
                .map(|a| (a.alarm_name(), a.state_value()));
            let composite = answer
                .composite_alarms()
                .iter()
                .map(|a| (a.alarm_name(), a.state_value()));
            states.extend(metric.chain(composite).filter_map(|(name, state)| {
                Some((Text::clean(name?), Text::clean(state?.as_str())))
            }));
        }
        Ok(states)
    }
}
