//! Files made by the writing side, as the reading side sees them.

use hyperslab::bytes::Addr;
use hyperslab::chunk::HeapCache;
use hyperslab::chunk::heap::HeapState;
use hyperslab::format::superblock::Superblock;
use hyperslab::layout::{DatasetParts, Read};
use hyperslab::limits::Limits;
use hyperslab::object::attributes::{self, Attribute};
use hyperslab::object::header::{ObjectHeader, ObjectKind};
use hyperslab::object::links::{self, LinkTarget};
use hyperslab::object::{path, superblock};
use hyperslab::select::Hyperslab;
use hyperslab::storage::{Medium, Memory};
use hyperslab::value::{self, Column, Number};
use std::collections::BTreeMap;

pub struct Written {
    pub medium: Medium,
    pub block: Superblock,
}

impl Written {
    pub fn open(bytes: Vec<u8>) -> Written {
        let (medium, block) = superblock::open(Box::new(Memory::new(bytes)), Limits::default()).unwrap();
        Written { medium, block }
    }

    pub fn address(&self, path: &str) -> Addr {
        path::resolve(&self.medium, self.block.root, self.block.root, path).unwrap().address
    }

    pub fn header(&self, path: &str) -> ObjectHeader {
        ObjectHeader::open(&self.medium, self.address(path)).unwrap()
    }

    pub fn names(&self, path: &str) -> Vec<String> {
        let all = links::list(&self.medium, &self.header(path)).unwrap();
        all.into_iter().map(|link| String::from_utf8(link.name).unwrap()).collect()
    }

    pub fn parts(&self, path: &str) -> DatasetParts {
        self.parts_of(&self.header(path))
    }

    fn parts_of(&self, header: &ObjectHeader) -> DatasetParts {
        DatasetParts::open(&self.medium, header).unwrap()
    }

    /// All elements of a dataset as bytes of the file's datatype.
    pub fn bytes(&self, parts: &DatasetParts) -> Vec<u8> {
        let slab = Hyperslab::all(parts.dataspace.dims());
        let mut read = Read::new(&self.medium, parts, &slab).unwrap();
        let (mut all, mut batch) = (Vec::new(), Vec::new());
        while read.next(&self.medium, &mut batch).unwrap().is_some() {
            all.extend_from_slice(&batch);
        }
        all
    }

    pub fn values(&self, path: &str) -> Column {
        self.values_of(&self.parts(path))
    }

    pub fn values_of(&self, parts: &DatasetParts) -> Column {
        self.decoded(&parts.datatype, &self.bytes(parts))
    }

    pub fn decoded(&self, datatype: &hyperslab::format::datatype::Datatype, bytes: &[u8]) -> Column {
        let mut state = HeapState::default();
        value::decode(datatype, bytes, &mut HeapCache::new(&self.medium, &mut state)).unwrap()
    }

    pub fn attributes(&self, path: &str) -> BTreeMap<String, Attribute> {
        let all = attributes::list(&self.medium, &self.header(path)).unwrap();
        all.into_iter().map(|a| (String::from_utf8(a.name.clone()).unwrap(), a)).collect()
    }

    pub fn attribute(&self, path: &str, name: &str) -> Column {
        let attribute = &self.attributes(path)[name];
        self.decoded(&attribute.datatype, &attribute.data)
    }

    /// Everything that can be said about the tree, one line a fact, without addresses.
    pub fn facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        let mut seen = BTreeMap::new();
        let mut queue = vec![(String::from("/"), self.block.root)];
        while let Some((path, address)) = queue.pop() {
            if let Some(first) = seen.get(&address) {
                facts.push(format!("{path} is {first}"));
                continue;
            }
            seen.insert(address, path.clone());
            let header = ObjectHeader::open(&self.medium, address).unwrap();
            for a in attributes::list(&self.medium, &header).unwrap() {
                let values = self.decoded(&a.datatype, &a.data);
                let name = String::from_utf8_lossy(&a.name).into_owned();
                facts
                    .push(format!("{path} has {name}: {:?} {:?} {values:?}", a.datatype, a.dataspace.extent));
            }
            match header.kind().unwrap() {
                ObjectKind::Datatype => {
                    facts.push(format!("{path} {:?}", header.datatype(&self.medium).unwrap()))
                }
                ObjectKind::Dataset => {
                    let parts = self.parts_of(&header);
                    let (space, values) = (&parts.dataspace, self.values_of(&parts));
                    let (dims, max) = (space.dims(), space.max_dims());
                    let (datatype, fill) = (&parts.datatype, &parts.fill.status);
                    facts.push(format!("{path} {datatype:?} {dims:?} {max:?} {fill:?} {values:?}"));
                }
                ObjectKind::Group => {
                    for link in links::list(&self.medium, &header).unwrap() {
                        let below =
                            format!("{}/{}", path.trim_end_matches('/'), String::from_utf8_lossy(&link.name));
                        match link.target {
                            LinkTarget::Hard(to) => queue.push((below, to)),
                            other => facts.push(format!("{below} leads to {other:?}")),
                        }
                    }
                }
            }
        }
        facts.sort();
        facts
    }
}

pub fn longs(values: impl IntoIterator<Item = i64>) -> Column {
    Column::Numbers { kind: Number::I64, bytes: values.into_iter().flat_map(i64::to_le_bytes).collect() }
}

pub fn doubles(values: impl IntoIterator<Item = f64>) -> Column {
    Column::Numbers { kind: Number::F64, bytes: values.into_iter().flat_map(f64::to_le_bytes).collect() }
}

pub fn strings<S: AsRef<str>>(values: impl IntoIterator<Item = S>) -> Column {
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for value in values {
        bytes.extend_from_slice(value.as_ref().as_bytes());
        ends.push(u32::try_from(bytes.len()).unwrap());
    }
    Column::Strings { bytes, ends }
}

/// Numbers that look random and are the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}
