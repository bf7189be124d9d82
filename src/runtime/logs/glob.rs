//! Names with a `*`: the groups that fit, each as if it had been named.

use super::check::near;
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::LogGroup;
use crate::domain::log::TailSource;
use crate::model::log_request::{MOST_GROUPS, before_the_star, fits, is_glob};

/// The sources with every name with a `*` replaced by the groups that fit, and what to say of each.
pub(super) async fn found(
    aws: &Aws,
    wished: Vec<TailSource>,
) -> Result<(Vec<TailSource>, Vec<Fault>), Fault> {
    let (mut sources, mut notes) = (Vec::new(), Vec::new());
    for wish in wished {
        if !is_glob(&wish.group) {
            sources.push(wish);
            continue;
        }
        let groups = groups(aws, &wish).await?;
        notes.push(which(&wish, &groups));
        sources.extend(groups.into_iter().map(|group| TailSource {
            group,
            ..wish.clone()
        }));
    }
    Ok((sources, notes))
}

async fn groups(aws: &Aws, wish: &TailSource) -> Result<Vec<LogGroup>, Fault> {
    let begin = before_the_star(&wish.group);
    let known = aws.log_groups_from(wish.region.as_ref(), begin).await?;
    let names = known.into_iter().map(|facts| facts.name);
    let names: Vec<LogGroup> = names.filter(|name| fits(&wish.group, name)).collect();
    match names.len() {
        0 => Err(none(aws, wish).await),
        1..=MOST_GROUPS => Ok(names),
        many => Err(too_many(wish, many)),
    }
}

async fn none(aws: &Aws, wish: &TailSource) -> Fault {
    let region = wish.region.as_ref().unwrap_or(aws.region()).as_str();
    let what = format!("No log group in {region} fits {}", wish.group.text());
    Fault::new(FaultKind::Usage, what).next(near(aws, wish).await)
}

fn too_many(wish: &TailSource, many: usize) -> Fault {
    let what = format!("{many} log groups fit {}", wish.group.text());
    Fault::new(FaultKind::Usage, what)
        .means(format!("{MOST_GROUPS} are read at once at most"))
        .next("Write more of the name")
}

fn which(wish: &TailSource, groups: &[LogGroup]) -> Fault {
    let names: Vec<&str> = groups.iter().map(LogGroup::as_str).collect();
    let (s, count) = (if names.len() == 1 { "" } else { "s" }, names.len());
    let fit = if count == 1 { "fits" } else { "fit" };
    let glob = wish.group.text();
    let what = format!("{count} log group{s} {fit} {glob}: {}", names.join(", "));
    Fault::new(FaultKind::Missing, what)
}
