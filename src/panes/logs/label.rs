//! What each group is called in a column that has no room for whole names: of
//! names that would be cut to the same, the part in which they differ.

use super::rate::short;
use crate::domain::log::TailSource;

/// Columns of the screen that a name has.
pub const WIDTH: usize = 12;

/// A name, and whether its beginning was cut off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    pub text: String,
    pub cut: bool,
}

/// The labels of the groups that are shown; none where there is but one.
#[derive(Clone, Debug, Default)]
pub struct Labels(Vec<(TailSource, Label)>);

impl Labels {
    pub fn of<'s>(sources: impl Iterator<Item = &'s TailSource>) -> Self {
        let sources: Vec<&TailSource> = sources.collect();
        if sources.len() < 2 {
            return Self::default();
        }
        let names = names(&sources);
        let label = |(n, source): (usize, &&TailSource)| ((*source).clone(), label(n, &names));
        Self(sources.iter().enumerate().map(label).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// That of a source; of one that is not shown any more its short name.
    pub fn get(&self, source: &TailSource) -> Label {
        let known = self.0.iter().find(|(of, _)| of == source);
        known.map_or_else(|| whole(short(&source.group)), |(_, label)| label.clone())
    }
}

fn whole(text: String) -> Label {
    Label { text, cut: false }
}

/// The short names; of sources that share one the whole ones.
fn names(sources: &[&TailSource]) -> Vec<String> {
    let shorts: Vec<String> = sources.iter().map(|source| short(&source.group)).collect();
    let alone = |name: &String| shorts.iter().filter(|other| *other == name).count() == 1;
    let named = |(source, name): (&&TailSource, &String)| match &source.region {
        _ if alone(name) => name.clone(),
        None => source.group.text().as_str().to_owned(),
        Some(region) => format!("{}:{}", region.text(), source.group.text()),
    };
    sources.iter().zip(&shorts).map(named).collect()
}

fn label(n: usize, names: &[String]) -> Label {
    let name: Vec<char> = names[n].chars().collect();
    let seen = WIDTH - 1;
    let like = |other: &&String| other.chars().take(seen).eq(name.iter().take(seen).copied());
    let others = names.iter().enumerate().filter(|(other, _)| *other != n);
    let others = others.map(|(_, other)| other).filter(like);
    let shared = others.map(|other| shared(&name, other)).min();
    match shared {
        Some(shared) if name.len() > WIDTH => Label {
            text: name[shared.min(name.len() - seen)..].iter().collect(),
            cut: true,
        },
        _ => whole(names[n].clone()),
    }
}

/// How many characters they begin with alike.
fn shared(name: &[char], other: &str) -> usize {
    let pairs = name.iter().zip(other.chars());
    pairs.take_while(|(a, b)| **a == *b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(groups: &[(Option<&str>, &str)]) -> Vec<String> {
        let source = |(region, group): &(Option<&str>, &str)| TailSource {
            region: region.map(Into::into),
            group: (*group).into(),
            stream_prefix: None,
        };
        let sources: Vec<TailSource> = groups.iter().map(source).collect();
        let labels = Labels::of(sources.iter());
        let label = |source| {
            let Label { text, cut } = labels.get(source);
            let dots = if cut { "…" } else { "" };
            format!("{dots}{text}").chars().take(WIDTH).collect()
        };
        sources.iter().map(label).collect()
    }

    #[test]
    fn names_that_fit_or_differ_at_once_are_as_they_are() {
        let groups = ["/ecs/orchard-api", "/ecs/orchard-batch-worker", "/ecs/api"];
        assert_eq!(
            said(&groups.map(|group| (None, group))),
            ["orchard-api", "orchard-batc", "api"]
        );
        assert_eq!(said(&[(None, "/ecs/orchard-api")]), ["orchard-api"]);
    }

    #[test]
    fn names_that_would_be_cut_to_the_same_show_where_they_differ() {
        let groups = [
            "/ecs/orchard-worker-blue",
            "/ecs/orchard-worker-green",
            "/ecs/orchard-worker-a-long-one",
            "/ecs/edge",
        ];
        assert_eq!(
            said(&groups.map(|group| (None, group))),
            ["…worker-blue", "…orker-green", "…-a-long-one", "edge"]
        );
    }

    #[test]
    fn the_same_short_name_is_told_apart_by_what_stands_before_it() {
        assert_eq!(
            said(&[
                (None, "/ecs/api"),
                (None, "/app/api"),
                (Some("eu-west-1"), "/ecs/api"),
                (Some("eu-west-2"), "/ecs/api"),
            ]),
            ["/ecs/api", "/app/api", "eu-west-1:/e", "eu-west-2:/e"]
        );
    }
}
