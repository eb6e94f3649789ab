//! Fill values on their way into storage.

use super::output::Output;
use super::spec::{DatasetSpec, Fill};
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::length;
use crate::format::message::FillStatus;
use crate::layout::DatasetParts;
use crate::value::{self, Column, store};

/// Makes elements that are the fill value.
pub(super) enum Filler {
    /// The same bytes each.
    Same(Vec<u8>),
    /// One native value, of which each element has its own copies in the global heap: who overwrites an element may
    /// give them back.
    Own(Datatype, Column),
}

impl Filler {
    /// The fill value of a new dataset: as its message has it, and for its storage.
    pub fn of(out: &mut Output, spec: &DatasetSpec) -> Result<(FillStatus, Filler)> {
        let zeros = || Ok(Filler::Same(vec![0; length(spec.datatype.size.into())?]));
        match &spec.fill {
            Fill::Zeros => Ok((FillStatus::Default, zeros()?)),
            Fill::Undefined => Ok((FillStatus::Undefined, zeros()?)),
            Fill::Bytes(bytes) => Ok((FillStatus::User(bytes.clone()), Filler::Same(bytes.clone()))),
            Fill::Value(column) => {
                let filler = Filler::Own(spec.datatype.clone(), column.clone());
                let mut element = Vec::new();
                filler.append(out, 1, &mut element).map_err(|e| e.within("fill value"))?;
                let status = FillStatus::User(element.clone());
                let filler = if spec.datatype.uses_heap() { filler } else { Filler::Same(element) };
                Ok((status, filler))
            }
        }
    }

    /// The fill value of a dataset that is in the file.
    pub fn of_parts(out: &Output, parts: &DatasetParts) -> Result<Filler> {
        let unit = length(parts.datatype.size.into())?;
        let value = match &parts.fill.status {
            FillStatus::User(value) if value.len() == unit => value,
            FillStatus::User(value) if !value.is_empty() => {
                let what = format!("fill value of {} bytes for elements of {unit}", value.len());
                return Err(Error::malformed(what).within("fill value"));
            }
            _ => return Ok(Filler::Same(vec![0; unit])),
        };
        if !parts.datatype.uses_heap() || value.iter().all(|b| *b == 0) {
            return Ok(Filler::Same(value.clone()));
        }
        let mut state = HeapState::default();
        let column = value::decode(&parts.datatype, value, &mut HeapCache::new(&out.medium, &mut state));
        Ok(Filler::Own(parts.datatype.clone(), column.map_err(|e| e.within("fill value"))?))
    }

    /// Whether the elements are zero bytes.
    pub fn is_zero(&self) -> bool {
        matches!(self, Filler::Same(element) if element.iter().all(|b| *b == 0))
    }

    /// Appends `n` elements.
    pub fn append(&self, out: &mut Output, n: u64, bytes: &mut Vec<u8>) -> Result<()> {
        match self {
            Filler::Same(element) => super::cut::repeat(element, n, bytes),
            Filler::Own(datatype, column) => {
                let mut heap = |object: &[u8]| out.put_in_heap(object);
                (0..n).try_for_each(|_| store::store(datatype, column, 0..1, &mut heap, bytes))
            }
        }
    }
}
