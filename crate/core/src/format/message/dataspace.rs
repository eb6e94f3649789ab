//! Dataspace message 0x0001: how many elements, in which shape.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver, fit};

/// The largest rank there is.
pub const MAX_RANK: u8 = 32;

/// Null, scalar or n-dimensional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// No elements at all, but a type.
    Null,
    /// One element, rank 0.
    Scalar,
    /// `dims.len()` dimensions, 1 to 32.
    Simple {
        /// Current extents.
        dims: Vec<u64>,
        /// Maximum extents, `None` = unlimited. `None` for the whole list: not stored, equal to `dims`.
        max: Option<Vec<Option<u64>>>,
    },
}

/// A dataspace message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataspace {
    /// What it says.
    pub extent: Extent,
}

impl Dataspace {
    /// A dataspace of these extents that cannot grow; none at all is the scalar one.
    pub fn simple(dims: Vec<u64>) -> Self {
        let extent = if dims.is_empty() { Extent::Scalar } else { Extent::Simple { dims, max: None } };
        Dataspace { extent }
    }

    /// Decodes versions 1 and 2.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("dataspace")
    }
    /// Current extents; empty for scalar and null.
    pub fn dims(&self) -> &[u64] {
        match &self.extent {
            Extent::Simple { dims, .. } => dims,
            _ => &[],
        }
    }

    /// Maximum extents, `None` = unlimited; equal to the current ones where none are stored.
    pub fn max_dims(&self) -> Vec<Option<u64>> {
        match &self.extent {
            Extent::Simple { max: Some(max), .. } => max.clone(),
            Extent::Simple { dims, max: None } => dims.iter().map(|d| Some(*d)).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether this is the null dataspace.
    pub fn is_null(&self) -> bool {
        self.extent == Extent::Null
    }

    /// Elements: 0 for null, 1 for scalar, else the product, which must fit into 64 bits.
    pub fn elements(&self) -> Result<u64> {
        match &self.extent {
            Extent::Null => Ok(0),
            Extent::Scalar => Ok(1),
            Extent::Simple { dims, .. } if dims.contains(&0) => Ok(0),
            Extent::Simple { dims, .. } => dims
                .iter()
                .try_fold(1u64, |n, d| n.checked_mul(*d))
                .ok_or_else(|| Error::limit("more than 2^64 elements")),
        }
    }
}

fn decode(r: &mut Reader) -> Result<Dataspace> {
    let at = r.address();
    let bad = |what: String| Err(Error::malformed(what).at(at));
    let version = r.u8()?;
    let rank = r.u8()?;
    let flags = r.u8()?;
    let kind = r.u8()?;
    match version {
        1 => r.skip(4)?,
        2 if kind > 2 => return bad(format!("dataspace of type {kind}")),
        2 => {}
        _ => return Err(Error::unsupported(format!("dataspace version {version}")).at(at)),
    }
    if rank > MAX_RANK {
        return bad(format!("rank {rank}"));
    }
    // Some files call a space without dimensions simple: it has one element all the same.
    let extent = match (version, kind, rank) {
        (2, 2, 0) => Extent::Null,
        (2, 0 | 2, 1..) => return bad(format!("dataspace of type {kind} with rank {rank}")),
        (_, _, 0) => Extent::Scalar,
        _ => {
            let dims = (0..rank).map(|_| r.len()).collect::<Result<Vec<_>>>()?;
            let max = match flags & 1 {
                0 => None,
                _ => Some((0..rank).map(|_| r.len_or_unlimited()).collect::<Result<Vec<_>>>()?),
            };
            let beyond = |(d, m): (&u64, &Option<u64>)| m.is_some_and(|m| *d > m);
            if max.as_ref().is_some_and(|max| dims.iter().zip(max).any(beyond)) {
                return bad("a dimension is larger than its maximum".into());
            }
            Extent::Simple { dims, max }
        }
    };
    // Sparse chunked datasets may have more elements than 64 bits count: who needs their number asks for it.
    Ok(Dataspace { extent })
}

impl Encode for Dataspace {
    fn encode(&self, w: &mut Writer, low: Libver) -> Result<()> {
        self.encode_as(w, if low == Libver::Earliest { 1 } else { 2 })
    }
}

impl Dataspace {
    /// Encodes as this version of the message, or a newer one if that cannot say it.
    pub fn encode_as(&self, w: &mut Writer, version: u8) -> Result<()> {
        let (kind, dims, max): (u8, &[u64], &[Option<u64>]) = match &self.extent {
            Extent::Null => (2, &[], &[]),
            Extent::Scalar => (0, &[], &[]),
            Extent::Simple { dims, max } => (1, dims, max.as_deref().unwrap_or(&[])),
        };
        let rank: u8 = fit(dims.len(), "the rank")?;
        if rank > MAX_RANK || !(max.is_empty() || max.len() == dims.len()) {
            return Err(Error::argument(format!("rank {rank} with {} maximum dimensions", max.len())));
        }
        // Version 1 has no way to say "null".
        let version = if version <= 1 && kind != 2 { 1 } else { 2 };
        w.u8(version).u8(rank).u8(u8::from(!max.is_empty()));
        match version {
            1 => w.zeros(5),
            _ => w.u8(kind),
        };
        for d in dims {
            w.length(*d);
        }
        for m in max {
            w.length_or_unlimited(*m);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, encoded, round_trip};

    #[test]
    fn both_versions_of_every_extent() {
        let spaces = [
            Extent::Scalar,
            Extent::Null,
            Extent::Simple { dims: vec![3, 0, 70_000], max: None },
            Extent::Simple { dims: vec![3, 4], max: Some(vec![Some(7), None]) },
        ];
        for extent in spaces {
            for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 4 }] {
                for low in [Libver::Earliest, Libver::V18] {
                    round_trip(&Dataspace { extent: extent.clone() }, Dataspace::decode, ctx, low);
                }
            }
        }
    }

    #[test]
    fn bytes_of_the_reference_library() {
        let v1 = [1, 1, 1, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
        let space = decoded(&v1, Dataspace::decode).unwrap();
        assert_eq!(space.extent, Extent::Simple { dims: vec![5], max: Some(vec![None]) });
        assert_eq!(encoded(&space, Libver::Earliest), v1);
        let scalar = decoded(&[1, 0, 0, 0, 0, 0, 0, 0], Dataspace::decode).unwrap();
        assert_eq!(scalar.extent, Extent::Scalar);
        assert_eq!(decoded(&[2, 0, 0, 1], Dataspace::decode).unwrap().extent, Extent::Scalar);
        assert_eq!(decoded(&[2, 0, 0, 2], Dataspace::decode).unwrap().extent, Extent::Null);
    }

    #[test]
    fn lies_are_caught() {
        assert!(decoded(&[1, 33, 0, 0, 0, 0, 0, 0], Dataspace::decode).is_err());
        assert!(decoded(&[3, 0, 0, 0], Dataspace::decode).is_err());
        assert!(decoded(&[2, 1, 0, 1, 1], Dataspace::decode).is_err());
    }

    #[test]
    fn more_elements_than_are_counted() {
        let mut huge = vec![2, 2, 0, 1];
        huge.extend([0xff; 15]);
        huge.push(0x7f);
        let huge = decoded(&huge, Dataspace::decode).unwrap();
        assert_eq!(huge.dims(), [u64::MAX, u64::MAX >> 1]);
        assert!(huge.elements().is_err());
        assert_eq!(Dataspace::simple(vec![u64::MAX, u64::MAX, 0]).elements().unwrap(), 0);
    }
}
