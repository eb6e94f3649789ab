//! Opening object headers: all chunks, both versions, and what their messages say.

use super::local_heap::Names;
use super::shared;
use crate::bytes::{Addr, Reader};
use crate::error::{Context, Error, Result};
use crate::format::datatype::Datatype;
use crate::format::header::{RawMessage, v1, v2};
use crate::format::message::{
    AttributeInfo, Comment, Continuation, Dataspace, ExternalFiles, FillStatus, FillValue, FilterPipeline,
    Layout, LinkInfo, ModificationTime, ReferenceCount, SymbolTable, flag, kind,
};
use crate::storage::Medium;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Bytes read at first: most headers are no longer.
const USUAL_SIZE: u64 = 512;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// Has links.
    Group,
    /// Has elements.
    Dataset,
    /// A committed datatype.
    Datatype,
}

/// An open object header.
#[derive(Clone, Debug)]
pub struct ObjectHeader {
    /// Where it starts; what links and references point at.
    pub address: Addr,
    /// 1 or 2.
    pub version: u8,
    /// Hard links to the object, as counted in the file.
    pub reference_count: u32,
    /// Prefix of a version 2 header: times, attribute order.
    pub prefix: Option<v2::Prefix>,
    /// All messages, in the order of their chunks, NIL and continuation messages included.
    pub messages: Vec<RawMessage>,
    /// Address and bytes of every chunk, the first with the header's prefix.
    pub chunks: Vec<(Addr, u64)>,
}

/// One external file of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalFile {
    /// Name as stored.
    pub name: Vec<u8>,
    /// First byte there.
    pub offset: u64,
    /// Bytes there, `None` = unlimited.
    pub size: Option<u64>,
}

impl ObjectHeader {
    /// Opens the header at `address`.
    pub fn open(medium: &Medium, address: Addr) -> Result<Self> {
        let header = Opening::open(medium, address).at(medium.absolute(address)).within("object header")?;
        for m in &header.messages {
            if m.kind > kind::CACHE_IMAGE && m.flags & flag::FAIL_IF_UNKNOWN != 0 {
                let what = format!("a message of type {:#x} that must be understood", m.kind);
                return Err(Error::unsupported(what).at(m.address).within("object header"));
            }
        }
        Ok(header)
    }

    /// A reader over the body of one of this header's messages, as it stands here.
    pub fn reader<'a>(&self, medium: &Medium, message: &'a RawMessage) -> Reader<'a> {
        Reader::new(&message.data, message.address, medium.ctx)
    }

    /// The first message of a type.
    pub fn find(&self, kind: u16) -> Option<&RawMessage> {
        self.messages.iter().find(|m| m.kind == kind)
    }

    /// What the object is.
    pub fn kind(&self) -> Result<ObjectKind> {
        let has = |kind| self.find(kind).is_some();
        if has(kind::SYMBOL_TABLE) || has(kind::LINK_INFO) {
            Ok(ObjectKind::Group)
        } else if has(kind::DATATYPE) && has(kind::DATASPACE) {
            Ok(ObjectKind::Dataset)
        } else if has(kind::DATATYPE) {
            Ok(ObjectKind::Datatype)
        } else {
            Err(Error::malformed("an object that is no group, dataset or datatype"))
        }
    }

    /// Decodes the first message of a type, from elsewhere if it is shared.
    fn get<T>(
        &self,
        medium: &Medium,
        kind: u16,
        decode: impl FnOnce(&mut Reader) -> Result<T>,
    ) -> Result<Option<T>> {
        let Some(message) = self.find(kind) else { return Ok(None) };
        let body = shared::body(medium, message)?;
        decode(&mut body.reader(medium)).map(Some)
    }

    fn need<T>(&self, medium: &Medium, found: Option<T>, what: &'static str) -> Result<T> {
        let missing = || Error::malformed(format!("an object without a {what}"));
        found.ok_or_else(|| missing().at(medium.absolute(self.address)))
    }

    /// Shape of a dataset.
    pub fn dataspace(&self, medium: &Medium) -> Result<Dataspace> {
        let found = self.get(medium, kind::DATASPACE, Dataspace::decode)?;
        self.need(medium, found, "dataspace")
    }

    /// Type of a dataset or of a committed datatype.
    pub fn datatype(&self, medium: &Medium) -> Result<Datatype> {
        let depth = medium.limits.type_depth;
        let found = self.get(medium, kind::DATATYPE, |r| Datatype::decode(r, depth))?;
        self.need(medium, found, "datatype")
    }

    /// The committed datatype that a dataset uses.
    pub fn committed_datatype(&self, medium: &Medium) -> Result<Option<Addr>> {
        let Some(message) = self.find(kind::DATATYPE) else { return Ok(None) };
        Ok(shared::body(medium, message)?.committed)
    }

    /// The layout message alone. For reading elements use [`layout`](Self::layout), which does not overlook
    /// that they may be in other files.
    pub fn stored_layout(&self, medium: &Medium) -> Result<Layout> {
        let found = self.get(medium, kind::LAYOUT, Layout::decode)?;
        self.need(medium, found, "data layout")
    }

    /// Where a dataset's elements are in this file. A dataset whose elements are in other files is an error
    /// that names them.
    pub fn layout(&self, medium: &Medium) -> Result<Layout> {
        if let Some(files) = self.external_files(medium)? {
            let names: Vec<_> = files.iter().map(|f| String::from_utf8_lossy(&f.name)).collect();
            let what = format!("elements in external files: {}", names.join(", "));
            return Err(Error::unsupported(what).at(medium.absolute(self.address)));
        }
        self.stored_layout(medium)
    }

    /// Files that hold a dataset's elements.
    pub fn external_files(&self, medium: &Medium) -> Result<Option<Vec<ExternalFile>>> {
        let Some(list) = self.get(medium, kind::EXTERNAL_FILES, ExternalFiles::decode)? else {
            return Ok(None);
        };
        let names = Names::open(medium, list.heap)?;
        let file = |s: &crate::format::message::ExternalSlot| {
            let name = names.text(s.name_offset)?.to_vec();
            Ok(ExternalFile { name, offset: s.offset, size: s.size })
        };
        list.slots.iter().map(file).collect::<Result<_>>().map(Some)
    }

    /// Filters of a chunked dataset, none for others.
    pub fn filter_pipeline(&self, medium: &Medium) -> Result<FilterPipeline> {
        Ok(self.get(medium, kind::FILTER_PIPELINE, FilterPipeline::decode)?.unwrap_or_default())
    }

    /// What unwritten elements of a dataset read as. The newer of the two messages wins.
    pub fn fill_value(&self, medium: &Medium) -> Result<FillValue> {
        let fill = match self.get(medium, kind::FILL_VALUE, FillValue::decode)? {
            Some(fill) => fill,
            None => self.get(medium, kind::FILL_VALUE_OLD, FillValue::decode_old)?.unwrap_or_default(),
        };
        if let FillStatus::User(value) = &fill.status {
            let size = self.datatype(medium)?.size;
            if u32::try_from(value.len()) != Ok(size) {
                let what = format!("a fill value of {} bytes for elements of {size}", value.len());
                return Err(Error::malformed(what).at(medium.absolute(self.address)).within("fill value"));
            }
        }
        Ok(fill)
    }

    /// How a new-style group keeps its links.
    pub fn link_info(&self, medium: &Medium) -> Result<Option<LinkInfo>> {
        self.get(medium, kind::LINK_INFO, LinkInfo::decode)
    }

    /// Where an old-style group keeps its links.
    pub fn symbol_table(&self, medium: &Medium) -> Result<Option<SymbolTable>> {
        self.get(medium, kind::SYMBOL_TABLE, SymbolTable::decode)
    }

    /// How attributes are kept, where the header says so.
    pub fn attribute_info(&self, medium: &Medium) -> Result<Option<AttributeInfo>> {
        self.get(medium, kind::ATTRIBUTE_INFO, AttributeInfo::decode)
    }

    /// The object's comment, without its NUL.
    pub fn comment(&self, medium: &Medium) -> Result<Option<Vec<u8>>> {
        Ok(self.get(medium, kind::COMMENT, Comment::decode)?.map(|c| c.0))
    }

    /// When the object was changed last, in seconds since 1970, where that is stored.
    pub fn modification_time(&self, medium: &Medium) -> Result<Option<u32>> {
        if let Some(times) = self.prefix.and_then(|p| p.times) {
            return Ok(Some(times.change));
        }
        let time = match self.get(medium, kind::MODIFICATION_TIME, ModificationTime::decode)? {
            None => self.get(medium, kind::MODIFICATION_TIME_OLD, ModificationTime::decode_old)?,
            time => time,
        };
        Ok(time.map(|t| t.0))
    }

    /// Whether attributes have creation indexes.
    pub fn tracks_attribute_order(&self) -> bool {
        self.prefix.is_some_and(|p| p.order_tracked)
    }
}

/// A header while its chunks are being collected.
struct Opening<'a> {
    medium: &'a Medium,
    header: ObjectHeader,
    /// Absolute start and end of the chunks so far.
    taken: BTreeMap<u64, u64>,
    /// Messages still to come: what a version 1 header states, or the limit.
    left: usize,
}

impl Opening<'_> {
    fn open(medium: &Medium, address: Addr) -> Result<ObjectHeader> {
        let head = medium.read_up_to(address, USUAL_SIZE)?;
        let header = ObjectHeader {
            address,
            version: 1,
            reference_count: 1,
            prefix: None,
            messages: Vec::new(),
            chunks: Vec::new(),
        };
        let left = usize::try_from(medium.limits.messages).unwrap_or(usize::MAX);
        let mut opening = Opening { medium, header, taken: BTreeMap::new(), left };
        if head.starts_with(v2::SIGNATURE) {
            opening.header.version = 2;
            opening.first_v2(&head)?;
        } else {
            opening.first_v1(&head)?;
        }
        // Chunks are numbered in the order their messages are met.
        let mut next = 0;
        while let Some(message) = opening.header.messages.get(next) {
            if message.kind == kind::CONTINUATION {
                let chunk = Continuation::decode(&mut opening.header.reader(medium, message))?;
                opening.continuation(chunk)?;
            }
            next += 1;
        }
        let mut header = opening.header;
        // Version 2 counts references in a message, which may be in any chunk.
        if header.version == 2
            && let Some(message) = header.find(kind::REFERENCE_COUNT)
        {
            header.reference_count = ReferenceCount::decode(&mut header.reader(medium, message))?.0;
        }
        Ok(header)
    }

    /// `len` bytes at the header's address: what was read already, or more.
    fn whole<'b>(&self, head: &'b [u8], len: u64) -> Result<Cow<'b, [u8]>> {
        match usize::try_from(len).ok().and_then(|n| head.get(..n)) {
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None => self.medium.read(self.header.address, len).map(Cow::Owned),
        }
    }

    fn first_v1(&mut self, head: &[u8]) -> Result<()> {
        let address = self.header.address;
        let prefix = v1::Prefix::decode(&mut self.medium.reader(head, address))?;
        self.header.reference_count = prefix.reference_count;
        self.left = self.left.min(prefix.messages.into());
        let len = u64::from(prefix.chunk_size).saturating_add(v1::PREFIX as u64);
        self.take(address, len)?;
        let bytes = self.whole(head, len)?;
        let mut r = self.medium.reader(&bytes, address);
        r.skip(v1::PREFIX)?;
        self.collect(&mut r)
    }

    fn first_v2(&mut self, head: &[u8]) -> Result<()> {
        let address = self.header.address;
        let mut r = self.medium.reader(head, address);
        let prefix = v2::Prefix::decode(&mut r)?;
        self.header.prefix = Some(prefix);
        let start = r.position();
        let len = (start as u64).saturating_add(prefix.chunk_size).saturating_add(v2::CHECKSUM as u64);
        self.take(address, len)?;
        let bytes = self.whole(head, len)?;
        self.checked_chunk(&bytes, address, start)
    }

    fn continuation(&mut self, chunk: Continuation) -> Result<()> {
        self.take(chunk.address, chunk.length).within("continuation chunk")?;
        let bytes = self.medium.read(chunk.address, chunk.length).within("continuation chunk")?;
        if self.header.version == 1 {
            return self.collect(&mut self.medium.reader(&bytes, chunk.address));
        }
        if bytes.len() < v2::CONTINUATION_OVERHEAD {
            let what = format!("continuation chunk of {} bytes", bytes.len());
            return Err(Error::malformed(what).at(self.medium.absolute(chunk.address)));
        }
        let mut r = self.medium.reader(&bytes, chunk.address);
        r.expect(v2::CONTINUATION, "continuation chunk")?;
        self.checked_chunk(&bytes, chunk.address, r.position()).within("continuation chunk")
    }

    /// A whole version 2 chunk whose messages begin at `start`.
    fn checked_chunk(&mut self, bytes: &[u8], address: Addr, start: usize) -> Result<()> {
        let mut r = self.medium.reader(bytes, address);
        r.skip(start)?;
        let body = bytes.len().saturating_sub(start).saturating_sub(v2::CHECKSUM);
        let mut messages = r.sub(body)?;
        r.checksum()?;
        self.collect(&mut messages)
    }

    fn collect(&mut self, r: &mut Reader) -> Result<()> {
        let found = match self.header.prefix {
            None => v1::decode_messages(r, self.left)?,
            Some(prefix) => v2::decode_messages(r, prefix.order_tracked, self.left)?,
        };
        self.left = self.left.saturating_sub(found.len());
        self.header.messages.extend(found);
        Ok(())
    }

    /// Notes a chunk. Chunks that overlap make loops.
    fn take(&mut self, address: Addr, len: u64) -> Result<()> {
        self.medium.check(address, len)?;
        let start = self.medium.absolute(address);
        let end = start.saturating_add(len);
        let before = self.taken.range(..end).next_back();
        if before.is_some_and(|(_, taken)| *taken > start) {
            return Err(Error::malformed("chunks of an object header overlap").at(start));
        }
        self.taken.insert(start, end);
        self.header.chunks.push((address, len));
        Ok(())
    }
}
