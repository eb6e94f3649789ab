//! Dataspace message 0x0001: how many elements, in which shape.

use crate::error::{Error, Result};

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
            Extent::Simple { dims, .. } => dims
                .iter()
                .try_fold(1u64, |n, d| n.checked_mul(*d))
                .ok_or_else(|| Error::malformed("more than 2^64 elements")),
        }
    }
}
