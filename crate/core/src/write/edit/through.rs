//! Writing elements of virtual datasets: they go to the datasets whose elements they are, if these are in the same file.

use crate::error::{Error, Result};
use crate::format::length;
use crate::format::message::Layout;
use crate::layout::{DatasetParts, Through};
use crate::select::Region;
use crate::write::node::NodeId;
use crate::write::{Editor, Elements, Ready, raw};

/// Bytes of elements that are passed on at a time.
const BATCH: u64 = 8 << 20;
/// Through how many virtual datasets elements are passed on at most, one after the other.
const MOST_DEPTH: u32 = 16;
/// How often elements are passed on at most: from one virtual dataset to the next, or to several that have the same.
const MOST_PASSES: u64 = 16;

/// What may still be passed on.
struct Left {
    depth: u32,
    elements: u64,
}

impl Left {
    /// So many elements go into one more virtual dataset.
    fn enter(&mut self, elements: u64) -> Result<()> {
        let left = self.depth.checked_sub(1).zip(self.elements.checked_sub(elements));
        let Some((depth, elements)) = left else {
            return Err(Error::limit("virtual datasets within virtual datasets without end"));
        };
        *self = Left { depth, elements };
        Ok(())
    }

    fn leave(&mut self) {
        self.depth += 1;
    }
}

impl Editor {
    /// Writes elements of a dataset, or passes them on.
    pub(super) fn put(
        &mut self,
        id: NodeId,
        parts: &DatasetParts,
        region: &Region,
        elements: &mut dyn Elements,
    ) -> Result<()> {
        let mut left = Left { depth: MOST_DEPTH, elements: region.elements().saturating_mul(MOST_PASSES) };
        self.pass_on(id, parts, region, elements, &mut left)
    }

    /// The same, with what is left of what may be passed on.
    fn pass_on(
        &mut self,
        id: NodeId,
        parts: &DatasetParts,
        region: &Region,
        elements: &mut dyn Elements,
        left: &mut Left,
    ) -> Result<()> {
        if !matches!(parts.layout, Layout::Virtual { .. }) {
            let layout = raw::write(&mut self.out, parts, id.0, region, elements)?;
            return self.put_layout(id, layout);
        }
        left.enter(region.elements())?;
        let through = Through::open(&self.out.medium, parts)?;
        let step = (BATCH / u64::from(parts.datatype.size).max(1)).max(1);
        let (mut first, mut batch) = (0, Vec::new());
        while first < region.elements() {
            let n = step.min(region.elements() - first);
            batch.clear();
            elements.append(first, n, &mut batch)?;
            self.pass_batch(&through, parts, region, (first, &batch), left)?;
            first += n;
        }
        left.leave();
        Ok(())
    }

    fn pass_batch(
        &mut self,
        through: &Through,
        parts: &DatasetParts,
        region: &Region,
        (first, batch): (u64, &[u8]),
        left: &mut Left,
    ) -> Result<()> {
        let unit = length(parts.datatype.size.into())?.max(1);
        let count = (batch.len() / unit) as u64;
        let mut passed = 0u64;
        for (source, (file, dataset)) in through.names().iter().enumerate() {
            let common = through.common(source, region, first..first + count)?;
            if common.is_empty() {
                continue;
            }
            passed = common.iter().fold(passed, |sum, c| sum.saturating_add(c.len));
            if file != b"." {
                return Err(raw::virtually(&[(file.clone(), dataset.clone())]));
            }
            let id = self.stage.find(&self.out, &String::from_utf8_lossy(dataset))?;
            let header = raw::header(self.stage.node(id));
            let own = through.own(source, &self.out.medium, header, &common)?;
            if own.parts.datatype != parts.datatype {
                let name = String::from_utf8_lossy(dataset);
                let what = format!("writing through to {name:?}, whose elements are of another type");
                return Err(Error::unsupported(what));
            }
            let mut bytes = Vec::new();
            for ((_, n), element) in own.rows.iter().zip(&own.elements) {
                let from = length(element - first)? * unit;
                bytes.extend_from_slice(batch.get(from..from + length(*n)? * unit).unwrap_or(&[]));
            }
            let rows = Region::rows(&own.rows, own.parts.dataspace.dims())?;
            self.pass_on(id, &own.parts, &rows, &mut Ready::new(&bytes, parts.datatype.size), left)?;
        }
        if passed < count {
            return Err(Error::argument("elements of a virtual dataset that no other dataset has"));
        }
        Ok(())
    }
}
