//! The search for repetitions that the encoders of BloscLZ and Snappy share: greedy, by a hash of four bytes.

/// What a format can express.
pub(super) struct Limits {
    /// Longest distance back.
    pub far: usize,
    /// Longest copy.
    pub long: usize,
}

/// Shortest copy that is looked for.
const SHORTEST: usize = 4;
/// Bytes at the end that are never part of a copy: some decoders count on it.
const TAIL: usize = 12;
const BITS: u32 = 13;

fn four(input: &[u8], at: usize) -> u32 {
    input.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b))
}

fn slot(word: u32) -> usize {
    (word.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize
}

/// Takes literals, and the copy after them: distance and length.
pub(super) type Each<'a> = &'a mut dyn FnMut(&[u8], Option<(usize, usize)>);

/// Cuts `input` into literals, each followed by a copy (distance, length) but the last.
pub(super) fn parse(input: &[u8], limits: &Limits, each: Each<'_>) {
    // Positions plus one; 0 is nowhere.
    let mut table = vec![0usize; 1 << BITS];
    let (mut at, mut literals) = (1, 0);
    let end = input.len().saturating_sub(TAIL);
    let mut misses = 0usize;
    while at < end {
        let word = four(input, at);
        let seen = std::mem::replace(&mut table[slot(word)], at + 1);
        let distance = at + 1 - seen;
        if seen == 0 || distance > limits.far || four(input, seen - 1) != word {
            // What does not repeat is skipped faster and faster.
            misses += 1;
            at += 1 + (misses >> 6);
            continue;
        }
        misses = 0;
        let most = limits.long.min(end - at);
        let same = input[at..].iter().zip(&input[seen - 1..]).take(most).take_while(|(a, b)| a == b).count();
        if same < SHORTEST {
            at += 1;
            continue;
        }
        each(&input[literals..at], Some((distance, same)));
        at += same;
        literals = at;
    }
    each(&input[literals..], None);
}

/// Appends `length` bytes from `distance` back; says whether there are so many, and room for them before `most`.
pub(super) fn copy(out: &mut Vec<u8>, distance: usize, length: usize, most: usize) -> bool {
    if distance == 0 || distance > out.len() || length > most.saturating_sub(out.len()) {
        return false;
    }
    let start = out.len() - distance;
    if distance >= length {
        out.extend_from_within(start..start + length);
    } else if distance == 1 {
        let byte = out[start];
        out.resize(out.len() + length, byte);
    } else {
        for i in start..start + length {
            out.push(out[i]);
        }
    }
    true
}
