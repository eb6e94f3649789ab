//! Elements of a small shape where those of a larger one are wanted, by NumPy's rules.

use super::elements::Elements;
use crate::error::{Error, Result};
use crate::format::length;

/// Elements that are repeated along some dimensions.
pub struct Broadcast<'a> {
    elements: &'a mut dyn Elements,
    /// Dimensions that are stepped through, outermost first: extent, and what a step is in the elements that there
    /// are, 0 where they are repeated.
    outer: Vec<(u64, u64)>,
    /// Neighbours that are taken together.
    inner: u64,
    element_size: usize,
}

impl<'a> Broadcast<'a> {
    /// `elements` of `element_size` bytes each have the shape `from` and are wanted in the shape `to`: dimensions are
    /// matched from the last one on, and those of extent 1, or that are not there, are repeated.
    ///
    /// Errors: `Argument` if the shapes do not match.
    pub fn new(
        elements: &'a mut dyn Elements,
        element_size: u32,
        from: &[u64],
        to: &[u64],
    ) -> Result<Broadcast<'a>> {
        let more = from.len().saturating_sub(to.len());
        let (superfluous, shape) = from.split_at(more);
        let given = shape.iter().rev().copied().chain(std::iter::repeat(1));
        let matches = |(n, wanted): (u64, &u64)| n == *wanted || n == 1;
        if superfluous.iter().any(|n| *n != 1) || !given.clone().zip(to.iter().rev()).all(matches) {
            return Err(Error::argument(format!("values of shape {from:?} for elements of shape {to:?}")));
        }
        let (mut outer, mut inner, mut step) = (Vec::new(), 1u64, 1u64);
        for (n, wanted) in given.zip(to.iter().rev()) {
            if n == *wanted && outer.is_empty() {
                inner = inner.saturating_mul(n);
            } else {
                outer.push((*wanted, if n == 1 { 0 } else { step }));
            }
            step = step.saturating_mul(n);
        }
        outer.reverse();
        Ok(Broadcast { elements, outer, inner, element_size: length(element_size.into())? })
    }

    /// The first of the elements that block number `block` is made of.
    fn origin(&self, mut block: u64) -> u64 {
        let mut origin = 0;
        for (extent, step) in self.outer.iter().rev() {
            let extent = extent.max(&1);
            origin += block % extent * step;
            block /= extent;
        }
        origin
    }
}

impl Elements for Broadcast<'_> {
    fn append(&mut self, first: u64, count: u64, out: &mut Vec<u8>) -> Result<()> {
        if self.outer.is_empty() {
            return self.elements.append(first, count, out);
        }
        let end = first.checked_add(count).ok_or_else(|| Error::argument("more than 2^64 elements"))?;
        let mut at = first;
        while at < end && self.inner > 0 {
            let (block, within) = (at / self.inner, at % self.inner);
            let n = (self.inner - within).min(end - at);
            let start = out.len();
            self.elements.append(self.origin(block) + within, n, out)?;
            at += n;
            if let (Some((extent, 0)), true) = (self.outer.last(), n == self.inner) {
                // The same again, as often as it follows.
                let times = (extent.max(&1) - 1 - block % extent.max(&1)).min((end - at) / self.inner);
                let bytes = length(n)?.saturating_mul(self.element_size);
                if out.len() != start + bytes {
                    return Err(Error::argument("elements of another size"));
                }
                repeat(out, start, bytes, length(times)?)?;
                at += times * self.inner;
            }
        }
        Ok(())
    }

    fn ready(&self) -> Option<&[u8]> {
        if self.outer.is_empty() { self.elements.ready() } else { None }
    }
}

/// Appends the `len` bytes from `from` on, which are the last ones, `times` times.
fn repeat(out: &mut Vec<u8>, from: usize, len: usize, times: usize) -> Result<()> {
    let total = len.checked_mul(times).ok_or_else(|| Error::limit("elements beyond memory"))?;
    let end = out.len() + total;
    while out.len() < end {
        let n = (out.len() - from).min(end - out.len());
        out.extend_from_within(from..from + n);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::elements::Ready;
    use super::*;

    fn all(from: &[u64], to: &[u64]) -> Result<Vec<u8>> {
        let n: u64 = from.iter().product();
        let bytes: Vec<u8> = (0..n).flat_map(|i| [i as u8, 100]).collect();
        let mut ready = Ready::new(&bytes, 2);
        let mut broadcast = Broadcast::new(&mut ready, 2, from, to)?;
        let total: u64 = to.iter().product();
        let mut whole = Vec::new();
        broadcast.append(0, total, &mut whole)?;
        // In pieces of any size they are the same.
        for piece in 1..=total {
            let mut parts = Vec::new();
            for first in (0..total).step_by(piece as usize) {
                broadcast.append(first, piece.min(total - first), &mut parts)?;
            }
            assert_eq!(parts, whole, "{from:?} {to:?} {piece}");
        }
        Ok(whole.chunks(2).map(|c| c[0]).collect())
    }

    #[test]
    fn as_numpy_does_it() {
        assert_eq!(all(&[], &[2, 2]).unwrap(), [0; 4]);
        assert_eq!(all(&[1], &[3]).unwrap(), [0; 3]);
        assert_eq!(all(&[3], &[2, 3]).unwrap(), [0, 1, 2, 0, 1, 2]);
        assert_eq!(all(&[2, 1], &[2, 3]).unwrap(), [0, 0, 0, 1, 1, 1]);
        assert_eq!(all(&[2, 3], &[2, 3]).unwrap(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(all(&[1, 1, 2], &[2]).unwrap(), [0, 1]);
        assert_eq!(all(&[2, 1, 2], &[2, 2, 2]).unwrap(), [0, 1, 0, 1, 2, 3, 2, 3]);
        assert_eq!(all(&[2, 1, 2], &[2, 2, 2, 2]).unwrap(), [0, 1, 0, 1, 2, 3, 2, 3].repeat(2));
        assert_eq!(
            all(&[2, 1, 1, 2], &[2, 2, 2, 2]).unwrap(),
            [0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3]
        );
        assert_eq!(all(&[1], &[0]).unwrap(), []);
        assert_eq!(all(&[], &[]).unwrap(), [0]);
        for (from, to) in [(&[2][..], &[3][..]), (&[2, 3], &[3]), (&[3], &[3, 2]), (&[0], &[2])] {
            assert!(all(from, to).is_err(), "{from:?} {to:?}");
        }
    }
}
