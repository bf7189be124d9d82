//! Lists page by page.

use crate::sim::value::Value;

/// A token that this account did not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadToken;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    from: usize,
    size: usize,
}

/// So that a token looks like nothing that a client may count on.
const MASK: u64 = 0x7469_6465_6761_7465;

impl Page {
    /// Reads size and token; the size is `most` where it is not given, and never above it.
    pub fn read(
        input: &Value,
        size: &str,
        token: &str,
        default: usize,
        most: usize,
    ) -> Result<Self, BadToken> {
        let asked = input.get(size).and_then(Value::as_int);
        let asked = asked.and_then(|n| usize::try_from(n).ok());
        let from = match input.get(token).and_then(Value::as_text) {
            None | Some("") => 0,
            Some(token) => position(token).ok_or(BadToken)?,
        };
        Ok(Self {
            from,
            size: asked.filter(|n| *n > 0).unwrap_or(default).min(most),
        })
    }

    /// The items of this page, and the token of the next where there is one.
    pub fn of<T>(self, items: impl IntoIterator<Item = T>) -> (Vec<T>, Option<String>) {
        let mut rest = items.into_iter().skip(self.from);
        let page: Vec<T> = rest.by_ref().take(self.size).collect();
        let token = rest.next().map(|_| token(self.from + page.len()));
        (page, token)
    }
}

fn token(position: usize) -> String {
    format!("{:016x}", position as u64 ^ MASK)
}

fn position(token: &str) -> Option<usize> {
    let number = u64::from_str_radix(token, 16).ok()? ^ MASK;
    usize::try_from(number).ok().filter(|n| *n < 1 << 40)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::value::map;

    #[test]
    fn all_pages_together_are_the_list() {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let input = map! { "maxResults" => 10, "nextToken" => token };
            let page = Page::read(&input, "maxResults", "nextToken", 5, 100).expect("our own");
            let (items, next) = page.of(0..35);
            all.extend(items);
            token = next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(all, (0..35).collect::<Vec<_>>());
    }

    #[test]
    fn a_token_of_somebody_else_is_refused() {
        let input = map! { "nextToken" => "no such thing" };
        assert_eq!(
            Page::read(&input, "maxResults", "nextToken", 5, 100),
            Err(BadToken)
        );
    }
}
