//! NumPy's spelling of datatypes, both directions: `"<f8"`, `"int16"`, `"bool"`, `"S10"`, `"string"` …

use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, CharacterSet, Class, Datatype, FloatLayout, Member, StringPadding};

/// The datatype that `text` names.
///
/// | text | datatype |
/// |---|---|
/// | `<i4` `>u8` `\|u1` `=i2` `i4`, `int8` … `uint64` | integers of 1, 2, 4 or 8 bytes |
/// | `<f8` `>f4` `f2`, `float16` `float32` `float64` | IEEE floats |
/// | `bool`, `\|b1`, `?` | h5py's boolean: an enumeration FALSE, TRUE of 8-bit integers |
/// | `S10`, `\|S10` | 10 bytes of ASCII, padded with NULs |
/// | `V16` | 16 opaque bytes |
/// | `c8` `c16`, `complex64` `complex128` | h5py's complex number: a compound of `r` and `i` |
/// | `string`, `str` | text of any length, UTF-8 |
/// | `bytes` | text of any length, ASCII |
pub fn parse(text: &str) -> Result<Datatype> {
    if let Some(named) = named(text) {
        return Ok(named);
    }
    let unknown = || Error::argument(format!("no datatype is called {text:?}"));
    let (order, rest) = match text.chars().next() {
        Some('<' | '=' | '|') => (ByteOrder::Little, &text[1..]),
        Some('>') => (ByteOrder::Big, &text[1..]),
        _ => (ByteOrder::Little, text),
    };
    let kind = rest.chars().next().filter(char::is_ascii).ok_or_else(unknown)?;
    let digits = &rest[1..];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(match kind {
            'S' | 'a' | 'V' if digits.is_empty() => {
                Error::argument(format!("datatype {text:?} needs its length, as in \"{kind}10\""))
            }
            'U' => {
                Error::argument("text of fixed width has no HDF5 type: use \"string\" or \"S\" and a length")
            }
            _ => unknown(),
        });
    }
    let size: u32 = digits.parse().map_err(|_| unknown())?;
    sized(kind, size, order).ok_or_else(unknown)
}

fn named(text: &str) -> Option<Datatype> {
    let vlen = |charset| Datatype {
        size: 16,
        class: Class::VlenString { padding: StringPadding::NullTerminated, charset },
    };
    match text {
        "bool" | "?" | "|b1" | "b1" => Some(boolean()),
        "string" | "str" => Some(vlen(CharacterSet::Utf8)),
        "bytes" => Some(vlen(CharacterSet::Ascii)),
        "float" => Datatype::float(8),
        "int" => Some(Datatype::integer(8, true)),
        "complex64" => complex(8, ByteOrder::Little),
        "complex128" => complex(16, ByteOrder::Little),
        _ => {
            let bits = |prefix| text.strip_prefix(prefix)?.parse::<u32>().ok().filter(|n| n % 8 == 0);
            let little = ByteOrder::Little;
            (bits("int").and_then(|n| sized('i', n / 8, little)))
                .or_else(|| bits("uint").and_then(|n| sized('u', n / 8, little)))
                .or_else(|| bits("float").and_then(|n| sized('f', n / 8, little)))
        }
    }
}

fn sized(kind: char, size: u32, order: ByteOrder) -> Option<Datatype> {
    match kind {
        'i' | 'u' if matches!(size, 1 | 2 | 4 | 8) => {
            let mut datatype = Datatype::integer(size, kind == 'i');
            if let Class::Integer { order: o, .. } = &mut datatype.class {
                *o = if size == 1 { ByteOrder::Little } else { order };
            }
            Some(datatype)
        }
        'f' => float(size, order),
        'c' => complex(size, order),
        'S' | 'a' if size > 0 => Some(Datatype {
            size,
            class: Class::String { padding: StringPadding::NullPadded, charset: CharacterSet::Ascii },
        }),
        'V' if size > 0 => Some(Datatype { size, class: Class::Opaque { tag: Vec::new() } }),
        _ => None,
    }
}

fn float(size: u32, order: ByteOrder) -> Option<Datatype> {
    let mut datatype = Datatype::float(size)?;
    if let Class::Float { order: o, .. } = &mut datatype.class {
        *o = order;
    }
    Some(datatype)
}

fn complex(size: u32, order: ByteOrder) -> Option<Datatype> {
    let half = float(size / 2, order).filter(|_| size.is_multiple_of(2))?;
    let member = |name: &[u8], offset| Member { name: name.to_vec(), offset, datatype: half.clone() };
    Some(Datatype { size, class: Class::Compound { members: vec![member(b"r", 0), member(b"i", size / 2)] } })
}

/// h5py's boolean: an enumeration of signed 8-bit integers, FALSE = 0 and TRUE = 1.
pub fn boolean() -> Datatype {
    Datatype {
        size: 1,
        class: Class::Enum {
            base: Box::new(Datatype::integer(1, true)),
            members: vec![(b"FALSE".to_vec(), vec![0]), (b"TRUE".to_vec(), vec![1])],
        },
    }
}

/// A compound of these members, one after the other without holes.
pub fn packed(members: impl IntoIterator<Item = (Vec<u8>, Datatype)>) -> Result<Datatype> {
    let mut size = 0u32;
    let members: Vec<Member> = members
        .into_iter()
        .map(|(name, datatype)| {
            let offset = size;
            size = size
                .checked_add(datatype.size)
                .ok_or_else(|| Error::argument("a compound of more than 4 GiB"))?;
            Ok(Member { name, offset, datatype })
        })
        .collect::<Result<_>>()?;
    Ok(Datatype { size, class: Class::Compound { members } })
}

impl std::str::FromStr for Datatype {
    type Err = Error;

    /// See [`parse`].
    fn from_str(text: &str) -> Result<Datatype> {
        parse(text)
    }
}

impl Datatype {
    /// A compound of these members, one after the other without holes.
    pub fn compound(members: impl IntoIterator<Item = (Vec<u8>, Datatype)>) -> Datatype {
        let mut size = 0u32;
        let each = |(name, datatype): (Vec<u8>, Datatype)| {
            let offset = size;
            // One that is too large is refused where it is used.
            size = size.saturating_add(datatype.size);
            Member { name, offset, datatype }
        };
        let members = members.into_iter().map(each).collect();
        Datatype { size, class: Class::Compound { members } }
    }
}

/// The text that [`parse`] turns into `datatype`, if there is one that says it all.
pub fn name(datatype: &Datatype) -> Option<String> {
    let prefix = |order| match order {
        _ if datatype.size == 1 => "|",
        ByteOrder::Big => ">",
        _ => "<",
    };
    let text = match &datatype.class {
        Class::Integer { order, signed, .. } => {
            format!("{}{}{}", prefix(*order), if *signed { 'i' } else { 'u' }, datatype.size)
        }
        Class::Float { order, layout: FloatLayout { .. } } => format!("{}f{}", prefix(*order), datatype.size),
        Class::String { .. } => format!("S{}", datatype.size),
        Class::Opaque { .. } => format!("V{}", datatype.size),
        Class::Enum { .. } => "bool".into(),
        Class::VlenString { charset: CharacterSet::Utf8, .. } => "string".into(),
        Class::VlenString { .. } => "bytes".into(),
        _ => return None,
    };
    // The text stands for exactly one type; anything that differs in a detail has no name.
    (parse(&text).ok()? == *datatype).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back() {
        for text in [
            "|i1", "|u1", "<i2", ">i2", "<u4", ">u8", "<f2", ">f4", "<f8", "bool", "S1", "S10", "V7",
            "string", "bytes",
        ] {
            assert_eq!(name(&parse(text).unwrap()).as_deref(), Some(text));
        }
    }

    #[test]
    fn other_spellings() {
        for (other, text) in [
            ("int8", "|i1"),
            ("uint64", "<u8"),
            ("float16", "<f2"),
            ("float32", "<f4"),
            ("=i4", "<i4"),
            ("i4", "<i4"),
            ("<u1", "|u1"),
            (">u1", "|u1"),
            ("?", "bool"),
            ("|S3", "S3"),
            ("str", "string"),
        ] {
            assert_eq!(parse(other).unwrap(), parse(text).unwrap(), "{other}");
        }
        assert_eq!(parse("c16").unwrap(), parse("complex128").unwrap());
    }

    #[test]
    fn what_is_no_datatype() {
        for text in
            ["", "<", "i3", "<f3", "S0", "S", "U5", "int7", "int", "é4", "<é", "f4x", "i99999999999", "int12"]
        {
            let result = parse(text);
            match text {
                "int" => assert!(result.is_ok()),
                _ => assert_eq!(result.unwrap_err().kind(), crate::Kind::Argument, "{text}"),
            }
        }
    }

    #[test]
    fn a_type_that_differs_in_a_detail_has_no_name() {
        let mut odd = Datatype::integer(4, true);
        if let Class::Integer { precision, .. } = &mut odd.class {
            *precision = 12;
        }
        assert_eq!(name(&odd), None);
        assert_eq!(name(&parse("c8").unwrap()), None);
    }
}
