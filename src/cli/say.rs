//! Sentences to people, one line each.

use crate::domain::fault::{Fault, FaultKind};
use std::io::{self, Write};

/// Writes each fault on a line of its own.
pub fn faults(faults: &[Fault], err: &mut dyn Write) -> io::Result<()> {
    faults
        .iter()
        .try_for_each(|fault| writeln!(err, "tidegate: {}", fault.line()))
}

/// 2 where the operator can mend the call or a file, 1 for anything else.
pub fn exit_code(faults: &[Fault]) -> u8 {
    if faults.iter().any(|fault| fault.kind == FaultKind::Usage) {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_two_and_the_rest_is_one() {
        assert_eq!(exit_code(&[Fault::new(FaultKind::Usage, "a")]), 2);
        assert_eq!(exit_code(&[Fault::new(FaultKind::Local, "a")]), 1);
    }
}
