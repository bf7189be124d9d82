//! Bytes looked for in 64 others at once: each that is found is one bit of a word.

/// Bytes of one block: as many as a word has bits.
pub const BLOCK: usize = 64;

/// Bit n is set where byte n is one that is looked for; what is behind the end of a shorter block has none. The compiler
/// has wide registers for all of it but the last step.
#[inline]
pub fn found(bytes: &[u8], is: impl Fn(u8) -> bool) -> u64 {
    match bytes.first_chunk::<BLOCK>() {
        Some(whole) => found_in(whole, is),
        None => found_in_short(bytes, is),
    }
}

#[inline]
fn found_in_short(bytes: &[u8], is: impl Fn(u8) -> bool) -> u64 {
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    let behind = u64::MAX.checked_shl(bytes.len() as u32).unwrap_or(0);
    found_in(&block, is) & !behind
}

/// As [`found`], in a whole block.
#[inline]
pub fn found_in(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let mut hits = [0; BLOCK];
    for (at, byte) in block.iter().enumerate() {
        hits[at] = u8::from(is(*byte));
    }
    let (words, _) = hits.as_chunks::<8>();
    let word = |at: usize| u64::from_le_bytes(words[at]) << at;
    transposed((0..8).fold(0, |turned, at| turned | word(at)))
}

/// Bit 8·a + b goes to 8·b + a: the bits of a word as a square of eight by eight, mirrored. Source: Hacker's Delight,
/// 7–3.
#[inline]
fn transposed(square: u64) -> u64 {
    const SWAPS: [(u64, u32); 3] = [
        (0x00aa_00aa_00aa_00aa, 7),
        (0x0000_cccc_0000_cccc, 14),
        (0x0000_0000_f0f0_f0f0, 28),
    ];
    SWAPS.iter().fold(square, |square, (mask, by)| {
        let swapped = (square ^ (square >> by)) & mask;
        square ^ swapped ^ (swapped << by)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_byte_has_its_bit(bytes in prop::collection::vec(any::<u8>(), 0..100), low in any::<u8>()) {
            let is = |byte| byte <= low || byte == b'"';
            let word = found(&bytes, is);
            for at in 0..BLOCK {
                let expected = bytes.get(at).is_some_and(|byte| is(*byte));
                prop_assert_eq!(word >> at & 1 == 1, expected, "{}", at);
            }
        }
    }
}
