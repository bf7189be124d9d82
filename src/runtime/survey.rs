//! One look at everything a plan names, without a console.

use super::reads::options;
use crate::aws::{Aws, Options};
use crate::domain::fault::{Fault, FaultKind};
use crate::model::settings::Settings;
use crate::session::plan::Plan;
use crate::session::survey::Survey;
use jiff::Timestamp;

/// Looks at the account that the settings lead to. No write can leave on the way.
pub fn survey(settings: &Settings, plan: &Plan) -> Result<Survey, Fault> {
    let options = Options {
        read_only: true,
        ..options(settings)
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().map_err(|error| {
        Fault::new(
            FaultKind::Local,
            format!("No runtime could be started: {error}"),
        )
        .next("look at the limits of this process (ulimit -a)")
    })?;
    runtime.block_on(async {
        let aws = Box::pin(Aws::connect(options)).await?;
        let survey = Box::pin(aws.survey(plan, Timestamp::now())).await?;
        // The last answer has just come: its date is of this second.
        let skew = aws
            .meter()
            .date()
            .map(|d| d.duration_since(Timestamp::now()));
        Ok(Survey { skew, ..survey })
    })
}
