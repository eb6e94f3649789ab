//! Looking through the source: what there is, and whether it can be carried over.

use super::RepackOptions;
use super::object::{Body, Object, Set, keeps_chunks};
use crate::bytes::Addr;
use crate::error::{Context, Error, Kind, Result};
use crate::filter;
use crate::format::datatype::{Class, Datatype, ReferenceKind};
use crate::format::header::v2;
use crate::format::message::{Layout, Link, LinkTarget, kind};
use crate::layout::DatasetParts;
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::object::{attributes, links, path};
use crate::order;
use crate::places::Places;
use crate::storage::Medium;
use crate::write::names;
use crate::write::node::{Node, NodeId, StagedLink, Target};
use crate::write::stage::Stage;

/// Bytes of most object headers, for announcements.
const USUAL_HEADER: u64 = 512;
/// Links up to which messages, a tenth of the size of a symbol table, are found fast enough.
const FEW_LINKS: usize = 32;
/// Bytes of name and value that surely fit into a link message.
const LONGEST_LINK: usize = 65000;

/// An object to be looked at.
struct Next {
    address: Addr,
    id: NodeId,
    path: String,
}

/// Objects found and objects still to be looked at. Each is met once, however many links lead to it.
pub(super) struct Scan {
    queue: Vec<Next>,
    nodes: Places,
    objects: Vec<Object>,
    bytes: u64,
    /// Links that are left out: the group and the name.
    dropped: Vec<(Addr, Vec<u8>)>,
}

impl Scan {
    pub fn start(source: &Medium, root: Addr, options: &RepackOptions, stage: &mut Stage) -> Result<Scan> {
        let dropped =
            options.drop.iter().map(|path| dropped(source, root, path)).collect::<Result<Vec<_>>>()?;
        let mut scan =
            Scan { queue: Vec::new(), nodes: Places::default(), objects: Vec::new(), bytes: 0, dropped };
        let top = stage.top();
        let Some(subtree) = options.subtree.as_deref().filter(|s| !names::steps(s).is_empty()) else {
            scan.queue.push(Next { address: root, id: top, path: "/".into() });
            scan.nodes.insert(root.0, top.0);
            return Ok(scan);
        };
        let address = path::resolve(source, root, root, subtree)?.address;
        let is_group = ObjectHeader::open(source, address)?.kind()? == ObjectKind::Group;
        let path = format!("/{}", names::steps(subtree).join("/"));
        let id = if is_group {
            top
        } else {
            let id = stage.add(Node::default());
            let name = names::steps(subtree).pop().unwrap_or_default().as_bytes().to_vec();
            let link = StagedLink::new(&name, Target::Node(id));
            stage.insert(top, name, link);
            id
        };
        scan.nodes.insert(address.0, id.0);
        scan.queue.push(Next { address, id, path });
        Ok(scan)
    }

    /// What was found so far.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Bytes of all elements found so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All objects, and which copy belongs to which address.
    pub fn finish(self) -> (Vec<Object>, Places) {
        (self.objects, self.nodes)
    }

    /// Looks at one object; false if there is none left. Reads everything before it changes anything.
    pub fn step(&mut self, source: &Medium, options: &RepackOptions, stage: &mut Stage) -> Result<bool> {
        let Some(next) = self.queue.last() else { return Ok(false) };
        let ahead = self.queue.iter().rev().take(256).map(|n| (n.address, USUAL_HEADER));
        source.want(ahead)?;
        let (object, mut links) = look(source, next, options).on(&next.path)?;
        let group = next.address;
        links.retain(|link| !self.dropped.iter().any(|(from, name)| *from == group && *name == link.name));
        if let Body::Dataset(set) = &object.body
            && set.is_stored()?
        {
            self.bytes = self.bytes.saturating_add(set.bytes()?);
        }
        let (id, path) = (next.id, next.path.clone());
        self.queue.pop();
        self.objects.push(object);
        for link in links.into_iter().rev() {
            self.link(stage, id, &path, link)?;
        }
        Ok(true)
    }

    fn link(&mut self, stage: &mut Stage, group: NodeId, path: &str, link: Link) -> Result<()> {
        let target = match link.target {
            LinkTarget::Hard(address) => Target::Node(match self.nodes.get(address.0) {
                Some(id) => NodeId(id),
                None => {
                    let id = stage.add(Node::default());
                    let path = below(path, &link.name);
                    self.nodes.insert(address.0, id.0);
                    self.queue.push(Next { address, id, path });
                    id
                }
            }),
            LinkTarget::Soft(path) => Target::Soft(path),
            LinkTarget::External { file, path } => Target::External { file, path },
            LinkTarget::UserDefined { class, .. } => {
                return Err(Error::unsupported(format!("copying a user-defined link of class {class}"))
                    .on(below(path, &link.name)));
            }
        };
        let value = match &target {
            Target::Soft(path) => path.len(),
            Target::External { file, path } => file.len() + path.len(),
            _ => 0,
        };
        if link.name.len().saturating_add(value) > LONGEST_LINK {
            let what = format!("copying a link of {} bytes", link.name.len() + value);
            let name: String = String::from_utf8_lossy(&link.name).chars().take(60).collect();
            return Err(Error::unsupported(what).on(below(path, name.as_bytes())));
        }
        let staged = StagedLink { target, charset: link.charset, order: link.creation_order, serial: 0 };
        stage.insert(group, link.name, staged);
        Ok(())
    }
}

/// The link at `path`: its group and its name there.
fn dropped(source: &Medium, root: Addr, path: &str) -> Result<(Addr, Vec<u8>)> {
    let mut steps = names::steps(path);
    let Some(name) = steps.pop().map(|name| name.as_bytes().to_vec()) else {
        return Err(Error::argument("the root group cannot be left out of a copy"));
    };
    let group = path::resolve(source, root, root, &steps.join("/"))?.address;
    let header = ObjectHeader::open(source, group)?;
    if header.kind()? != ObjectKind::Group || links::find(source, &header, &name)?.is_none() {
        return Err(Error::new(Kind::NotFound, "nothing to leave out").on(path));
    }
    Ok((group, name))
}

fn below(path: &str, name: &[u8]) -> String {
    format!("{}/{}", path.trim_end_matches('/'), String::from_utf8_lossy(name))
}

/// Everything the header of an object says, and the links of a group.
fn look(source: &Medium, next: &Next, options: &RepackOptions) -> Result<(Object, Vec<Link>)> {
    let header = ObjectHeader::open(source, next.address)?;
    let mut attributes = attributes::list(source, &header)?;
    for attribute in &attributes {
        check_type(source, &attribute.datatype)
            .map_err(|e| e.within(format!("attribute {:?}", String::from_utf8_lossy(&attribute.name))))?;
    }
    let mut prefix = None;
    if let Some(stored) = header.prefix.filter(|p| p.order_tracked) {
        order::sort_by_key(&mut attributes, |a| a.creation_order);
        let v2::Prefix { order_tracked, order_indexed, times, .. } = stored;
        prefix = Some(v2::Prefix { order_tracked, order_indexed, times, ..v2::Prefix::default() });
    }
    let mut links = Vec::new();
    let body = match header.kind()? {
        ObjectKind::Group => {
            links = links::list(source, &header)?;
            let info = header.link_info(source)?;
            let ordered = info.filter(|i| i.max_creation_index.is_some());
            Body::Group {
                new_style: info.is_some() && links.len() <= FEW_LINKS,
                link_order: ordered.map(|i| i.order_btree.is_some()),
            }
        }
        ObjectKind::Datatype => {
            let datatype = header.datatype(source)?;
            check_type(source, &datatype)?;
            Body::Datatype(datatype)
        }
        ObjectKind::Dataset => Body::Dataset(Box::new(set(source, &header, options, prefix.is_some())?)),
    };
    let comment = header.find(kind::COMMENT).map(|m| m.data.clone());
    let path = next.path.clone();
    Ok((Object { id: next.id, path, attributes, v2: prefix, comment, body }, links))
}

fn set(source: &Medium, header: &ObjectHeader, options: &RepackOptions, timed: bool) -> Result<Set> {
    let parts = DatasetParts {
        dataspace: header.dataspace(source)?,
        datatype: header.datatype(source)?,
        layout: header.layout(source)?,
        filters: header.filter_pipeline(source)?,
        fill: header.fill_value(source)?,
        external: Vec::new(),
    };
    check_type(source, &parts.datatype)?;
    match &parts.layout {
        Layout::Virtual { .. } => return Err(Error::unsupported("copying a virtual dataset")),
        // What may have been skipped is seen chunk by chunk.
        Layout::Chunked { address: Some(_), .. }
            // Those that are carried over as they are stored need no filter.
            if !keeps_chunks(&parts.datatype, options.gzip)
                && parts.filters.filters.iter().all(|f| !f.optional) =>
        {
            filter::check(&parts.filters, 0)?;
        }
        _ => {}
    }
    // A version 2 header has its times in the prefix.
    let modified = if timed { None } else { header.modification_time(source)? };
    let set = Set::new(parts, header.committed_datatype(source)?, modified, options.gzip)?;
    if !set.as_stored && set.is_stored()? {
        filter::check_encode(&set.pipeline)?;
    }
    Ok(set)
}

/// Whether elements can be carried over: what they point at has to be found and told anew.
fn check_type(source: &Medium, datatype: &Datatype) -> Result<()> {
    if !datatype.uses_heap() && !datatype.holds_references() {
        return Ok(());
    }
    if source.ctx.o() != 8 {
        return Err(Error::unsupported("copying references or variable-length values with short addresses"));
    }
    if holds_standard_references(datatype) {
        return Err(Error::unsupported("copying references of HDF5 1.12"));
    }
    Ok(())
}

fn holds_standard_references(datatype: &Datatype) -> bool {
    match &datatype.class {
        Class::Reference(kind) => *kind == ReferenceKind::Standard,
        Class::Compound { members } => members.iter().any(|m| holds_standard_references(&m.datatype)),
        Class::Array { base, .. } | Class::VlenSequence { base } => holds_standard_references(base),
        _ => false,
    }
}
