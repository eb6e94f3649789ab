//! Where elements of a virtual dataset are, for those who write them.

use super::DatasetParts;
use super::sources::{Piece, Source, pieces};
use super::vds::reframe;
use crate::error::{Error, Result};
use crate::object::header::ObjectHeader;
use crate::object::neighbour::Found;
use crate::select::Region;
use crate::storage::Medium;
use std::ops::Range;

/// The sources of a virtual dataset.
pub struct Through(Vec<Piece>);

/// Neighbours in a request that are neighbours in a piece of the dataset, too.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    /// Number of the first in the request.
    pub element: u64,
    /// And in the piece.
    number: u64,
    /// How many.
    pub len: u64,
}

/// Elements in their own dataset.
pub struct Own {
    /// The dataset.
    pub parts: DatasetParts,
    /// Runs of neighbours in one row: the place of the first, and how many.
    pub rows: Vec<(u64, u64)>,
    /// Which elements of the request these are: the number of each run's first.
    pub elements: Vec<u64>,
}

impl Through {
    /// Those of the dataset that `parts` are of.
    pub fn open(medium: &Medium, parts: &DatasetParts) -> Result<Through> {
        pieces(medium, &parts.layout, parts.dataspace.dims()).map(Through)
    }

    /// Names of file and dataset of each source.
    pub fn names(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.0.iter().map(|piece| (piece.file.clone(), piece.dataset.clone())).collect()
    }

    /// Which of the elements `range` of a request source number `source` has.
    pub fn common(&self, source: usize, request: &Region, range: Range<u64>) -> Result<Vec<Common>> {
        let Some(piece) = self.0.get(source) else { return Ok(Vec::new()) };
        let dims = request.dims();
        let (places, mut common) = (piece.places(dims), Vec::new());
        request.runs(range, &mut |place, n, element| {
            if place.saturating_add(n) <= places.start || place >= places.end {
                return Ok(());
            }
            let there = reframe(place, dims, piece.target.dims());
            piece.target.find(there, n, &mut |at, len, number| {
                common.push(Common {
                    element: element.saturating_add(at.saturating_sub(there)),
                    number,
                    len,
                });
                Ok(())
            })
        })?;
        Ok(common)
    }

    /// Where these elements are in source number `source`, which has this header in the file of the virtual dataset.
    ///
    /// Errors: `Argument` if some would be outside of it.
    pub fn own(
        &self,
        source: usize,
        medium: &Medium,
        header: ObjectHeader,
        common: &[Common],
    ) -> Result<Own> {
        let missing = || Error::argument("a source that is no dataset");
        let piece = self.0.get(source).ok_or_else(missing)?;
        let Source { parts, region, .. } =
            Source::open(medium, Found { medium: None, header }, piece)?.ok_or_else(missing)?;
        let dims = parts.dataspace.dims();
        let (mut rows, mut elements) = (Vec::new(), Vec::new());
        for Common { element, number, len } in common {
            region.runs(*number..number.saturating_add(*len), &mut |place, n, at| {
                let last = place.saturating_add(n.saturating_sub(1));
                if !is_within(place, region.dims(), dims) || !is_within(last, region.dims(), dims) {
                    return Err(Error::argument(
                        "elements outside of the dataset that they would be written to",
                    ));
                }
                rows.push((reframe(place, region.dims(), dims), n));
                elements.push(element.saturating_add(at.saturating_sub(*number)));
                Ok(())
            })?;
        }
        Ok(Own { parts, rows, elements })
    }
}

/// Whether a place in `frame` is one in `dims`, too.
fn is_within(place: u64, frame: &[u64], dims: &[u64]) -> bool {
    let mut rest = place;
    frame.iter().zip(dims).rev().all(|(frame, dim)| {
        let at = rest % (*frame).max(1);
        rest /= (*frame).max(1);
        at < *dim
    })
}
