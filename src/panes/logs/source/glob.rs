//! Groups that are named with a `*`: looked up, and then tailed as if each had been named.

use super::super::near;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::LogGroup;
use crate::domain::log::TailSource;
use crate::domain::text::Text;
use crate::model::log_request::{MOST_GROUPS, before_the_star, fits, is_glob};
use crate::model::query::{Answer, Facts, Query};

/// What was named, until every name with a `*` is looked up.
#[derive(Clone, Debug)]
pub struct Globs {
    /// Found, and named without a `*`.
    sources: Vec<TailSource>,
    /// Still to be looked up, the next one last.
    wished: Vec<TailSource>,
    fault: Option<Fault>,
    /// Another look would find the same.
    over: bool,
}

impl Globs {
    /// Of what was named; `None` where no name has a `*`.
    pub fn of(named: &[TailSource]) -> Option<Self> {
        let star = |source: &TailSource| is_glob(&source.group);
        let (wished, sources): (Vec<_>, Vec<_>) = named.iter().cloned().partition(star);
        (!wished.is_empty()).then_some(Self {
            sources,
            wished,
            fault: None,
            over: false,
        })
    }

    /// The name that is being looked up.
    pub fn name(&self) -> Text {
        let wished = self.wished.last();
        wished.map_or_else(|| Text::clean(""), |source| source.group.text())
    }

    /// Why they are not tailed.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// What asks for the groups that may fit.
    pub fn query(&self) -> Option<Query> {
        let wish = self.wished.last().filter(|_| !self.over)?;
        let begin = Text::clean(before_the_star(&wish.group));
        Some(Query::LogGroups(wish.region.clone(), begin))
    }

    /// Takes in an answer, where it is the one to [`Globs::query`]; gives the sources once all are found.
    pub fn reply(&mut self, asked: &Query, answer: &Answer) -> Option<Vec<TailSource>> {
        if self.query().as_ref() != Some(asked) {
            return None;
        }
        match answer {
            Answer::Whole(Facts::LogGroups(groups)) => {
                let names: Vec<LogGroup> = groups.iter().map(|g| g.name.clone()).collect();
                self.found(&names);
            }
            Answer::Failed { fault, .. } => self.fault = Some(fault.clone()),
            _ => {}
        }
        (self.wished.is_empty()).then(|| std::mem::take(&mut self.sources))
    }

    fn found(&mut self, known: &[LogGroup]) {
        let Some(wish) = self.wished.last() else {
            return;
        };
        let fitting = known.iter().filter(|name| fits(&wish.group, name));
        let fitting: Vec<TailSource> = fitting
            .map(|group| TailSource {
                group: group.clone(),
                ..wish.clone()
            })
            .collect();
        self.fault = match fitting.len() {
            0 => Some(none(wish, known)),
            many if many > MOST_GROUPS => Some(too_many(&wish.group, many)),
            _ => None,
        };
        self.over = self.fault.is_some();
        if !self.over {
            self.wished.pop();
            self.sources.extend(fitting);
            self.sources.sort();
            self.sources.dedup();
        }
    }
}

fn none(wish: &TailSource, known: &[LogGroup]) -> Fault {
    let what = format!("No log group fits {}", wish.group.text());
    let fault = Fault::new(FaultKind::Usage, what);
    match near::groups(wish, known).as_slice() {
        [] => fault.next("Type :logs and the beginning of a name to see those that there are"),
        near => fault.next(format!("The nearest names: {}", near.join("  "))),
    }
}

fn too_many(glob: &LogGroup, many: usize) -> Fault {
    Fault::new(
        FaultKind::Usage,
        format!("{many} log groups fit {}", glob.text()),
    )
    .means(format!("{MOST_GROUPS} are tailed at once at most"))
    .next("Write more of the name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::GroupFacts;

    fn source(region: Option<&str>, group: &str) -> TailSource {
        TailSource {
            region: region.map(Into::into),
            group: group.into(),
            stream_prefix: Some("api/".into()),
        }
    }

    fn answer(names: &[String]) -> Answer {
        let facts = |name: &String| GroupFacts {
            name: name.as_str().into(),
            retention: None,
            bytes: 0,
            infrequent: false,
            arn: None,
            created: None,
        };
        Answer::Whole(Facts::LogGroups(names.iter().map(facts).collect()))
    }

    fn names(names: &[&str]) -> Answer {
        answer(
            &names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn each_name_with_a_star_is_looked_up_in_its_region_and_all_are_tailed_once() {
        assert!(Globs::of(&[source(None, "/a")]).is_none());
        let named = [
            source(None, "/ecs/a"),
            source(None, "/ecs/*"),
            source(Some("eu-west-1"), "*-x"),
        ];
        let mut globs = Globs::of(&named).expect("two have a star");
        let far = globs.query().expect("one is next");
        assert_eq!(
            far,
            Query::LogGroups(Some("eu-west-1".into()), Text::clean(""))
        );
        assert_eq!(globs.reply(&far, &names(&["/b", "/b-x"])), None);
        assert_eq!(globs.reply(&far, &names(&["/c-x"])), None, "it is stale");
        let home = globs.query().expect("the other is next");
        assert_eq!(home, Query::LogGroups(None, Text::clean("/ecs/")));
        let found = globs.reply(&home, &names(&["/ecs/a", "/ecs/b", "/x/ecs/"]));
        let expected = vec![
            source(None, "/ecs/a"),
            source(None, "/ecs/b"),
            source(Some("eu-west-1"), "/b-x"),
        ];
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn none_and_too_many_are_told_and_not_asked_again() {
        let many: Vec<String> = (0..51).map(|n| format!("/ecs/api-{n:02}")).collect();
        for (found, said) in [
            (
                names(&["/x/ecs/ap"]),
                "No log group fits /ecs/api* — The nearest names: /x/ecs/ap",
            ),
            (answer(&many), "51 log groups fit /ecs/api*"),
        ] {
            let mut globs = Globs::of(&[source(None, "/ecs/api*")]).expect("a star");
            let asked = globs.query().expect("it is looked up");
            assert_eq!(globs.reply(&asked, &found), None);
            let fault = globs.fault().expect("a reason").line();
            assert!(fault.as_str().starts_with(said), "{fault}");
            assert_eq!(globs.query(), None);
        }
    }
}
