//! Commands that look elsewhere: another profile, region or cluster.

use super::super::state::State;
use super::{Ran, usage, use_theme};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{ClusterName, ProfileName, Region};
use crate::model::effect::Effect;
use crate::model::settings::Settings;
use crate::model::source::did_you_mean;
use crate::model::verb::Place;

pub(super) fn profile(state: &mut State, name: &str) -> Ran {
    if name.is_empty() {
        return Err(usage("Which profile?", "Type :profile NAME"));
    }
    if state.settings.venue.is_simulated() {
        return Err(usage(
            "The simulated account has no profiles",
            "Start without --demo",
        ));
    }
    let settings = state.settings.under(ProfileName::from(name));
    switch(state, settings)
}

pub(super) fn profiles(state: &State) -> Vec<String> {
    let named = state.settings.profiles.named.keys();
    named.map(|p| p.text().as_str().to_owned()).collect()
}

pub(super) fn region(state: &mut State, name: &str) -> Ran {
    if !looks_like_region(name) {
        return Err(usage(
            format!("“{name}” is not a region"),
            "Write it like ap-northeast-2",
        ));
    }
    let settings = Settings {
        region: Some(Region::from(name)),
        cluster: None,
        ..state.settings.clone()
    };
    switch(state, settings)
}

fn looks_like_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let word = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] => {
            words.len() >= 2 && words.iter().all(word) && number.parse::<u8>().is_ok()
        }
        [] => false,
    }
}

/// Names only; any other region can be typed.
const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-east-1",
    "me-south-1",
    "me-central-1",
    "af-south-1",
];

pub(super) fn regions(_state: &State) -> Vec<String> {
    REGIONS.iter().map(|r| (*r).to_owned()).collect()
}

/// Forgets what belonged to the old settings and has the clients built anew.
fn switch(state: &mut State, settings: Settings) -> Ran {
    if state.is_busy() {
        let fault = Fault::new(
            FaultKind::Refused,
            "A change is under way in this account and region",
        );
        return Err(fault
            .means("it is watched from here until it is verified")
            .next("wait for its end"));
    }
    let old = std::mem::replace(&mut state.settings, settings);
    state.before_switch.get_or_insert_with(|| Box::new(old));
    forget(state);
    use_theme(state);
    Ok(vec![Effect::Switch {
        settings: Box::new(state.settings.clone()),
        epoch: state.epoch,
    }])
}

/// Begins a new epoch with empty panes. A filter was meant for the rows of the old one.
pub(in crate::app) fn forget(state: &mut State) {
    state.epoch.0 += 1;
    state.news.clear(state.settings.cluster.clone());
    state.work.forget();
    state.sessions.forget();
    state.overlays.clear();
    state.each_pane(|pane, _| {
        pane.clear();
        let empty = pane.set_filter("");
        debug_assert!(empty.is_ok(), "no filter is always right");
    });
}

pub(super) fn cluster(state: &mut State, name: &str) -> Ran {
    let known = clusters(state);
    if !known.is_empty() && !known.iter().any(|k| k == name) {
        return Err(usage(
            format!("No cluster is called “{name}” here"),
            did_you_mean(name, known.iter().map(String::as_str)),
        ));
    }
    if name.is_empty() {
        return Err(usage("Which cluster?", "Type :cluster NAME"));
    }
    look_at(state, ClusterName::from(name));
    Ok(Vec::new())
}

/// Looks at another cluster; the panes that show one begin anew.
pub(in crate::app) fn look_at(state: &mut State, cluster: ClusterName) {
    if state.news.cluster.as_ref() == Some(&cluster) {
        return;
    }
    state.news.cluster = Some(cluster);
    state.each_pane(|pane, _| {
        if matches!(pane.place(), Place::Services | Place::Autoscaling) {
            pane.clear();
        }
    });
}

pub(super) fn clusters(state: &State) -> Vec<String> {
    state
        .news
        .clusters
        .iter()
        .map(|c| c.name.text().as_str().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_words_and_a_number() {
        assert!(looks_like_region("ap-northeast-2"));
        assert!(looks_like_region("us-gov-west-1"));
        for bad in ["", "seoul", "eu-1", "eu--1", "EU-WEST-1", "eu-west-x"] {
            assert!(!looks_like_region(bad), "{bad}");
        }
    }
}
