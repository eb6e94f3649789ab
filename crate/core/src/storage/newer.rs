//! Pieces of metadata that are newer than what the file has at their addresses.

use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::order;

/// Pieces that do not overlap, by address.
#[derive(Clone, Debug, Default)]
pub struct Newer(Vec<(Addr, Vec<u8>)>);

fn end(piece: &(Addr, Vec<u8>)) -> u64 {
    piece.0.0.saturating_add(piece.1.len() as u64)
}

impl Newer {
    /// These pieces, in any order.
    pub fn new(mut pieces: Vec<(Addr, Vec<u8>)>) -> Result<Self> {
        order::sort_by_key(&mut pieces, |(at, _)| *at);
        let mut pairs = pieces.iter().zip(pieces.iter().skip(1));
        if pairs.any(|(a, b)| end(a) > b.0.0) {
            return Err(Error::malformed("pieces of metadata that overlap"));
        }
        Ok(Newer(pieces))
    }

    /// All of them, by address.
    pub fn pieces(&self) -> &[(Addr, Vec<u8>)] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces what is newer in `buf`, which starts at `addr`.
    pub fn cover(&self, buf: &mut [u8], addr: Addr) {
        let first = self.0.partition_point(|piece| end(piece) <= addr.0);
        for (at, bytes) in self.0.iter().skip(first) {
            let (to, from) = (at.0.saturating_sub(addr.0), addr.0.saturating_sub(at.0));
            let (Ok(to), Ok(from)) = (usize::try_from(to), usize::try_from(from)) else { return };
            let Some(to) = buf.get_mut(to..).filter(|to| !to.is_empty()) else { return };
            to.iter_mut().zip(bytes.iter().skip(from)).for_each(|(old, new)| *old = *new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_any_part() {
        let newer = Newer::new(vec![(Addr(18), vec![8, 9, 10]), (Addr(4), vec![1, 2, 3])]).unwrap();
        let mut whole = vec![0; 20];
        newer.cover(&mut whole, Addr(0));
        assert_eq!(whole, [0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 9]);
        for from in 0..20 {
            for to in from..20 {
                let mut part = vec![0; to - from];
                newer.cover(&mut part, Addr(from as u64));
                assert_eq!(part, whole[from..to]);
            }
        }
    }

    #[test]
    fn overlapping_pieces_are_refused() {
        assert!(Newer::new(vec![(Addr(4), vec![0; 3]), (Addr(6), vec![0; 1])]).is_err());
        assert!(Newer::new(vec![(Addr(u64::MAX), vec![0; 3]), (Addr(6), vec![0; 1])]).is_ok());
    }
}
