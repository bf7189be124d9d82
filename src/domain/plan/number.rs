//! Numbers as people type them.

use crate::domain::fault::{Fault, FaultKind};

/// A whole number of at most `max`; the fault says what is wrong with anything else.
pub fn whole(input: &str, name: &str, max: u64) -> Result<u64, Fault> {
    let typed = input.trim();
    if typed.is_empty() {
        return Err(bad(format!("No number for {name} was given")));
    }
    if typed.strip_prefix('-').is_some_and(is_digits) {
        return Err(bad(format!("{name} cannot be negative: {typed}")));
    }
    if !is_digits(typed) {
        return Err(bad(format!("“{typed}” is not a whole number for {name}")));
    }
    match typed.parse() {
        Ok(n) if n <= max => Ok(n),
        _ => Err(bad(format!("{typed} is too large for {name}"))
            .means(format!("AWS takes at most {max}"))),
    }
}

/// As [`whole`], for counts of tasks and instances.
pub fn count(input: &str, name: &str) -> Result<u32, Fault> {
    whole(input, name, i32::MAX as u64).map(|n| n as u32)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A fault about what was typed.
pub fn bad(what: String) -> Fault {
    Fault::new(FaultKind::Usage, what).next("type a whole number, such as 8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(input: &str) -> String {
        count(input, "tasks").unwrap_err().line().to_string()
    }

    #[test]
    fn takes_a_plain_number_with_blanks_around_it() {
        assert_eq!(count(" 8 ", "tasks"), Ok(8));
        assert_eq!(count("0", "tasks"), Ok(0));
        assert_eq!(count("2147483647", "tasks"), Ok(2_147_483_647));
    }

    #[test]
    fn each_bad_number_gets_its_own_sentence() {
        assert!(said("  ").starts_with("No number for tasks was given"));
        assert!(said("-3").starts_with("tasks cannot be negative: -3"));
        assert!(said("8x").contains("not a whole number"));
        assert!(said("1.5").contains("not a whole number"));
        assert!(said("٣").contains("not a whole number"));
        assert!(said("2147483648").contains("AWS takes at most 2147483647"));
        assert!(said("99999999999999999999999").contains("too large"));
    }
}
