//! Read-only: whatever is typed, nothing that changes anything leaves.

use super::stage::{Hands, Stage, filled};
use crate::support::pty::Pty;

const KEYS: usize = 50_000;
/// So many are typed at once: the program reads them as fast as it can.
const BLOCK: usize = 1_000;
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
    filled(stage.program().size(120, 36).arg("--read-only"))
}

/// Types these, and waits until the last of them was taken in; `false` where one of them ended the program.
fn typed(console: &mut Pty, keys: &str, mark: &str) -> bool {
    // Up, so that no escape makes an Alt of what follows it.
    let all = format!("{keys}\u{1b}\u{1b}\u{1b}\u{1b}[A:{mark}");
    console.send(&all);
    console.wait_until(mark, |seen| seen.ended() || seen.screen().contains(mark));
    console.send("\u{1b}\u{1b}[A");
    !console.ended()
}

#[test]
fn in_read_only_mode_no_key_makes_a_write_leave() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = read_only(&stage);
    console.wait_for("(read-only)");
    let (mut dice, mut counted, mut block) = (Dice(0x7469_6465), 0, 0);
    while counted < KEYS {
        let keys: String = (0..BLOCK).map(|_| dice.keys()).collect();
        block += 1;
        if typed(&mut console, &keys, &format!("block-{block}-")) {
            counted += keys.chars().count();
        } else {
            console = read_only(&stage);
        }
    }
    console.wait_for("(read-only)");
    let writes = stage.proxy.writes();
    assert!(writes.is_empty(), "{writes:?}");
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
