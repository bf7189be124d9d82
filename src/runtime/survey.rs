//! One look at everything a plan names, without a console.

use super::reads::options;
use crate::aws::{Aws, Options};
use crate::domain::fault::{Fault, FaultKind};
use crate::model::settings::Settings;
use crate::session::draft;
use crate::session::opening::Drafted;
use crate::session::permission::{self, Answer, Permissions};
use crate::session::plan::Plan;
use crate::session::survey::Survey;
use jiff::Timestamp;

/// A plan against the account that the settings lead to. No write can leave on the way.
pub fn draft(settings: &Settings, plan: &Plan) -> Result<Drafted, Fault> {
    let survey = survey(settings, plan)?;
    let ceilings = settings.ceilings();
    let id = crate::journal::Store::new_id(survey.at);
    let draft = draft::draft(plan, &survey, &ceilings, &id);
    Ok(Drafted {
        plan: plan.clone(),
        survey,
        draft,
    })
}

/// What IAM says of everything that the plan would do. Only the plan's own command asks it: it takes a
/// call for each resource.
pub fn permissions(settings: &Settings, drafted: &Drafted) -> Permissions {
    let needs = permission::needs(&drafted.draft, &drafted.survey);
    let options = Options {
        read_only: true,
        ..options(settings)
    };
    let caller = &drafted.survey.place.caller;
    let asked = super::guard::talk::block_on(async {
        let aws = Box::pin(Aws::connect(options)).await?;
        Ok(Box::pin(aws.permissions(caller, &needs)).await)
    });
    let answer = asked
        .and_then(|answer| answer)
        .unwrap_or_else(Answer::Unseen);
    Permissions { needs, answer }
}

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
