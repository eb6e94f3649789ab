//! Several files as one: what the family driver cut apart, or what the multi and split drivers spread out.

use super::{Files, Storage};
use crate::error::{Error, Result};

/// Kinds of memory.
const TYPES: usize = 6;

/// Files one behind the other.
pub struct Joined {
    files: Vec<Box<dyn Storage>>,
    sizes: Vec<u64>,
    multi: bool,
}

impl Joined {
    /// The members of a family, in their order.
    pub fn family(members: Vec<Box<dyn Storage>>) -> Self {
        let sizes = members.iter().map(|f| f.len()).collect();
        Joined { files: members, sizes, multi: false }
    }

    /// Adds a member that has come since.
    pub fn push(&mut self, member: Box<dyn Storage>) {
        self.sizes.push(member.len());
        self.files.push(member);
    }

    /// The files of a set in the order of [`multi`](crate::format::multi), empty storages where there is none.
    pub fn multi(files: [Box<dyn Storage>; TYPES]) -> Self {
        Joined { multi: true, ..Joined::family(files.into()) }
    }
}

impl Storage for Joined {
    fn len(&self) -> u64 {
        self.sizes.iter().fold(0, |n, size| n.saturating_add(*size))
    }

    fn files(&self) -> Files<'_> {
        if self.multi { Files::Multi(&self.sizes) } else { Files::Family(&self.sizes) }
    }

    fn refresh(&mut self) {
        self.files.iter_mut().for_each(|file| file.refresh());
        self.sizes = self.files.iter().map(|file| file.len()).collect();
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let end = at.checked_add(buf.len() as u64).filter(|end| *end <= self.len());
        let end = end.ok_or_else(|| Error::io("read past the end of the file").at(at))?;
        let (mut begin, mut rest) = (0u64, buf);
        for (file, size) in self.files.iter().zip(&self.sizes) {
            let next = begin.saturating_add(*size);
            let (from, to) = (at.max(begin), end.min(next));
            if from < to {
                let n = usize::try_from(to - from).unwrap_or(usize::MAX);
                let (now, later) = std::mem::take(&mut rest).split_at_mut(n);
                file.read_at(from - begin, now)?;
                rest = later;
            }
            begin = next;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Memory;

    #[test]
    fn reads_across_files() {
        let bytes: Vec<u8> = (0..100).collect();
        let files = [&bytes[..30], &[], &bytes[30..31], &bytes[31..]];
        let joined = Joined::family(
            files.iter().map(|f| Box::new(Memory::new(f.to_vec())) as Box<dyn Storage>).collect(),
        );
        assert_eq!((joined.len(), joined.files()), (100, Files::Family(&[30, 0, 1, 69])));
        for from in 0..100 {
            for to in from..=100 {
                let mut buf = vec![0; to - from];
                joined.read_at(from as u64, &mut buf).unwrap();
                assert_eq!(buf, bytes[from..to]);
            }
        }
        assert!(joined.read_at(99, &mut [0; 2]).is_err());
        assert!(joined.read_at(u64::MAX, &mut [0; 2]).is_err());
    }
}
