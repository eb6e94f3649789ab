//! Text into strings of fixed and of variable length.

use crate::error::{Error, Result};
use crate::format::datatype::{CharacterSet, StringPadding};

/// Appends `text` as a string of `size` bytes. Nothing is ever cut off.
pub fn fixed(
    text: &[u8],
    size: usize,
    padding: StringPadding,
    charset: CharacterSet,
    out: &mut Vec<u8>,
) -> Result<()> {
    check(text, charset)?;
    let (room, fill) = match padding {
        // The last byte is the terminator's.
        StringPadding::NullTerminated => (size.saturating_sub(1), 0),
        StringPadding::NullPadded => (size, 0),
        StringPadding::SpacePadded => (size, b' '),
    };
    if text.len() > room {
        return Err(Error::argument(format!(
            "{:?} takes {} bytes, the datatype holds {room}",
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
pub fn variable(text: &[u8], charset: CharacterSet) -> Result<&[u8]> {
    check(text, charset)?;
    if text.contains(&0) {
        return Err(Error::argument(format!("{:?} holds NUL, where text of any length ends", shown(text))));
    }
    Ok(text)
}

fn check(text: &[u8], charset: CharacterSet) -> Result<()> {
    if charset == CharacterSet::Ascii && !text.is_ascii() {
        return Err(Error::argument(format!("{:?} is not ASCII, the datatype's character set", shown(text))));
    }
    Ok(())
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
        fixed(text.as_bytes(), size, padding, CharacterSet::Utf8, &mut out).map(|()| out)
    }

    #[test]
    fn filled_up_and_never_cut() {
        assert_eq!(stored("ab", 4, NullTerminated).unwrap(), b"ab\0\0");
        assert_eq!(stored("abcd", 4, NullPadded).unwrap(), b"abcd");
        assert_eq!(stored("ab", 4, SpacePadded).unwrap(), b"ab  ");
        assert_eq!(
            stored("abcd", 4, NullTerminated).unwrap_err().to_string(),
            "\"abcd\" takes 4 bytes, the datatype holds 3"
        );
        assert!(stored("é", 1, NullPadded).is_err());
    }

    #[test]
    fn what_would_come_back_changed() {
        assert!(stored("a\0b", 4, NullTerminated).is_err());
        assert!(stored("a\0b", 4, NullPadded).is_ok());
        assert!(stored("a\0", 4, NullPadded).is_err());
        assert!(stored("a ", 4, SpacePadded).is_err());
        assert!(variable(b"a\0", CharacterSet::Utf8).is_err());
        let mut out = vec![];
        assert!(fixed("é".as_bytes(), 4, NullPadded, CharacterSet::Ascii, &mut out).is_err());
        assert_eq!(variable("é".as_bytes(), CharacterSet::Utf8).unwrap(), "é".as_bytes());
    }
}
