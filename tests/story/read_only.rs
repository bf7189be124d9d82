//! Read-only: whatever is typed, nothing that changes anything leaves.

use super::stage::{Hands, Stage, filled};
use crate::support::pty::{Pty, is_running};

const KEYS: usize = 2_000;
/// Everything but what leaves or stops the program at once.
const ALPHABET: &str =
    "stub=yyynkr/:jjlogdcOimzwfN?GG012345 \t\r\r\u{1b}\u{7f}\u{2}\u{6}\u{12}\u{15}";
const WHOLE: [&str; 6] = [
    ":scale 4\r",
    ":toggle\r",
    ":limit 200\r",
    ":backup orchard-db\r",
    ":undo\r",
    "\u{1b}[A",
];

/// A small generator: the same keys in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).expect("small")
    }

    fn keys(&mut self) -> String {
        let alphabet: Vec<char> = ALPHABET.chars().collect();
        match self.next(30) {
            0 => WHOLE[self.next(WHOLE.len())].to_owned(),
            _ => alphabet[self.next(alphabet.len())].to_string(),
        }
    }
}

fn read_only(stage: &Stage) -> Pty {
    filled(stage.program().arg("--read-only"))
}

#[test]
fn in_read_only_mode_no_key_makes_a_write_leave() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = read_only(&stage);
    console.wait_for("(read-only)");
    let (mut dice, mut sent) = (Dice(0x7469_6465), 0);
    while sent < KEYS {
        let keys: String = (0..50).map(|_| dice.keys()).collect();
        sent += keys.chars().count();
        console.send(&keys);
        if !is_running(console.pid()) {
            console = read_only(&stage);
        }
    }
    console.send("\u{1b}\u{1b}");
    console.wait_quiet(std::time::Duration::from_millis(400));
    assert!(
        console.screen().contains("(read-only)"),
        "{}",
        console.screen()
    );
    assert!(
        stage.proxy.writes().is_empty(),
        "{:?}",
        stage.proxy.writes()
    );
    assert_eq!(stage.truth(), before);
    console.send("\u{3}");
    assert_eq!(console.wait_exit(), 0);
}

#[test]
fn in_read_only_mode_each_action_says_why_it_does_nothing() {
    let stage = Stage::new();
    let mut console = read_only(&stage);
    for keys in ["1s", "3t", "4b", "u"] {
        console.send(keys);
        console.wait_for("This console is read-only");
        console.send("\u{1b}");
        console.wait_gone("This console is read-only");
    }
    assert!(
        stage.proxy.writes().is_empty(),
        "{:?}",
        stage.proxy.writes()
    );
    console.quit();
}
