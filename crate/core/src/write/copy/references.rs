//! What the references of an object lead to.

use super::{Copy, From, Object};
use crate::bytes::Addr;
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::{Error, Result};
use crate::format::datatype::{Class, Datatype, ReferenceKind};
use crate::format::heap::global::Objects;
use crate::format::message::Layout;
use crate::layout::{DatasetParts, Read};
use crate::object::attributes;
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::order;
use crate::select::Hyperslab;
use crate::storage::Medium;
use crate::write::Editor;
use crate::write::transfer::heap_id;

impl Copy<'_> {
    /// Finds what the references in an object's attributes and elements lead to.
    pub(super) fn referenced(
        &mut self,
        editor: &mut Editor,
        from: From<'_>,
        object: &Object,
        header: &ObjectHeader,
    ) -> Result<()> {
        let source = from.origin.medium(&editor.out);
        let mut search = Search { source, heap: HeapState::default(), found: Vec::new() };
        if !self.options.without_attributes {
            for attribute in attributes::list(source, header)? {
                search.elements(&attribute.datatype, &attribute.data)?;
            }
        }
        if header.kind()? == ObjectKind::Dataset {
            search.dataset(header)?;
        }
        let mut found = search.found;
        order::sort_by_key(&mut found, |address| *address);
        found.dedup();
        for address in found {
            if self.files.get(from.file).is_some_and(|file| file.copies.contains(address.0)) {
                continue;
            }
            let source = from.origin.medium(&editor.out);
            match ObjectHeader::open(source, address).and_then(|header| header.kind()) {
                Ok(_) => {
                    let path = format!("{} -> {:#x}", object.path, address.0);
                    self.copy_of(editor, from.file, address, path, 1)?;
                }
                Err(e) if e.is_pending() => return Err(e),
                // What was deleted, or never was an object, is referred to no more.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// A search for references.
struct Search<'a> {
    source: &'a Medium,
    heap: HeapState,
    found: Vec<Addr>,
}

impl Search<'_> {
    fn dataset(&mut self, header: &ObjectHeader) -> Result<()> {
        if !header.datatype(self.source)?.holds_references() {
            return Ok(());
        }
        let mut parts = DatasetParts::open(self.source, header)?;
        parts.dataspace = header.dataspace(self.source)?;
        // Elements that are not its own stay where they are.
        if matches!(parts.layout, Layout::Virtual { .. }) || !parts.external.is_empty() {
            return Ok(());
        }
        let mut read = Read::new(self.source, &parts, &Hyperslab::all(parts.dataspace.dims()))?;
        let mut batch = Vec::new();
        while read.next(self.source, &mut batch)?.is_some() {
            self.elements(&parts.datatype, &batch)?;
        }
        Ok(())
    }

    fn elements(&mut self, datatype: &Datatype, bytes: &[u8]) -> Result<()> {
        if !datatype.holds_references() {
            return Ok(());
        }
        let size = usize::try_from(datatype.size).unwrap_or(usize::MAX).max(1);
        bytes.chunks_exact(size).try_for_each(|element| self.element(datatype, element))
    }

    // Nesting is as deep as datatypes may be: their decoder has a limit.
    fn element(&mut self, datatype: &Datatype, element: &[u8]) -> Result<()> {
        match &datatype.class {
            Class::Reference(ReferenceKind::Object) => {
                self.object(element);
                Ok(())
            }
            Class::Reference(ReferenceKind::Region) => match heap_id(element) {
                Some(id) => {
                    let stored = HeapCache::new(self.source, &mut self.heap).object(id)?.to_vec();
                    self.object(&stored);
                    Ok(())
                }
                None => Ok(()),
            },
            Class::VlenSequence { base } => self.sequence(base, element),
            Class::Array { base, .. } => self.elements(base, element),
            Class::Compound { members } => members.iter().try_for_each(|member| {
                let from = usize::try_from(member.offset).unwrap_or(usize::MAX);
                let len = usize::try_from(member.datatype.size).unwrap_or(usize::MAX);
                match element.get(from..from.saturating_add(len)) {
                    Some(part) => self.elements(&member.datatype, part),
                    None => Err(Error::malformed("a member that leaves its compound")),
                }
            }),
            _ => Ok(()),
        }
    }

    /// A sequence: count and heap id.
    fn sequence(&mut self, base: &Datatype, element: &[u8]) -> Result<()> {
        let Some((count, rest)) = element.split_first_chunk::<4>() else { return Ok(()) };
        let Some(id) = heap_id(rest).filter(|_| *count != [0; 4]) else { return Ok(()) };
        let mut stored = HeapCache::new(self.source, &mut self.heap).object(id)?.to_vec();
        let len = u64::from(u32::from_le_bytes(*count)).saturating_mul(base.size.into());
        stored.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        self.elements(base, &stored)
    }

    fn object(&mut self, bytes: &[u8]) {
        let address = bytes.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
        self.found.extend(address.filter(|a| !matches!(*a, 0 | u64::MAX)).map(Addr));
    }
}
