//! Elements in external files: ranges of them, one after another.

use super::in_memory;
use crate::error::{Error, Kind, Result};
use crate::object::header::ExternalFile;
use crate::storage::{Medium, Storage};
use std::ops::Range;
use std::rc::Rc;

/// Ranges of other files as one storage.
struct Joined {
    parts: Vec<Part>,
    len: u64,
}

struct Part {
    name: String,
    /// `None`: there is no such file.
    file: Option<Rc<Medium>>,
    /// First byte there.
    offset: u64,
    /// Its bytes in the whole.
    range: Range<u64>,
}

/// The bytes of a dataset whose elements are in `files`, as a file of its own.
pub(super) fn open(home: &Medium, files: &[ExternalFile]) -> Result<Medium> {
    let mut parts = Vec::with_capacity(files.len());
    let mut at = 0u64;
    for ExternalFile { name, offset, size } in files {
        let name = String::from_utf8_lossy(name).into_owned();
        let file = home.neighbours.bytes(&name, home)?;
        let end = at.saturating_add(size.unwrap_or(u64::MAX));
        parts.push(Part { name, file, offset: *offset, range: at..end });
        at = end;
    }
    let storage = Box::new(Joined { parts, len: at });
    Ok(Medium::new(storage, home.limits.clone()))
}

impl Joined {
    /// The parts that overlap `range`: of each the bytes of the whole, and where they begin in its file.
    fn overlapping(&self, range: Range<u64>) -> impl Iterator<Item = (&Part, Range<u64>, u64)> {
        self.parts.iter().filter_map(move |part| {
            let (from, to) = (part.range.start.max(range.start), part.range.end.min(range.end));
            let there = part.offset.saturating_add(from.saturating_sub(part.range.start));
            (from < to).then_some((part, from..to, there))
        })
    }
}

impl Storage for Joined {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        for (part, range, there) in self.overlapping(at..at.saturating_add(buf.len() as u64)) {
            let Some(file) = &part.file else {
                let what = format!("the external file {:?} is not at hand", part.name);
                return Err(Error::new(Kind::NotFound, what));
            };
            let (from, to) = (in_memory(range.start - at)?, in_memory(range.end - at)?);
            let Some(out) = buf.get_mut(from..to) else { continue };
            // What is beyond the end of a file was never written.
            let has = file.storage_len().saturating_sub(there).min(out.len() as u64);
            let (stored, rest) = out.split_at_mut(in_memory(has)?);
            rest.fill(0);
            if !stored.is_empty() {
                file.storage().read_at(there, stored)?;
            }
        }
        Ok(())
    }

    fn want(&self, ranges: &[Range<u64>]) -> Result<()> {
        let mut missing: Option<Error> = None;
        for range in ranges {
            for (part, range, there) in self.overlapping(range.clone()) {
                let Some(file) = &part.file else { continue };
                let end = there.saturating_add(range.end - range.start).min(file.storage_len());
                if there >= end {
                    continue;
                }
                match file.storage().want(std::slice::from_ref(&(there..end))) {
                    Err(e) if e.is_pending() => {
                        missing = Some(match missing {
                            Some(first) => first.and(e),
                            None => e,
                        });
                    }
                    result => result?,
                }
            }
        }
        missing.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::storage::{Elsewhere, Memory, Neighbours};

    struct Files;
    impl Elsewhere for Files {
        fn find(&self, from: u32, name: &str) -> Result<Option<(u32, Box<dyn Storage>)>> {
            assert_eq!(from, 0);
            let bytes: &[u8] = match name {
                "a" => b"0123456789",
                "b" => b"abc",
                _ => return Ok(None),
            };
            Ok(Some((1, Box::new(Memory::new(bytes.to_vec())))))
        }
    }

    #[test]
    fn ranges_one_after_another() {
        let mut home = Medium::new(Box::new(Memory::default()), Limits::default());
        let slot = |name: &[u8], offset, size| ExternalFile { name: name.to_vec(), offset, size };
        let slots =
            [slot(b"a", 2, Some(4)), slot(b"b", 1, Some(4)), slot(b"none", 0, Some(2)), slot(b"a", 0, None)];
        let read = |medium: &Medium, at, n| {
            let mut buf = vec![b'?'; n];
            medium.storage().read_at(at, &mut buf).map(|()| buf)
        };
        let nothing = open(&home, &slots).unwrap();
        assert_eq!(read(&nothing, 0, 1).unwrap_err().kind(), Kind::NotFound);
        home.neighbours = Neighbours::new(Rc::new(Files));
        let medium = open(&home, &slots).unwrap();
        assert_eq!(read(&medium, 0, 8).unwrap(), b"2345bc\0\0");
        assert_eq!(read(&medium, 3, 2).unwrap(), b"5b");
        assert_eq!(read(&medium, 10, 12).unwrap(), b"0123456789\0\0");
        assert!(read(&medium, 7, 2).unwrap_err().to_string().contains("none"));
    }
}
