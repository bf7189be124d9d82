//! Export tasks: where older days of groups went.

use super::super::Aws;
use super::in_region;
use crate::domain::fault::Fault;
use crate::domain::ids::Region;
use crate::domain::log::Export;
use crate::domain::text::Text;
use aws_sdk_cloudwatchlogs::types::ExportTask;

/// Tasks of one page at most: the API's limit.
const TASKS: i32 = 50;
/// The prefix where a task names none (aws-facts.md §4.6).
const PREFIX: &str = "exportedlogs";

impl Aws {
    /// The tasks of a region (`None`: the console's) that exported events (`logs:DescribeExportTasks`), newest events
    /// first. AWS cannot choose by group: whoever looks for one looks through all.
    pub async fn log_exports(&self, region: Option<&Region>) -> Result<Vec<Export>, Fault> {
        let (mut found, mut token) = (Vec::new(), None);
        loop {
            self.gate.pass().await;
            let request = self.shared.logs.describe_export_tasks().limit(TASKS);
            let request = request.set_next_token(token.clone()).customize();
            let answer = request.config_override(in_region(region)).send().await;
            let answer = answer.map_err(self.fault("logs:DescribeExportTasks"))?;
            found.extend(
                answer
                    .export_tasks
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(export),
            );
            if answer.next_token.is_none() || answer.next_token == token {
                found.sort_by_key(|task| std::cmp::Reverse(task.to));
                return Ok(found);
            }
            token = answer.next_token;
        }
    }
}

fn export(task: ExportTask) -> Option<Export> {
    let status = task.status.and_then(|status| status.code);
    Some(Export {
        task: Text::clean(&task.task_id.unwrap_or_default()),
        group: task.log_group_name?.into(),
        from: task.from.unwrap_or(0),
        to: task.to.unwrap_or(i64::MAX),
        bucket: Text::clean(&task.destination?),
        prefix: Text::clean(task.destination_prefix.as_deref().unwrap_or(PREFIX)),
        status: Text::clean(status.as_ref().map_or("", |code| code.as_str())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudwatchlogs::types::{ExportTaskStatus, ExportTaskStatusCode};

    #[test]
    fn a_task_says_where_its_files_are() {
        let status = ExportTaskStatus::builder().code(ExportTaskStatusCode::Completed);
        let task = ExportTask::builder()
            .task_id("ab-12")
            .log_group_name("/ecs/api")
            .destination("orchard-logs")
            .from(1_000)
            .to(2_000)
            .status(status.build())
            .build();
        let expected = Export {
            task: "ab-12".into(),
            group: "/ecs/api".into(),
            from: 1_000,
            to: 2_000,
            bucket: "orchard-logs".into(),
            prefix: PREFIX.into(),
            status: "COMPLETED".into(),
        };
        assert_eq!(export(task), Some(expected));
        assert_eq!(export(ExportTask::builder().build()), None);
    }
}
