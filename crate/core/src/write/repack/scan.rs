//! Looking through the source: what there is, whether it can be carried over, and how large its headers are. Of each
//! object only that stays in memory; it is read again when it is copied.

use super::RepackOptions;
use super::choice;
use super::object::{Body, Object};
use super::options::{Must, Named};
use crate::bytes::Addr;
use crate::error::{Context, Error, Kind, Result};
use crate::format::message::{Layout, Link, LinkTarget};
use crate::layout;
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::object::{links, path};
use crate::places::Places;
use crate::select::Hyperslab;
use crate::storage::Medium;
use crate::write::output::Output;
use crate::write::transfer::Copies;
use crate::write::{attributes, header, links as written, names};

/// Bytes of most object headers, for announcements.
const USUAL_HEADER: u64 = 512;
/// Headers that are announced together.
const AHEAD: usize = 256;

/// An object that is copied.
struct Entry {
    /// Its header in the source; the group around a dataset that is copied alone has none.
    from: Option<Addr>,
    /// Its header in the copy, and its length. Until all objects are known, its lengths with one reference and with
    /// several.
    to: Addr,
    len: u64,
    lens: [u64; 2],
    references: u32,
    /// How it was found: in which group, by which name.
    parent: usize,
    name: Box<[u8]>,
    /// Which of the named ways of storing counts, and whether the object itself is named.
    storing: Option<usize>,
    named: bool,
}

/// All objects, each once, however many links lead to it.
pub(super) struct Scan {
    entries: Vec<Entry>,
    places: Places,
    /// Entries that were looked at.
    seen: usize,
    bytes: u64,
    /// Links that are left out: the group and the name.
    dropped: Vec<(Addr, Vec<u8>)>,
    /// Objects that are named in the options, by address.
    named: Places,
    /// The only link of the new root group, where a dataset is copied alone.
    alone: Option<Link>,
    /// Whether only a part of the source is copied.
    partial: bool,
}

impl Scan {
    pub fn start(source: &Medium, root: Addr, options: &RepackOptions) -> Result<Scan> {
        let mut scan = Scan {
            entries: Vec::new(),
            places: Places::default(),
            seen: 0,
            bytes: 0,
            dropped: Vec::new(),
            named: Places::default(),
            alone: None,
            partial: false,
        };
        for path in &options.drop {
            scan.dropped.push(dropped(source, root, path)?);
        }
        for (i, Named { path, .. }) in options.named.iter().enumerate() {
            scan.named.insert(path::resolve(source, root, root, path).on(path)?.address.0, i);
        }
        let steps = names::steps(options.subtree.as_deref().unwrap_or(""));
        let Some(last) = steps.last() else {
            scan.add(Some(root), 0, b"", None, 1);
            return Ok(scan);
        };
        scan.partial = true;
        let address = path::resolve(source, root, root, &steps.join("/"))?.address;
        // What was said of the groups above counts, too.
        let mut storing = scan.named.get(root.0);
        for n in 1..steps.len() {
            let group = path::resolve(source, root, root, &steps[..n].join("/"))?.address;
            storing = scan.named.get(group.0).or(storing);
        }
        let whole = steps.join("/");
        if ObjectHeader::open(source, address)?.kind()? == ObjectKind::Group {
            scan.add(Some(address), 0, whole.as_bytes(), storing, 1);
            return Ok(scan);
        }
        let name = last.as_bytes().to_vec();
        let charset = names::charset(&name);
        scan.add(None, 0, b"", None, 1);
        scan.add(Some(address), 0, whole.as_bytes(), storing, 0);
        let target = LinkTarget::Hard(address);
        scan.alone = Some(Link { name, charset, creation_order: None, target });
        Ok(scan)
    }

    fn add(&mut self, from: Option<Addr>, parent: usize, name: &[u8], above: Option<usize>, references: u32) {
        let own = from.and_then(|from| self.named.get(from.0));
        if let Some(from) = from {
            self.places.insert(from.0, self.entries.len());
        }
        self.entries.push(Entry {
            from,
            to: Addr(0),
            len: 0,
            lens: [0; 2],
            references,
            parent,
            name: name.into(),
            storing: own.or(above),
            named: own.is_some(),
        });
    }

    /// How many objects were found.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Bytes of all elements found so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A path that an object has in the source, for errors.
    pub fn path(&self, mut i: usize) -> String {
        let mut steps = Vec::new();
        while let Some(entry) = self.entries.get(i) {
            steps.push(String::from_utf8_lossy(&entry.name).into_owned());
            // Those that were found later are below.
            if entry.parent >= i {
                break;
            }
            i = entry.parent;
        }
        steps.retain(|step| !step.is_empty());
        steps.reverse();
        format!("/{}", steps.join("/"))
    }

    /// Where the copy of the object at `from` is, if it has one.
    pub fn to(&self, from: Addr) -> Option<Addr> {
        self.places.get(from.0).and_then(|i| self.entries.get(i)).map(|entry| entry.to)
    }

    /// Where object `i` is in the source.
    pub fn from(&self, i: usize) -> Option<Addr> {
        self.entries.get(i)?.from
    }

    /// Where the copy of object `i` is, the length of its header, and how many references lead to it.
    pub fn place(&self, i: usize) -> Option<(Addr, u64, u32)> {
        self.entries.get(i).map(|entry| (entry.to, entry.len, entry.references))
    }

    /// Announces the headers of the next objects.
    pub fn announce(&self, source: &Medium, i: usize) -> Result<()> {
        let ahead = self.entries.iter().skip(i).take(AHEAD);
        source.want(ahead.filter_map(|entry| Some((entry.from?, USUAL_HEADER))))
    }

    /// Object `i` as it is in the source.
    pub fn open(&self, source: &Medium, out: &Output, options: &RepackOptions, i: usize) -> Result<Object> {
        let missing = || Error::argument("there is no such object");
        let entry = self.entries.get(i).ok_or_else(missing)?;
        let Some(from) = entry.from else {
            return Ok(Object::group_of(self.alone.clone().ok_or_else(missing)?));
        };
        let (storing, must) = match entry.storing.and_then(|n| options.named.get(n)) {
            Some(named) if entry.named => (&named.storing, named.must),
            Some(named) => (&named.storing, Must::default()),
            None => (&options.storing, Must::default()),
        };
        let mut object = Object::open(source, out, from, storing, must)?;
        object
            .links
            .retain(|link| !self.dropped.iter().any(|(group, name)| *group == from && *name == link.name));
        Ok(object)
    }

    /// Looks at one object; false if there is none left. Reads everything before it changes anything.
    pub fn step(&mut self, source: &Medium, out: &mut Output, options: &RepackOptions) -> Result<bool> {
        let i = self.seen;
        if i >= self.entries.len() {
            return Ok(false);
        }
        self.look(source, out, options, i).map_err(|e| {
            let named = self.entries.get(i).filter(|entry| entry.named);
            match named.and_then(|entry| options.named.get(entry.storing?)) {
                Some(Named { path, .. }) => e.on(format!("/{}", names::steps(path).join("/"))),
                None => e.on(self.path(i)),
            }
        })?;
        self.seen += 1;
        Ok(true)
    }

    fn look(&mut self, source: &Medium, out: &mut Output, options: &RepackOptions, i: usize) -> Result<()> {
        self.announce(source, i)?;
        let object = self.open(source, out, options, i)?;
        if let Body::Dataset(set) = &object.body {
            if self.partial && set.plan.elsewhere {
                self.check_sources(source, &set.parts.layout)?;
            }
            if choice::is_elsewhere(&set.parts) && !set.plan.elsewhere {
                // Files that are missing are noticed before anything is written.
                layout::Read::new(source, &set.parts, &Hyperslab::all(set.parts.dataspace.dims()))?;
            }
            if set.is_copied()? {
                self.bytes = self.bytes.saturating_add(choice::bytes(&set.parts)?);
            }
        }
        let lens = measure(&object, out).map_err(unsupported)?;
        let storing = self.entries.get(i).and_then(|entry| entry.storing);
        for link in &object.links {
            if let LinkTarget::Hard(address) = link.target {
                self.meet(address, i, &link.name, storing);
            }
        }
        // Committed datatypes have a copy even if nothing else leads to them. Each user counts as a link.
        for address in object.committed() {
            self.meet(address, i, b"", None);
        }
        if let Some(entry) = self.entries.get_mut(i) {
            entry.lens = lens;
        }
        Ok(())
    }

    /// Something leads to the object at `address`.
    fn meet(&mut self, address: Addr, parent: usize, name: &[u8], above: Option<usize>) {
        match self.places.get(address.0).and_then(|i| self.entries.get_mut(i)) {
            Some(entry) => entry.references = entry.references.saturating_add(1),
            None => self.add(Some(address), parent, name, above, 1),
        }
    }

    /// A virtual dataset of the same file would lose what is not in the copy.
    fn check_sources(&self, source: &Medium, layout: &Layout) -> Result<()> {
        let sources = layout::virtual_sources(source, layout)?;
        if sources.iter().any(|(file, _)| file == b".") {
            return Err(Error::unsupported(
                "copying a part of a file with a virtual dataset of the same file: merge it",
            ));
        }
        Ok(())
    }

    /// Gives every object its place, all headers one behind the other.
    pub fn allocate(&mut self, out: &mut Output) -> Result<()> {
        // Links count the root group, too, which has one reference anyway.
        for entry in &mut self.entries {
            entry.len = entry.lens[usize::from(entry.references != 1)];
            entry.to = out.space.allocate(entry.len)?;
        }
        Ok(())
    }
}

impl Copies for Scan {
    fn of(&self, from: u64) -> Option<u64> {
        self.to(Addr(from)).map(|to| to.0)
    }
}

/// Bytes of the header of the copy, with one reference and with several.
fn measure(object: &Object, out: &mut Output) -> Result<[u64; 2]> {
    let mut stage = object.staged(out, 1, &|_| None)?;
    let top = stage.top();
    if stage.node(top).group {
        written::size(out, &mut stage, top)?;
    }
    attributes::settle(out, stage.node_mut(top), false)?;
    let one = header::size(out, stage.node(top))?.0;
    stage.node_mut(top).references = 2;
    Ok([one, header::size(out, stage.node(top))?.0])
}

/// What no header can hold is not the caller's fault.
fn unsupported(e: Error) -> Error {
    if e.kind() == Kind::Argument { Error::unsupported(format!("copying what is too large: {e}")) } else { e }
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
