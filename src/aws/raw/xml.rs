//! AWS's XML answers as JSON. The Query protocol says no types, so every leaf stays text.

use serde_json::{Map, Value};

/// Deeper than any answer of AWS.
const DEEPEST: usize = 64;

/// Named like a list, and none.
const NO_LISTS: [&str; 1] = ["PendingModifiedValues"];

/// An element that is open.
#[derive(Default)]
struct Open {
    name: String,
    children: Vec<(String, Value)>,
    text: String,
}

/// The content of the outermost element; `None` for text that is not whole XML.
pub fn read(body: &str) -> Option<Value> {
    let (mut rest, mut open) = (body, vec![Open::default()]);
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        open.last_mut()?.text.push_str(&rest[..at]);
        let end = at + memchr::memchr(b'>', &rest.as_bytes()[at..])?;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        match tag.as_bytes().first()? {
            b'?' | b'!' => {}
            b'/' => close(&mut open, &tag[1..])?,
            _ => begin(&mut open, tag)?,
        }
    }
    let mut all = open.pop().filter(|_| open.is_empty())?.children;
    (all.len() == 1).then(|| all.remove(0).1)
}

fn begin(open: &mut Vec<Open>, tag: &str) -> Option<()> {
    let whole = tag.ends_with('/');
    let name = tag.trim_end_matches('/').split_whitespace().next()?;
    if open.len() > DEEPEST {
        return None;
    }
    open.push(Open {
        name: name.to_owned(),
        ..Open::default()
    });
    if whole { close(open, name) } else { Some(()) }
}

fn close(open: &mut Vec<Open>, name: &str) -> Option<()> {
    let element = open.pop().filter(|element| element.name == name.trim())?;
    let name = element.name.clone();
    open.last_mut()?.children.push((name, value(element)));
    Some(())
}

fn value(element: Open) -> Value {
    let list = is_list(&element);
    let Open { children, text, .. } = element;
    if list {
        return children.into_iter().map(|(_, value)| value).collect();
    }
    if children.is_empty() {
        return Value::String(unescaped(text.trim()));
    }
    Value::Object(children.into_iter().collect::<Map<_, _>>())
}

/// Members, or some of one kind below a plural; an empty plural as well.
fn is_list(element: &Open) -> bool {
    let plural = (element.name.ends_with('s') || element.name.ends_with("List"))
        && !NO_LISTS.contains(&element.name.as_str());
    let first = element.children.first().map(|(name, _)| name.as_str());
    let alike = element
        .children
        .iter()
        .all(|(n, _)| Some(n.as_str()) == first);
    match first {
        None => plural && element.text.trim().is_empty(),
        Some("member") => alike,
        Some(_) => alike && plural,
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let known = part.split_once(';');
        if let Some((c, rest)) = known.and_then(|(name, rest)| Some((entity(name)?, rest))) {
            out.push(c);
            out.push_str(rest);
        } else {
            out.push('&');
            out.push_str(part);
        }
    }
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn plurals_and_members_are_lists_and_the_rest_is_objects() {
        let xml = r#"<?xml version="1.0"?>
            <R xmlns="http://x/"><DBInstances><DBInstance><Port>3306</Port>
            <VpcSecurityGroups><VpcSecurityGroupMembership><Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups>
            <PendingModifiedValues><AllocatedStorage>20</AllocatedStorage></PendingModifiedValues>
            <DBSecurityGroups/><Note>a &lt;b&gt; &#65;&#x42; &amp; &what;</Note></DBInstance></DBInstances>
            <Zones><member>a</member><member>b</member></Zones></R>"#;
        let expected = json!({
            "DBInstances": [{
                "Port": "3306",
                "VpcSecurityGroups": [{ "Status": "active" }],
                "PendingModifiedValues": { "AllocatedStorage": "20" },
                "DBSecurityGroups": [],
                "Note": "a <b> AB & &what;",
            }],
            "Zones": ["a", "b"],
        });
        assert_eq!(read(xml), Some(expected));
    }

    #[test]
    fn what_is_not_whole_is_nothing() {
        let deep = "<a>".repeat(100) + &"</a>".repeat(100);
        for bad in [
            "", "text", "<a>", "<a></b>", "</a>", "<a", "<>", "<a/><b/>", &deep,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_can_upset_it(text in "[<>/a?&;#x1! é]{0,60}") {
            let _ = read(&text);
        }
    }
}
