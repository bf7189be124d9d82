//! Where containers write, as sources of a tail.

use crate::domain::ecs::LogTarget;
use crate::domain::ids::LogStream;
use crate::domain::log::TailSource;

/// Targets of containers as sources: each group once, and a whole group instead of parts of it.
pub fn sources_of(targets: &[LogTarget]) -> Vec<TailSource> {
    let mut sources: Vec<TailSource> = targets.iter().map(source_of).collect();
    sources.sort();
    sources.dedup();
    let whole: Vec<TailSource> = sources
        .iter()
        .filter(|s| s.stream_prefix.is_none())
        .cloned()
        .collect();
    let covers = |whole: &TailSource, part: &TailSource| {
        whole.region == part.region && whole.group == part.group
    };
    sources.retain(|s| s.stream_prefix.is_none() || !whole.iter().any(|w| covers(w, s)));
    sources
}

/// The awslogs driver names streams `prefix/container/task`: with the slash `api` does not take in `api-admin`.
pub(super) fn source_of(target: &LogTarget) -> TailSource {
    let slashed =
        |prefix: &LogStream| LogStream::from(format!("{}/", prefix.as_str().trim_end_matches('/')));
    TailSource {
        region: target.region.clone(),
        group: target.group.clone(),
        stream_prefix: target.stream_prefix.as_ref().map(slashed),
    }
}
