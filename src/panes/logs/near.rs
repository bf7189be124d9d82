//! The groups that a mistyped name may have meant.

use crate::domain::ids::LogGroup;
use crate::domain::log::TailSource;
use crate::domain::text::Text;
use crate::model::query::Query;

/// How many are named.
const MOST: usize = 3;

/// The part of a name to look for: a large account has thousands of groups, those of one folder are few.
pub fn part(group: &LogGroup) -> Text {
    let name = group.as_str();
    let folder = name.rfind('/').map_or("", |slash| &name[..=slash]);
    Text::clean(if folder == "/" { "" } else { folder })
}

/// What asks for the groups that may have been meant, where the source would be.
pub fn query(wished: &TailSource) -> Query {
    Query::LogGroups(wished.region.clone(), part(&wished.group))
}

/// The nearest names of that region, the nearest first, as `:logs` takes them.
pub fn groups(wished: &TailSource, known: &[LogGroup]) -> Vec<String> {
    let region = wished
        .region
        .as_ref()
        .map(|region| format!("{}:", region.text()));
    let region = region.unwrap_or_default();
    let wished = wished.group.as_str();
    let far = |group: &&LogGroup| strsim::damerau_levenshtein(wished, group.as_str());
    let mut near: Vec<&LogGroup> = known.iter().collect();
    near.sort_by_cached_key(far);
    let names = near.into_iter().take(MOST);
    names
        .map(|group| format!("{region}{}", group.text()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_looked_through_and_the_nearest_come_first() {
        assert_eq!(part(&"/ecs/nope".into()).as_str(), "/ecs/");
        assert_eq!(part(&"/nope".into()).as_str(), "");
        assert_eq!(part(&"nope".into()).as_str(), "");
        let known = [
            "/ecs/orchard-batch",
            "/ecs/edge",
            "/ecs/orchard-api",
            "/ecs/x",
        ]
        .map(Into::into);
        let near = |region: Option<&str>| {
            let wished = TailSource {
                region: region.map(Into::into),
                group: "/ecs/orchard-apo".into(),
                stream_prefix: None,
            };
            groups(&wished, &known)
        };
        let home = near(None);
        assert_eq!((home.len(), home[0].as_str()), (3, "/ecs/orchard-api"));
        assert_eq!(near(Some("eu-west-1"))[0], "eu-west-1:/ecs/orchard-api");
    }
}
