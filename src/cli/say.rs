//! Sentences to people on a terminal that may know only ASCII.

use crate::domain::fault::{Fault, FaultKind};
use crate::model::settings::Charset;
use std::io::{self, Write};

/// Writes each fault on a line of its own.
pub fn faults(faults: &[Fault], charset: Charset, err: &mut dyn Write) -> io::Result<()> {
    faults
        .iter()
        .try_for_each(|fault| writeln!(err, "tidegate: {}", within(fault.line().as_str(), charset)))
}

/// 2 where the operator can mend the call or a file, 1 for anything else.
pub fn exit_code(faults: &[Fault]) -> u8 {
    if faults.iter().any(|fault| fault.kind == FaultKind::Usage) {
        2
    } else {
        1
    }
}

/// The text in the characters of the terminal.
fn within(text: &str, charset: Charset) -> String {
    match charset {
        Charset::Unicode => text.to_owned(),
        Charset::Ascii => text.chars().map(ascii).collect(),
    }
}

fn ascii(c: char) -> char {
    match c {
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '—' | '–' => '-',
        '×' => 'x',
        c if c.is_ascii() => c,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ascii_terminal_gets_no_other_byte() {
        let fault = Fault::new(FaultKind::Usage, "“ö” is wrong").next("Mend it");
        let mut out = Vec::new();
        faults(&[fault], Charset::Ascii, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "tidegate: \"?\" is wrong - Mend it\n"
        );
    }

    #[test]
    fn usage_is_two_and_the_rest_is_one() {
        assert_eq!(exit_code(&[Fault::new(FaultKind::Usage, "a")]), 2);
        assert_eq!(exit_code(&[Fault::new(FaultKind::Local, "a")]), 1);
    }
}
