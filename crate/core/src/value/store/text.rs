//! Text into strings of fixed and of variable length.

use crate::error::{Error, Result};
use crate::format::datatype::StringPadding;

/// Appends `text` as a string of `size` bytes. Nothing is ever cut off: a terminator that has no room is left out, as
/// netCDF and many others do it.
pub fn fixed(text: &[u8], size: usize, padding: StringPadding, out: &mut Vec<u8>) -> Result<()> {
    let fill = if padding == StringPadding::SpacePadded { b' ' } else { 0 };
    if text.len() > size {
        return Err(Error::argument(format!(
            "{:?} takes {} bytes, the datatype holds {size}",
            shown(text),
            text.len()
        )));
    }
    if fill == 0 && text.contains(&0) && (padding == StringPadding::NullTerminated || text.ends_with(&[0])) {
        return Err(Error::argument(format!("{:?} would not be the same after its NUL", shown(text))));
    }
    if fill == b' ' && text.ends_with(b" ") {
        return Err(Error::argument(format!("{:?} ends in the spaces that fill up the string", shown(text))));
    }
    let end = out.len() + size;
    out.extend_from_slice(text);
    out.resize(end, fill);
    Ok(())
}

/// `text` as it is stored in the heap: its bytes.
pub fn variable(text: &[u8]) -> Result<&[u8]> {
    if text.contains(&0) {
        return Err(Error::argument(format!("{:?} holds NUL, where text of any length ends", shown(text))));
    }
    Ok(text)
}

/// The beginning of a text, for messages.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use StringPadding::{NullPadded, NullTerminated, SpacePadded};

    fn stored(text: &str, size: usize, padding: StringPadding) -> Result<Vec<u8>> {
        let mut out = vec![];
        fixed(text.as_bytes(), size, padding, &mut out).map(|()| out)
    }

    #[test]
    fn filled_up_and_never_cut() {
        assert_eq!(stored("ab", 4, NullTerminated).unwrap(), b"ab\0\0");
        assert_eq!(stored("abcd", 4, NullPadded).unwrap(), b"abcd");
        assert_eq!(stored("ab", 4, SpacePadded).unwrap(), b"ab  ");
        assert_eq!(stored("abcd", 4, NullTerminated).unwrap(), b"abcd");
        assert_eq!(
            stored("abcde", 4, NullTerminated).unwrap_err().to_string(),
            "\"abcde\" takes 5 bytes, the datatype holds 4"
        );
        assert!(stored("é", 1, NullPadded).is_err());
    }

    #[test]
    fn what_would_come_back_changed() {
        assert!(stored("a\0b", 4, NullTerminated).is_err());
        assert!(stored("a\0b", 4, NullPadded).is_ok());
        assert!(stored("a\0", 4, NullPadded).is_err());
        assert!(stored("a ", 4, SpacePadded).is_err());
        assert!(variable(b"a\0").is_err());
        assert_eq!(variable("é".as_bytes()).unwrap(), "é".as_bytes());
    }
}
