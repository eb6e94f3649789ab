//! Which names links and attributes may have.

use crate::error::{Error, Result};
use crate::format::datatype::CharacterSet;

/// The components of `path`. Empty ones and `.` in between mean nothing, as in HDF5; the last one names what
/// is to be made, so it must be a real name.
pub fn components(path: &str) -> Result<Vec<&str>> {
    let refuse = |why: &str| Err(Error::argument(format!("{path:?} cannot name an object: {why}")));
    if path.contains('\0') {
        return refuse("names hold no NUL");
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return refuse(if path.is_empty() {
            "the name is empty"
        } else {
            "it is the root group, which exists"
        });
    }
    if trimmed == "." || trimmed.ends_with("/.") {
        return refuse("\".\" is the group itself");
    }
    Ok(steps(trimmed))
}

/// The components of `path` that lead somewhere: none at all for `/`, `.` and the empty path.
pub fn steps(path: &str) -> Vec<&str> {
    path.split('/').filter(|s| !s.is_empty() && *s != ".").collect()
}

/// The address in a path that begins at an object without a name: `#0x` and the address of its header.
pub fn anonymous(path: &[u8]) -> Option<u64> {
    let first = path.split(|b| *b == b'/').next()?.strip_prefix(b"#0x")?;
    u64::from_str_radix(std::str::from_utf8(first).ok()?, 16).ok()
}

/// The path of the group that holds what `path` names, and the name.
pub fn split(path: &str) -> Result<(String, Vec<u8>)> {
    let mut components = components(path)?;
    let name = components.pop().unwrap_or_default().as_bytes().to_vec();
    if components.is_empty() && anonymous(path.as_bytes()).is_some() {
        return Err(Error::argument(format!("{path:?} names no link")));
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    Ok((format!("{root}{}", components.join("/")), name))
}

/// Checks the name of an attribute.
pub fn attribute(name: &str) -> Result<()> {
    if name.is_empty() || name.contains('\0') {
        return Err(Error::argument(format!(
            "{name:?} cannot name an attribute: names have text and no NUL"
        )));
    }
    Ok(())
}

/// The character set that a name is stored with: UTF-8 only where it says more than ASCII.
pub fn charset(name: &[u8]) -> CharacterSet {
    if name.is_ascii() { CharacterSet::Ascii } else { CharacterSet::Utf8 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_as_hdf5_does_it() {
        assert_eq!(components("/a//b/./c/").unwrap(), ["a", "b", "c"]);
        assert_eq!(components("..").unwrap(), [".."]);
        assert_eq!(steps("/"), [""; 0]);
        for bad in ["", "/", "//", ".", "a/.", "a/./", "a\0b"] {
            assert_eq!(components(bad).unwrap_err().kind(), crate::Kind::Argument, "{bad:?}");
        }
    }

    #[test]
    fn the_last_component_is_the_name() {
        let parts = |path| split(path).unwrap();
        assert_eq!(parts("/a//b/c/"), ("/a/b".into(), b"c".to_vec()));
        assert_eq!(parts("a"), (String::new(), b"a".to_vec()));
        assert_eq!(parts("#0x1f/a"), ("#0x1f".into(), b"a".to_vec()));
        assert_eq!(parts("/#0x1f"), ("/".into(), b"#0x1f".to_vec()));
        assert!(split("#0x1f").is_err());
        assert_eq!(anonymous(b"#0x1f/a"), Some(31));
        assert_eq!([anonymous(b"/#0x1f"), anonymous(b"#1f"), anonymous(b"a/#0x1f")], [None; 3]);
    }

    #[test]
    fn attribute_names() {
        assert!(attribute("a/b").is_ok());
        assert!(attribute("").is_err());
        assert!(attribute("a\0").is_err());
    }
}
