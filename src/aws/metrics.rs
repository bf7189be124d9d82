//! CloudWatch reads: the last ten minutes of each metric (aws-facts.md §1.8, §5).

mod query;

use super::Aws;
use crate::domain::fault::Fault;
use crate::domain::metrics::{Metric, Series};
use aws_sdk_cloudwatch::types as sdk;
use futures_util::{Stream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use query::{Home, Window};
use std::collections::BTreeMap;

/// Most queries that one `GetMetricData` takes.
const MOST: usize = 500;
/// Calls side by side.
const WIDTH: usize = 4;

impl Aws {
    /// A series for each metric, in the order asked. Each metric costs (0.01 USD
    /// per 1,000), so callers ask for what is on the screen and at most each minute.
    pub async fn metrics(&self, metrics: &[Metric], now: Timestamp) -> Result<Vec<Series>, Fault> {
        let found: Vec<Vec<(usize, Series)>> =
            self.metric_calls(metrics, now).try_collect().await?;
        let mut found = found.concat();
        found.sort_by_key(|(i, _)| *i);
        Ok(found.into_iter().map(|(_, series)| series).collect())
    }

    /// The series that can be read: what one call cannot, the others do not miss.
    pub async fn readable_metrics(&self, metrics: &[Metric], now: Timestamp) -> Vec<Series> {
        let answers: Vec<_> = self.metric_calls(metrics, now).collect().await;
        let found = answers.into_iter().filter_map(Result::ok).flatten();
        let series = found.map(|(_, series)| series);
        series.filter(|series| !series.incomplete).collect()
    }

    fn metric_calls<'a>(
        &'a self,
        metrics: &'a [Metric],
        now: Timestamp,
    ) -> impl Stream<Item = Result<Vec<(usize, Series)>, Fault>> + 'a {
        let mut groups: BTreeMap<Home, Vec<usize>> = BTreeMap::new();
        for (i, metric) in metrics.iter().enumerate() {
            groups.entry(Home::of(metric)).or_default().push(i);
        }
        let mut reads = Vec::new();
        for (home, all) in groups {
            for some in all.chunks(MOST) {
                reads.push(self.some_metrics(home, some.to_vec(), metrics, now));
            }
        }
        futures_util::stream::iter(reads).buffered(WIDTH)
    }

    async fn some_metrics(
        &self,
        home: Home,
        some: Vec<usize>,
        metrics: &[Metric],
        now: Timestamp,
    ) -> Result<Vec<(usize, Series)>, Fault> {
        let window = home.window(now);
        let answers = self.metric_pages(home, &some, metrics, &window).await?;
        Ok(some
            .iter()
            .map(|i| (*i, query::series(&metrics[*i], answers.get(i), &window)))
            .collect())
    }

    /// Results by index; one metric's values may be spread over pages.
    async fn metric_pages(
        &self,
        home: Home,
        some: &[usize],
        metrics: &[Metric],
        window: &Window,
    ) -> Result<BTreeMap<usize, query::Found>, Fault> {
        let client = if home.global {
            &self.shared.cloudwatch_global
        } else {
            &self.shared.cloudwatch
        };
        let queries = some
            .iter()
            .map(|i| query::query(*i, &metrics[*i], home.period, self.region().as_str()))
            .collect();
        let request = client
            .get_metric_data()
            .set_metric_data_queries(Some(queries))
            .start_time(super::convert::date_time(window.start))
            .end_time(super::convert::date_time(window.end))
            .scan_by(sdk::ScanBy::TimestampAscending);
        let mut answers: BTreeMap<usize, query::Found> = BTreeMap::new();
        let mut token: Option<String> = None;
        loop {
            self.gate.pass().await;
            self.meter().add_metric_queries(some.len());
            let page = request.clone().set_next_token(token.clone()).send().await;
            let page = page.map_err(self.fault("cloudwatch:GetMetricData"))?;
            for result in page.metric_data_results() {
                query::add(&mut answers, result);
            }
            let next = page
                .next_token
                .filter(|t| !t.is_empty() && token.as_ref() != Some(t));
            if next.is_none() {
                return Ok(answers);
            }
            token = next;
        }
    }
}
