//! The messages of a copied object.

use super::{Copy, From, Object};
use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::datatype::Datatype;
use crate::format::header::{RawMessage, v2};
use crate::format::heap::local::Segment;
use crate::format::message::{
    AttributeMessage, ExternalFiles, ExternalSlot, FillStatus, Shareable, Shared, flag, kind,
};
use crate::layout::DatasetParts;
use crate::object::attributes::{self, Attribute};
use crate::object::header::{ExternalFile, ObjectHeader, ObjectKind};
use crate::object::shared;
use crate::order;
use crate::write::heap::create_names;
use crate::write::node::{Node, NodeId};
use crate::write::output::Output;
use crate::write::transfer::{Origin, Transfer};
use crate::write::{Editor, attributes as written};

/// A copy that has not been filled in yet.
pub(super) fn unfinished() -> Node {
    Node { changed: true, ..Node::default() }
}

impl Copy<'_> {
    /// Gives a copy what its object says.
    pub(super) fn fill(&mut self, editor: &mut Editor, from: From<'_>, object: &Object) -> Result<()> {
        let source = ObjectHeader::open(from.origin.medium(&editor.out), object.address)?;
        let kind = source.kind()?;
        let mut messages = plain(&editor.out, from, &source)?;
        if kind != ObjectKind::Group {
            messages.push(self.datatype(editor, from, &source)?);
        }
        if kind == ObjectKind::Dataset {
            messages.extend(self.dataset(editor, from, &source)?);
        }
        order::sort_by_key(&mut messages, |m| rank(m.kind));
        let info = source.link_info(from.origin.medium(&editor.out))?;
        let node = editor.stage.node_mut(object.id);
        node.group = kind == ObjectKind::Group;
        node.new_style = info.is_some();
        node.link_order = info.filter(|i| i.max_creation_index.is_some()).map(|i| i.order_btree.is_some());
        if node.address.is_none() {
            node.v2 = source.prefix.map(|prefix| v2::Prefix { size_width: 0, chunk_size: 0, ..prefix });
        }
        node.messages = messages;
        if self.options.without_attributes {
            return Ok(());
        }
        let mut all = attributes::list(from.origin.medium(&editor.out), &source)?;
        if source.tracks_attribute_order() {
            order::sort_by_key(&mut all, |a| a.creation_order);
        }
        for attribute in all {
            let name = String::from_utf8_lossy(&attribute.name).into_owned();
            let copied = self.attribute(editor, from, object.id, attribute);
            copied.map_err(|e| e.within(format!("attribute {name:?}")))?;
        }
        Ok(())
    }

    /// The datatype, or the committed one that it is.
    fn datatype(&mut self, editor: &mut Editor, from: From<'_>, source: &ObjectHeader) -> Result<RawMessage> {
        let medium = from.origin.medium(&editor.out);
        let message =
            source.find(kind::DATATYPE).ok_or_else(|| Error::malformed("an object without a datatype"))?;
        let body = shared::body(medium, message)?;
        let flags = message.flags & (flag::CONSTANT | flag::DO_NOT_SHARE);
        match body.committed {
            None => Ok(RawMessage::new(kind::DATATYPE, flags, body.reader(medium).rest().to_vec())),
            Some(address) => {
                let shared = Shared::Committed(self.committed(editor, from, address)?);
                editor.out.message(kind::DATATYPE, flag::CONSTANT | flag::SHARED, &shared)
            }
        }
    }

    /// Where the committed datatype at `address` is in the file that is written. It has one more user then.
    fn committed(&mut self, editor: &mut Editor, from: From<'_>, address: Addr) -> Result<Addr> {
        let known = self.files.get(from.file).is_some_and(|file| file.copies.contains(address.0));
        if !known && matches!(from.origin, Origin::Here) {
            let id = editor.stage.at(&editor.out, address)?;
            return use_committed(editor, id, address);
        }
        let path = format!("#{:#x}", address.0);
        let id = self.copy_of(editor, from.file, address, path.clone(), 1)?;
        let object = Object { file: from.file, address, id, path, depth: 1 };
        let there = self.place(editor, from, &object).within("committed datatype")?;
        use_committed(editor, id, there)
    }

    fn attribute(
        &mut self,
        editor: &mut Editor,
        from: From<'_>,
        id: NodeId,
        attribute: Attribute,
    ) -> Result<()> {
        let Attribute { name, charset, datatype, dataspace, mut data, committed, .. } = attribute;
        self.elements(&mut editor.out, from, &datatype, &mut data)?;
        let datatype = match committed {
            None => Shareable::Here(datatype),
            Some(address) => Shareable::There(Shared::Committed(self.committed(editor, from, address)?)),
        };
        let dataspace = Shareable::Here(dataspace);
        let message = AttributeMessage { name, charset, datatype, dataspace, data };
        written::set(&mut editor.out, editor.stage.node_mut(id), &message, None)
    }

    /// Elements of the source become elements of the copy.
    pub(super) fn elements(
        &mut self,
        out: &mut Output,
        from: From<'_>,
        datatype: &Datatype,
        bytes: &mut [u8],
    ) -> Result<()> {
        if self.is_rehearsal() {
            return Ok(());
        }
        let (heap, references) = self.leading(from);
        Transfer { source: from.origin, heap, references, out }.elements(datatype, bytes)
    }

    /// Fill value, external files and layout of a dataset.
    fn dataset(
        &mut self,
        editor: &mut Editor,
        from: From<'_>,
        source: &ObjectHeader,
    ) -> Result<Vec<RawMessage>> {
        let out = &mut editor.out;
        let medium = from.origin.medium(out);
        let mut parts = DatasetParts::open(medium, source)?;
        parts.dataspace = source.dataspace(medium)?;
        let mut messages = Vec::new();
        for message in
            source.messages.iter().filter(|m| matches!(m.kind, kind::FILL_VALUE | kind::FILL_VALUE_OLD))
        {
            let medium = from.origin.medium(out);
            let body = shared::body(medium, message)?.reader(medium).rest().to_vec();
            messages.push(RawMessage::new(message.kind, message.flags & flag::CONSTANT, body));
        }
        if let FillStatus::User(value) = &mut parts.fill.status
            && (parts.datatype.uses_heap() || parts.datatype.holds_references())
        {
            self.elements(out, from, &parts.datatype, value)?;
            messages = vec![out.message(kind::FILL_VALUE, flag::CONSTANT, &parts.fill)?];
        }
        if !parts.external.is_empty() {
            messages.push(external_files(out, &parts.external)?);
        }
        let layout = self.layout(out, from, &parts)?;
        messages.push(out.message(kind::LAYOUT, 0, &layout)?);
        Ok(messages)
    }
}

/// Messages that say the same in the copy.
fn plain(out: &Output, from: From<'_>, source: &ObjectHeader) -> Result<Vec<RawMessage>> {
    let same = |m: &&RawMessage| {
        matches!(
            m.kind,
            kind::DATASPACE
                | kind::FILTER_PIPELINE
                | kind::GROUP_INFO
                | kind::COMMENT
                | kind::MODIFICATION_TIME
                | kind::MODIFICATION_TIME_OLD
        )
    };
    let medium = from.origin.medium(out);
    let copied = |m: &RawMessage| {
        let body = shared::body(medium, m)?.reader(medium).rest().to_vec();
        Ok(RawMessage::new(m.kind, m.flags & flag::CONSTANT, body))
    };
    source.messages.iter().filter(same).map(copied).collect()
}

/// Counts a new user of a committed datatype.
fn use_committed(editor: &mut Editor, id: NodeId, address: Addr) -> Result<Addr> {
    let node = editor.stage.node_mut(id);
    node.references = node.references.saturating_add(1);
    node.changed = true;
    Ok(address)
}

/// The list of external files, with a heap of their names.
fn external_files(out: &mut Output, files: &[ExternalFile]) -> Result<RawMessage> {
    let mut names = Segment::default();
    let mut slots = Vec::with_capacity(files.len());
    for file in files {
        slots.push(ExternalSlot {
            name_offset: names.push(&file.name)?,
            offset: file.offset,
            size: file.size,
        });
    }
    let heap = create_names(out, names, 0)?;
    out.message(kind::EXTERNAL_FILES, 0, &ExternalFiles { allocated: 0, heap, slots })
}

/// The library's order of messages.
fn rank(message: u16) -> u16 {
    match message {
        kind::FILL_VALUE => 0x04,
        kind::FILL_VALUE_OLD => 0x05,
        kind::FILTER_PIPELINE => 0x06,
        other => other,
    }
}
