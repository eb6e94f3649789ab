//! What is copied of an object, and the messages that make it.

use super::choice::{self, Plan};
use super::options::{Must, Storing};
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::datatype::Datatype;
use crate::format::header::{RawMessage, v2};
use crate::format::heap::local::Segment;
use crate::format::message::{
    AttributeMessage, ExternalFiles, ExternalSlot, FillStatus, Layout, Link, LinkTarget, ModificationTime,
    Shareable, Shared, flag, kind,
};
use crate::layout::DatasetParts;
use crate::object::attributes::{self, Attribute};
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::object::{links, shared};
use crate::order;
use crate::storage::Medium;
use crate::write::node::{Node, StagedLink, Target};
use crate::write::output::{Output, message};
use crate::write::stage::Stage;

/// An object of the source. While it is copied, what it holds becomes what the copy holds.
pub(super) struct Object {
    /// In the order in which they are to be stored.
    pub attributes: Vec<Attribute>,
    /// The links of a group.
    pub links: Vec<Link>,
    pub body: Body,
    /// The copy's header is of version 2.
    v2: Option<v2::Prefix>,
    /// Messages that say the same in the copy.
    plain: Vec<RawMessage>,
}

pub(super) enum Body {
    Group { new_style: bool, link_order: Option<bool> },
    Datatype(Datatype),
    Dataset(Box<Set>),
}

/// A dataset of the source, and how its copy is stored.
pub(super) struct Set {
    pub parts: DatasetParts,
    /// The committed datatype it uses.
    pub committed: Option<Addr>,
    pub plan: Plan,
    /// The names of the files that hold its elements, where it leaves them there.
    pub names: Addr,
}

/// Where the copy of an object is.
pub(super) type To<'a> = &'a dyn Fn(Addr) -> Option<Addr>;

impl Object {
    /// A group with nothing but this link.
    pub fn group_of(link: Link) -> Object {
        let body = Body::Group { new_style: false, link_order: None };
        Object { attributes: Vec::new(), links: vec![link], body, v2: None, plain: Vec::new() }
    }

    /// Everything that the header at `address` says. It has to be stored as `storing` says as far as it `must`.
    pub fn open(
        source: &Medium,
        out: &Output,
        address: Addr,
        storing: &Storing,
        must: Must,
    ) -> Result<Object> {
        let header = ObjectHeader::open(source, address)?;
        let mut attributes = attributes::list(source, &header)?;
        for attribute in &attributes {
            check_type(source, out, &attribute.datatype).map_err(|e| in_attribute(e, attribute))?;
        }
        if header.tracks_attribute_order() {
            order::sort_by_key(&mut attributes, |a| a.creation_order);
        }
        let mut plain = comment(source, &header)?;
        let mut stored_links = Vec::new();
        let body = match header.kind()? {
            ObjectKind::Group => {
                stored_links = links::list(source, &header)?;
                let info = header.link_info(source)?;
                if info.is_some() {
                    plain.extend(same(source, &header, &[kind::GROUP_INFO, kind::FILTER_PIPELINE])?);
                }
                let ordered = info.filter(|i| i.max_creation_index.is_some());
                Body::Group {
                    new_style: info.is_some() || out.low >= Libver::V18,
                    link_order: ordered.map(|i| i.order_btree.is_some()),
                }
            }
            ObjectKind::Datatype => {
                let datatype = header.datatype(source)?;
                check_type(source, out, &datatype)?;
                Body::Datatype(datatype)
            }
            ObjectKind::Dataset => Body::Dataset(Box::new(Set::open(source, out, &header, storing, must)?)),
        };
        let mut object = Object { attributes, links: stored_links, body, v2: None, plain };
        object.date(source, out, &header)?;
        Ok(object)
    }

    /// Decides of which version the header is, and keeps its times in it.
    fn date(&mut self, source: &Medium, out: &Output, header: &ObjectHeader) -> Result<()> {
        let stored = header.prefix.map(|prefix| v2::Prefix { size_width: 0, chunk_size: 0, ..prefix });
        let needed = |p: &v2::Prefix| p.order_tracked || p.times.is_some() || p.phase_change.is_some();
        let mut large = false;
        for attribute in &self.attributes {
            large |= encoded(out, attribute, None)?.len() > out.largest_message();
        }
        let time = header.modification_time(source)?;
        if out.low >= Libver::V18 || large || stored.as_ref().is_some_and(needed) {
            let mut prefix = stored.unwrap_or_default();
            let all = |time| v2::Times { access: time, modification: time, change: time, birth: time };
            prefix.times = prefix.times.or(time.map(all));
            self.v2 = Some(prefix);
        } else if let Some(time) = time {
            self.plain.push(out.message(kind::MODIFICATION_TIME, 0, &ModificationTime(time))?);
        }
        Ok(())
    }

    /// Committed datatypes that it uses, as often as it uses them.
    pub fn committed(&self) -> impl Iterator<Item = Addr> {
        let own = if let Body::Dataset(set) = &self.body { set.committed } else { None };
        self.attributes.iter().filter_map(|a| a.committed).chain(own)
    }

    /// The copy, with as many `references`, alone on a stage.
    pub fn staged(&self, out: &Output, references: u32, to: To<'_>) -> Result<Stage> {
        let mut node =
            Node { v2: self.v2, messages: self.messages(out, to)?, changed: true, ..Node::default() };
        if let Body::Group { new_style, link_order } = self.body {
            (node.group, node.new_style, node.link_order) = (true, new_style, link_order);
        }
        let mut stage = Stage::new(node);
        let top = stage.top();
        stage.node_mut(top).references = references;
        for link in &self.links {
            let target = match &link.target {
                // Every object that a link leads to has a copy.
                LinkTarget::Hard(address) => Target::At(to(*address).unwrap_or(Addr(0))),
                LinkTarget::Soft(path) => Target::Soft(path.clone()),
                LinkTarget::External { file, path } => {
                    Target::External { file: file.clone(), path: path.clone() }
                }
                LinkTarget::UserDefined { class, data } => {
                    Target::UserDefined { class: *class, data: data.clone() }
                }
            };
            let staged = StagedLink { target, charset: link.charset, order: link.creation_order, serial: 0 };
            stage.insert(top, link.name.clone(), staged);
        }
        Ok(stage)
    }

    fn messages(&self, out: &Output, to: To<'_>) -> Result<Vec<RawMessage>> {
        let mut messages = match &self.body {
            Body::Group { .. } => Vec::new(),
            Body::Datatype(datatype) => {
                vec![out.message(kind::DATATYPE, flag::CONSTANT | flag::DO_NOT_SHARE, datatype)?]
            }
            Body::Dataset(set) => set.messages(out, to)?,
        };
        messages.extend(self.plain.iter().cloned());
        for attribute in &self.attributes {
            let body = encoded(out, attribute, attribute.committed.and_then(to))?;
            messages.push(RawMessage::new(kind::ATTRIBUTE, 0, body));
        }
        Ok(messages)
    }
}

fn comment(source: &Medium, header: &ObjectHeader) -> Result<Vec<RawMessage>> {
    same(source, header, &[kind::COMMENT])
}

/// Messages of these kinds, which mean the same in every file.
fn same(source: &Medium, header: &ObjectHeader, kinds: &[u16]) -> Result<Vec<RawMessage>> {
    let copied = |m: &RawMessage| {
        let body = shared::body(source, m)?.reader(source).rest().to_vec();
        message(m.kind, m.flags & flag::CONSTANT, body)
    };
    header.messages.iter().filter(|m| kinds.contains(&m.kind)).map(copied).collect()
}

/// Says which attribute is meant.
pub(super) fn in_attribute(e: Error, attribute: &Attribute) -> Error {
    e.within(format!("attribute {:?}", String::from_utf8_lossy(&attribute.name)))
}

/// The body of an attribute message.
fn encoded(out: &Output, attribute: &Attribute, committed: Option<Addr>) -> Result<Vec<u8>> {
    let datatype = match (attribute.committed, committed) {
        (Some(_), to) => Shareable::There(Shared::Committed(to.unwrap_or(Addr(0)))),
        _ => Shareable::Here(attribute.datatype.clone()),
    };
    let body = AttributeMessage {
        name: attribute.name.clone(),
        charset: attribute.charset,
        datatype,
        dataspace: Shareable::Here(attribute.dataspace.clone()),
        data: attribute.data.clone(),
    };
    out.encoded(&body).map_err(|e| in_attribute(e, attribute))
}

/// Whether elements can be carried over: what they point at has to be found and told anew.
fn check_type(source: &Medium, out: &Output, datatype: &Datatype) -> Result<()> {
    if (datatype.uses_heap() || datatype.holds_references()) && source.ctx.o() != 8 {
        return Err(Error::unsupported("copying references or variable-length values with short addresses"));
    }
    out.check_datatype(datatype)
}

impl Set {
    fn open(
        source: &Medium,
        out: &Output,
        header: &ObjectHeader,
        storing: &Storing,
        must: Must,
    ) -> Result<Set> {
        let mut parts = DatasetParts {
            dataspace: header.dataspace(source)?,
            datatype: header.datatype(source)?,
            layout: header.stored_layout(source)?,
            filters: header.filter_pipeline(source)?,
            fill: header.fill_value(source)?,
            external: header.external_files(source)?.unwrap_or_default(),
        };
        check_type(source, out, &parts.datatype)?;
        if matches!(parts.layout, Layout::Virtual { .. }) {
            if !storing.merge {
                out.need(Libver::V110, "virtual datasets")?;
            } else if parts.datatype.uses_heap() || parts.datatype.holds_references() {
                return Err(Error::unsupported("merging elements that point at something in other files"));
            } else {
                // As many elements as its sources give it now.
                parts = DatasetParts::open(source, header)?;
            }
        }
        let committed = header.committed_datatype(source)?;
        let plan = choice::plan(out, &parts, storing, must)?;
        Ok(Set { parts, committed, plan, names: Addr(0) })
    }

    /// Whether there are elements to be copied.
    pub fn is_copied(&self) -> Result<bool> {
        Ok(!self.plan.elsewhere && choice::is_stored(&self.parts)?)
    }

    fn messages(&self, out: &Output, to: To<'_>) -> Result<Vec<RawMessage>> {
        let datatype = match self.committed {
            Some(address) => {
                let there = Shared::Committed(to(address).unwrap_or(Addr(0)));
                out.message(kind::DATATYPE, flag::CONSTANT | flag::SHARED, &there)?
            }
            None => out.message(kind::DATATYPE, flag::CONSTANT, &self.parts.datatype)?,
        };
        let mut messages = vec![out.message(kind::DATASPACE, 0, &self.parts.dataspace)?, datatype];
        messages.push(out.message(kind::FILL_VALUE, flag::CONSTANT, &self.plan.fill)?);
        if out.low == Libver::Earliest && matches!(self.plan.fill.status, FillStatus::User(_)) {
            let mut w = out.writer();
            self.plan.fill.encode_old(&mut w)?;
            messages.push(message(kind::FILL_VALUE_OLD, flag::CONSTANT, w.into_bytes())?);
        }
        if !self.plan.pipeline.filters.is_empty() {
            messages.push(out.message(kind::FILTER_PIPELINE, flag::CONSTANT, &self.plan.pipeline)?);
        }
        if self.plan.elsewhere && !self.parts.external.is_empty() {
            messages.push(self.external_files(out)?);
        }
        messages.push(self.layout(out)?);
        Ok(messages)
    }

    /// The layout. Compact elements that are not copied yet take their room.
    fn layout(&self, out: &Output) -> Result<RawMessage> {
        if let Layout::Compact { data } = &self.plan.layout {
            let mut data = data.clone();
            data.resize(crate::format::length(choice::bytes(&self.parts)?)?, 0);
            return out.message(kind::LAYOUT, 0, &Layout::Compact { data });
        }
        out.message(kind::LAYOUT, 0, &self.plan.layout)
    }

    /// Names of the files that hold the elements, as a local heap has them, and the list of these files.
    pub fn files(&self) -> Result<(Segment, Vec<ExternalSlot>)> {
        let mut names = Segment::default();
        let mut slots = Vec::with_capacity(self.parts.external.len());
        for file in &self.parts.external {
            let name_offset = names.push(&file.name)?;
            slots.push(ExternalSlot { name_offset, offset: file.offset, size: file.size });
        }
        Ok((names, slots))
    }

    fn external_files(&self, out: &Output) -> Result<RawMessage> {
        let slots = self.files()?.1;
        let allocated =
            u16::try_from(slots.len()).map_err(|_| Error::unsupported("more than 65535 files"))?;
        out.message(
            kind::EXTERNAL_FILES,
            flag::CONSTANT,
            &ExternalFiles { allocated, heap: self.names, slots },
        )
    }
}
