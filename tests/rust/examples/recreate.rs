//! Makes the objects of a file again, from what the reading side says of them: `recreate SOURCE TARGET [BOUND]`. Datatypes,
//! shapes, properties and values go through the writing side as a program would hand them over. What cannot be made is
//! a line `path: error`.

use hyperslab::bytes::{Addr, Reader};
use hyperslab::chunk::heap::{HeapCache, HeapState};
use hyperslab::format::Libver;
use hyperslab::format::datatype::Datatype;
use hyperslab::format::heap::global::{HeapId, Objects};
use hyperslab::format::message::{Extent, FillStatus, GroupInfo, Layout, kind};
use hyperslab::format::reference::Reference;
use hyperslab::format::vds::Mappings;
use hyperslab::layout::{DatasetParts, Read};
use hyperslab::limits::Limits;
use hyperslab::object::attributes;
use hyperslab::object::header::{ObjectHeader, ObjectKind};
use hyperslab::object::links::{self, LinkTarget};
use hyperslab::object::superblock;
use hyperslab::select::Hyperslab;
use hyperslab::storage::{Medium, Memory};
use hyperslab::value::{self, Column};
use hyperslab::write::{
    CreateOptions, Data, DatasetSpec, Editor, Fill, GroupOptions, HeaderOptions, Order, VirtualSource,
};
use hyperslab::{Error, Result};
use std::collections::BTreeMap;

/// Larger datasets are not read into memory.
const MOST: u64 = 1 << 28;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: recreate SOURCE TARGET [BOUND]");
        std::process::exit(2);
    };
    let bounds = [Libver::Earliest, Libver::V18, Libver::V110, Libver::V112, Libver::V114, Libver::V200];
    let low = bounds.into_iter().find(|b| rest.first().is_some_and(|name| b.name() == name));
    match recreate(std::fs::read(source)?, low.unwrap_or_default()) {
        Ok(bytes) => std::fs::write(target, bytes),
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(1);
        }
    }
}

struct Made {
    medium: Medium,
    to: Editor,
    /// What there is: path, header.
    objects: Vec<(String, ObjectHeader)>,
    /// The first path to each object.
    paths: BTreeMap<Addr, String>,
    /// Links that make no object.
    others: Vec<(String, LinkTarget)>,
}

fn recreate(bytes: Vec<u8>, low: Libver) -> Result<Vec<u8>> {
    let (medium, block) = superblock::open(Box::new(Memory::new(bytes)), Limits::default())?;
    let root = ObjectHeader::open(&medium, block.root)?;
    let options = CreateOptions { low, root: group(&medium, &root)?, ..CreateOptions::default() };
    let to = Editor::create_with(&options)?;
    let (objects, paths, others) = Default::default();
    let mut made = Made { medium, to, objects, paths, others };
    made.find(block.root)?;
    let mut waiting: Vec<usize> = (1..made.objects.len()).collect();
    // What refers to others comes after them, as far as that goes.
    waiting.sort_by_key(|i| made.rank(*i));
    for i in waiting {
        let path = made.objects[i].0.clone();
        if let Err(e) = made.object(i) {
            eprintln!("{path}: {e}");
        }
    }
    for (path, target) in std::mem::take(&mut made.others) {
        if let Err(e) = made.link(&path, target) {
            eprintln!("{path}: {e}");
        }
    }
    for i in 0..made.objects.len() {
        made.attributes(i);
    }
    made.to.into_bytes()
}

fn order(tracked: bool, indexed: bool) -> Order {
    match (tracked, indexed) {
        (_, true) => Order::Indexed,
        (true, _) => Order::Tracked,
        _ => Order::Untracked,
    }
}

fn header(medium: &Medium, header: &ObjectHeader) -> Result<HeaderOptions> {
    let prefix = header.prefix.unwrap_or_default();
    Ok(HeaderOptions {
        attribute_order: order(prefix.order_tracked, prefix.order_indexed),
        attribute_phase_change: prefix.phase_change,
        time: header.modification_time(medium)?,
    })
}

fn group(medium: &Medium, group: &ObjectHeader) -> Result<GroupOptions> {
    let links = group.link_info(medium)?.unwrap_or_default();
    let info = group.find(kind::GROUP_INFO);
    let info = info.map(|m| GroupInfo::decode(&mut group.reader(medium, m))).transpose()?.unwrap_or_default();
    Ok(GroupOptions {
        link_order: order(links.max_creation_index.is_some(), links.order_btree.is_some()),
        link_phase_change: info.phase_change,
        estimates: info.estimates,
        header: header(medium, group)?,
    })
}

impl Made {
    fn find(&mut self, root: Addr) -> Result<()> {
        let mut queue = std::collections::VecDeque::from([(String::from("/"), root)]);
        while let Some((path, address)) = queue.pop_front() {
            if self.paths.contains_key(&address) {
                self.others.push((path, LinkTarget::Hard(address)));
                continue;
            }
            let opened = ObjectHeader::open(&self.medium, address);
            let header = match opened.and_then(|h| h.kind().map(|kind| (h, kind))) {
                Ok((header, kind)) => {
                    self.paths.insert(address, path.clone());
                    if kind == ObjectKind::Group {
                        let mut all = links::list(&self.medium, &header).unwrap_or_else(|e| {
                            eprintln!("{path}: {e}");
                            Vec::new()
                        });
                        all.sort_by_key(|link| link.creation_order);
                        for link in all {
                            let Ok(name) = String::from_utf8(link.name) else { continue };
                            let below = format!("{}/{name}", path.trim_end_matches('/'));
                            match link.target {
                                LinkTarget::Hard(to) => queue.push_back((below, to)),
                                other => self.others.push((below, other)),
                            }
                        }
                    }
                    header
                }
                Err(e) => {
                    eprintln!("{path}: {e}");
                    continue;
                }
            };
            self.objects.push((path, header));
        }
        Ok(())
    }

    fn rank(&self, i: usize) -> u8 {
        let (_, header) = &self.objects[i];
        match header.kind() {
            Ok(ObjectKind::Group) => 0,
            Ok(ObjectKind::Datatype) => 1,
            _ if header.datatype(&self.medium).is_ok_and(|d| d.holds_references()) => 3,
            _ => 2,
        }
    }

    fn object(&mut self, i: usize) -> Result<()> {
        let (path, of) = self.objects[i].clone();
        match of.kind()? {
            ObjectKind::Group => self.to.create_group_with(&path, &group(&self.medium, &of)?),
            ObjectKind::Datatype => {
                let options = header(&self.medium, &of)?;
                self.to.create_datatype(&path, &of.datatype(&self.medium)?, &options)
            }
            ObjectKind::Dataset => self.dataset(&path, &of),
        }
    }

    fn link(&mut self, path: &str, target: LinkTarget) -> Result<()> {
        let text =
            |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| Error::unsupported("a path of odd text"));
        match target {
            LinkTarget::Hard(address) => self.to.link_hard(path, &self.paths[&address]),
            LinkTarget::Soft(to) => self.to.link_soft(path, &text(to)?),
            LinkTarget::External { file, path: to } => self.to.link_external(path, &text(file)?, &text(to)?),
            LinkTarget::UserDefined { .. } => Err(Error::unsupported("a user-defined link")),
        }
    }

    fn dataset(&mut self, path: &str, of: &ObjectHeader) -> Result<()> {
        let parts = DatasetParts::open(&self.medium, of)?;
        let mut spec = DatasetSpec { header: header(&self.medium, of)?, ..DatasetSpec::like(&parts) };
        if let Some(address) = of.committed_datatype(&self.medium)? {
            spec.committed = self.paths.get(&address).cloned();
        }
        if let FillStatus::User(value) = &parts.fill.status
            && spec.fill == Fill::Zeros
        {
            let mut value = self.decoded(&parts.datatype, value)?;
            self.redirect(&mut value)?;
            spec.fill = Fill::Value(value);
        }
        if let Layout::Virtual { address, index } = parts.layout {
            // The stored extents: those of now follow from the sources.
            spec.dataspace = of.dataspace(&self.medium)?;
            spec.sources = Some(match address {
                Some(collection) => self.sources(HeapId { collection, index })?,
                None => Vec::new(),
            });
            return self.to.create_dataset(path, &spec, Data::Late);
        }
        let stored = match &parts.layout {
            Layout::Compact { data } => !data.is_empty(),
            Layout::Contiguous { address, .. } | Layout::Chunked { address, .. } => address.is_some(),
            Layout::Virtual { .. } => false,
        };
        let size = parts.dataspace.elements()?.saturating_mul(parts.datatype.size.into());
        if size > MOST {
            return Err(Error::unsupported(format!("{size} bytes")));
        }
        if !stored || parts.dataspace.extent == Extent::Null {
            return self.to.create_dataset(path, &spec, Data::Late);
        }
        let mut values = self.values(&parts)?;
        self.redirect(&mut values)?;
        self.to.create_dataset(path, &spec, Data::Column(&values))
    }

    fn values(&self, parts: &DatasetParts) -> Result<Column> {
        let mut read = Read::new(&self.medium, parts, &Hyperslab::all(parts.dataspace.dims()))?;
        let (mut all, mut batch) = (Vec::new(), Vec::new());
        while read.next(&self.medium, &mut batch)?.is_some() {
            all.extend_from_slice(&batch);
        }
        self.decoded(&parts.datatype, &all)
    }

    fn decoded(&self, datatype: &Datatype, bytes: &[u8]) -> Result<Column> {
        value::decode(datatype, bytes, &mut HeapCache::new(&self.medium, &mut HeapState::default()))
    }

    fn sources(&self, id: HeapId) -> Result<Vec<VirtualSource>> {
        let mut state = HeapState::default();
        let mut heap = HeapCache::new(&self.medium, &mut state);
        let mappings = Mappings::decode(&mut Reader::new(heap.object(id)?, 0, self.medium.ctx))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let all = mappings.list.into_iter().map(|m| VirtualSource {
            file: text(m.file),
            dataset: text(m.dataset),
            source: m.source.chosen,
            target: m.target.chosen,
        });
        Ok(all.collect())
    }

    /// References lead to the new objects.
    fn redirect(&mut self, column: &mut Column) -> Result<()> {
        match column {
            Column::References(all) => all.iter_mut().try_for_each(|reference| self.redirect_one(reference)),
            Column::Compound(members) => members.iter_mut().try_for_each(|(_, c)| self.redirect(c)),
            Column::Array { base, .. } | Column::Vlen { base, .. } => self.redirect(base),
            _ => Ok(()),
        }
    }

    fn redirect_one(&mut self, reference: &mut Reference) -> Result<()> {
        if let (Some(address), None) = (reference.address, &reference.file) {
            let path = self.paths.get(&address);
            let path = path.ok_or_else(|| Error::unsupported("a reference to nothing that has a path"))?;
            reference.address = self.to.reference(path)?.address;
        }
        Ok(())
    }

    fn attributes(&mut self, i: usize) {
        let (path, header) = self.objects[i].clone();
        let mut all = attributes::list(&self.medium, &header).unwrap_or_else(|e| {
            eprintln!("{path}: {e}");
            Vec::new()
        });
        all.sort_by_key(|a| a.creation_order);
        for a in all {
            let name = String::from_utf8_lossy(&a.name).into_owned();
            let set = self.decoded(&a.datatype, &a.data).and_then(|mut values| {
                self.redirect(&mut values)?;
                match a.committed.and_then(|address| self.paths.get(&address)) {
                    Some(of) => self.to.set_attribute_of(&path, &name, of, &a.dataspace, &values),
                    None => self.to.set_attribute(&path, &name, &a.datatype, &a.dataspace, &values),
                }
            });
            if let Err(e) = set {
                eprintln!("{path} attribute {name:?}: {e}");
            }
        }
    }
}
