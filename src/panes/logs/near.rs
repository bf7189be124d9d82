//! The groups that a mistyped name may have meant.

use crate::domain::ids::LogGroup;
use crate::domain::text::Text;

/// How many are named.
const MOST: usize = 3;

/// The part of a name to look for: a large account has thousands of groups, those of one folder are few.
pub fn part(group: &LogGroup) -> Text {
    let name = group.as_str();
    let folder = name.rfind('/').map_or("", |slash| &name[..=slash]);
    Text::clean(if folder == "/" { "" } else { folder })
}

/// The nearest names, the nearest first.
pub fn groups(wished: &LogGroup, known: &[LogGroup]) -> Vec<String> {
    let far = |group: &&LogGroup| strsim::damerau_levenshtein(wished.as_str(), group.as_str());
    let mut near: Vec<&LogGroup> = known.iter().collect();
    near.sort_by_cached_key(far);
    let names = near.into_iter().take(MOST);
    names
        .map(|group| group.text().as_str().to_owned())
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
        let near = groups(&"/ecs/orchard-apo".into(), &known);
        assert_eq!((near.len(), near[0].as_str()), (3, "/ecs/orchard-api"));
    }
}
