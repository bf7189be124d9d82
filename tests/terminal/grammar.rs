//! The grammar of what may leave: our own few sequences, and text. A parser that
//! fails on anything else.

use std::collections::BTreeMap;

/// DEC private modes as they stand after the bytes; `true` = set.
pub type Modes = BTreeMap<u32, bool>;

/// The private modes that the program uses, and how a shell expects to find them.
pub const AS_FOUND: [(u32, bool); 4] = [(25, true), (1049, false), (2004, false), (2026, false)];

/// Reads everything that left; the first byte outside the grammar is an error.
pub fn modes_after(raw: &[u8]) -> Result<Modes, String> {
    let text =
        std::str::from_utf8(raw).map_err(|e| format!("not UTF-8 at byte {}", e.valid_up_to()))?;
    let mut modes = Modes::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        let problem = |what: &str| {
            format!(
                "{what} at byte {at}: {:?}",
                rest.chars().take(24).collect::<String>()
            )
        };
        rest = match first {
            '\x1b' => sequence(rest, &mut modes).ok_or_else(|| problem("a foreign sequence"))?,
            // Lines for the shell, before the screen is ours and after.
            '\r' | '\n' if modes.get(&1049) != Some(&true) => &rest[1..],
            c if c.is_control() => return Err(problem("a control character")),
            c => &rest[c.len_utf8()..],
        };
    }
    Ok(modes)
}

/// Whether every mode is as a shell expects it.
pub fn is_as_found(modes: &Modes) -> bool {
    AS_FOUND
        .iter()
        .all(|(mode, set)| modes.get(mode).unwrap_or(&(*mode == 25)) == set)
}

fn sequence<'r>(rest: &'r str, modes: &mut Modes) -> Option<&'r str> {
    if let Some(osc) = rest.strip_prefix("\x1b]52;c;") {
        let (payload, rest) = osc.split_once('\x07')?;
        let base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        return payload.chars().all(base64).then_some(rest);
    }
    let csi = rest.strip_prefix("\x1b[")?;
    let end = csi.find(|c: char| ('\x40'..='\x7e').contains(&c))?;
    let (parameters, last) = (&csi[..end], &csi[end..=end]);
    let numbers = || {
        parameters
            .split(';')
            .all(|p| p.is_empty() || p.parse::<u16>().is_ok())
    };
    let known = match last {
        "h" | "l" => mode(parameters, last == "h", modes),
        "H" => numbers() && parameters.split(';').count() <= 2,
        "C" => parameters.is_empty() || parameters.parse::<u16>().is_ok(),
        "K" => parameters.is_empty(),
        "J" => parameters == "2",
        "m" => numbers(),
        _ => false,
    };
    known.then_some(&csi[end + 1..])
}

fn mode(parameters: &str, set: bool, modes: &mut Modes) -> bool {
    let mode = parameters.strip_prefix('?').and_then(|m| m.parse().ok());
    let Some(mode) = mode.filter(|m| AS_FOUND.iter().any(|known| known.0 == *m)) else {
        return false;
    };
    modes.insert(mode, set);
    true
}

/// The look that each text was written with: SGR parameters in force are colours or not.
pub fn uses_colour(raw: &[u8]) -> bool {
    let text = String::from_utf8_lossy(raw);
    let parameters = text.split("\x1b[").skip(1).filter_map(|s| {
        let end = s.find(|c: char| ('\x40'..='\x7e').contains(&c))?;
        s[end..].starts_with('m').then(|| s[..end].to_owned())
    });
    parameters
        .flat_map(|p| p.split(';').map(str::to_owned).collect::<Vec<_>>())
        .any(|p| {
            p.parse::<u16>()
                .is_ok_and(|n| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107))
        })
}

#[test]
fn our_own_sequences_pass_and_foreign_ones_do_not() {
    let ours = b"\x1b[?1049h\x1b[?25l\x1b[m\x1b[2J\x1b[3;4Hab\x1b[0;7m\x1b[5C\x1b[K\x1b[?25h\x1b[?1049l\r\n";
    assert!(is_as_found(&modes_after(ours).unwrap()));
    let foreign = [
        b"\x1b]0;title\x07".as_slice(),
        b"\x1b[6n",
        b"\x1b[?1000h",
        b"\x07",
        b"\x1bc",
        b"\xff",
    ];
    for bytes in foreign {
        assert!(modes_after(bytes).is_err(), "{bytes:?}");
    }
    assert!(
        modes_after(b"\x1b[?1049h\n").is_err(),
        "no newline on our own screen"
    );
}
