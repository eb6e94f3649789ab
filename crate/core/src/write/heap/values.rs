//! Values whose elements are in the global heap, when nothing leads to them any more.

use crate::bytes::Reader;
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::Result;
use crate::format::datatype::{Class, Datatype};
use crate::format::heap::global::{HeapId, Objects};
use crate::write::output::Output;

/// Removes the objects that elements, as they are in the file, have in the global heap. What the heap does not have is
/// left out: damaged values can be overwritten. What references have there stays: libhdf5's copies within a file share it.
pub(in crate::write) fn release_values(out: &mut Output, datatype: &Datatype, elements: &[u8]) -> Result<()> {
    if !datatype.varies() {
        return Ok(());
    }
    let mut found = Vec::new();
    let mut state = HeapState::default();
    let mut walk = Walk { out, state: &mut state, found: &mut found };
    walk.each(datatype, elements)?;
    found.into_iter().try_for_each(|id| unless_pending(out.remove_from_heap(id)).map(drop))
}

/// Errors are nothing, unless bytes have to be fetched first.
fn unless_pending<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(e) if e.is_pending() => Err(e),
        Err(_) => Ok(None),
    }
}

struct Walk<'a> {
    out: &'a Output,
    state: &'a mut HeapState,
    found: &'a mut Vec<HeapId>,
}

impl Walk<'_> {
    fn each(&mut self, datatype: &Datatype, elements: &[u8]) -> Result<()> {
        let size = usize::try_from(datatype.size).unwrap_or(usize::MAX).max(1);
        elements.chunks_exact(size).try_for_each(|element| self.element(datatype, element))
    }

    // Nesting is as deep as datatypes may be: their decoder has a limit.
    fn element(&mut self, datatype: &Datatype, element: &[u8]) -> Result<()> {
        match &datatype.class {
            Class::VlenString { .. } => self.variable(None, element),
            Class::VlenSequence { base } => self.variable(Some(base), element),
            Class::Array { base, .. } => self.each(base, element),
            Class::Compound { members } => members.iter().try_for_each(|member| {
                let from = usize::try_from(member.offset).unwrap_or(usize::MAX);
                let len = usize::try_from(member.datatype.size).unwrap_or(usize::MAX);
                let part = element.get(from..from.saturating_add(len));
                part.map_or(Ok(()), |part| self.element(&member.datatype, part))
            }),
            _ => Ok(()),
        }
    }

    /// Text (`base` is `None`) or a sequence: count and heap id.
    fn variable(&mut self, base: Option<&Datatype>, element: &[u8]) -> Result<()> {
        let mut r = Reader::new(element, 0, self.out.medium.ctx);
        let id = r.u32().and_then(|_| heap_id(&mut r));
        let Some(id) = unless_pending(id)?.flatten() else { return Ok(()) };
        if let Some(base) = base.filter(|base| base.varies()) {
            let mut heap = HeapCache::new(&self.out.medium, self.state);
            let inner = unless_pending(heap.object(id).map(<[u8]>::to_vec))?;
            self.each(base, &inner.unwrap_or_default())?;
        }
        self.found.push(id);
        Ok(())
    }
}

/// Collection and index; `None` if they mean nothing.
fn heap_id(r: &mut Reader<'_>) -> Result<Option<HeapId>> {
    let (collection, index) = (r.addr()?, r.u32()?);
    Ok(collection.filter(|at| at.0 != 0 && index != 0).map(|collection| HeapId { collection, index }))
}
