//! Strings of fixed size.

use super::{Column, View, end};
use crate::error::Result;
use crate::format::datatype::StringPadding;

/// How many bytes come before the first NUL, or all.
pub(super) fn to_nul(bytes: &[u8]) -> &[u8] {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let (words, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let v = u64::from_le_bytes(*word);
        // The lowest set bit is in the first zero byte.
        let zeros = v.wrapping_sub(LOW) & !v & (LOW << 7);
        if zeros != 0 {
            return &bytes[..at + (zeros.trailing_zeros() / 8) as usize];
        }
        at += 8;
    }
    let rest = &bytes[at..];
    &bytes[..at + rest.iter().position(|b| *b == 0).unwrap_or(rest.len())]
}

/// Without the bytes `pad` at the end.
fn without(bytes: &[u8], pad: u8) -> &[u8] {
    let n = bytes.iter().rposition(|b| *b != pad).map_or(0, |last| last + 1);
    &bytes[..n]
}

/// Strings of `size` bytes.
pub(super) fn fixed(view: View<'_>, size: usize, padding: StringPadding) -> Result<Column> {
    let packed = view.packed(size);
    end(packed.len())?;
    let mut bytes = Vec::with_capacity(packed.len());
    let mut ends = Vec::with_capacity(view.n);
    for element in packed.chunks_exact(size) {
        let text = match padding {
            StringPadding::NullTerminated => to_nul(element),
            StringPadding::NullPadded => without(element, 0),
            StringPadding::SpacePadded => without(element, b' '),
        };
        bytes.extend_from_slice(text);
        ends.push(end(bytes.len())?);
    }
    Ok(Column::Strings { bytes, ends })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
        for n in 0..30 {
            for at in 0..n {
                let mut text = vec![0x81; n];
                assert_eq!(to_nul(&text).len(), n);
                text[at] = 0;
                text[n - 1] = 0;
                assert_eq!(to_nul(&text).len(), at);
            }
        }
        assert_eq!(without(b"a b  ", b' '), b"a b");
        assert_eq!(without(b"   ", b' '), b"");
    }
}
