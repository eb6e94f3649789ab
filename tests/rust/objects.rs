//! Opens files that the reference library wrote (tests/fixtures/engine) and walks them: directly, and over a
//! storage that has nothing at hand until it is fetched.

use crate::fetched::{Fetched, drive};
use hyperslab::bytes::Addr;
use hyperslab::format::datatype::{ByteOrder, CharacterSet, Class, Datatype};
use hyperslab::format::message::{ChunkIndex, Dataspace, Extent, FillStatus, Layout};
use hyperslab::format::superblock::Superblock;
use hyperslab::limits::Limits;
use hyperslab::object::attributes::{self, Attribute};
use hyperslab::object::header::{ObjectHeader, ObjectKind};
use hyperslab::object::links::{self, Link, LinkTarget};
use hyperslab::object::{path, superblock};
use hyperslab::storage::{Medium, Memory};
use hyperslab::{Kind, Result};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

pub fn fixture(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/engine");
    std::fs::read(dir.join(name)).unwrap()
}

struct File {
    medium: Medium,
    block: Superblock,
}

impl File {
    fn open(name: &str) -> File {
        let storage = Box::new(Memory::new(fixture(name)));
        let (medium, block) = superblock::open(storage, Limits::default()).unwrap();
        File { medium, block }
    }

    fn resolve(&self, path: &str) -> Result<Addr> {
        path::resolve(&self.medium, self.block.root, self.block.root, path).map(|r| r.address)
    }

    fn header(&self, path: &str) -> ObjectHeader {
        ObjectHeader::open(&self.medium, self.resolve(path).unwrap()).unwrap()
    }

    /// All links; each of them is found by name too.
    fn links(&self, path: &str) -> Vec<Link> {
        let group = self.header(path);
        let all = links::list(&self.medium, &group).unwrap();
        assert!(all.is_sorted_by(|a, b| a.name < b.name));
        for link in &all {
            assert_eq!(links::find(&self.medium, &group, &link.name).unwrap().as_ref(), Some(link));
        }
        for absent in [b"".as_slice(), b"\x01", b"link 0000", b"zzz"] {
            assert_eq!(links::find(&self.medium, &group, absent).unwrap(), None);
        }
        all
    }

    /// All attributes; each of them is found by name too.
    fn attributes(&self, path: &str) -> Vec<Attribute> {
        let object = self.header(path);
        let all = attributes::list(&self.medium, &object).unwrap();
        let names: Vec<_> = all.iter().map(|a| a.name.clone()).collect();
        assert!(names.is_sorted());
        assert_eq!(attributes::names(&self.medium, &object).unwrap(), names);
        for a in &all {
            assert_eq!(attributes::find(&self.medium, &object, &a.name).unwrap().as_ref(), Some(a));
        }
        assert_eq!(attributes::find(&self.medium, &object, b"absent").unwrap(), None);
        all
    }
}

fn names(links: &[Link]) -> Vec<String> {
    links.iter().map(|l| String::from_utf8(l.name.clone()).unwrap()).collect()
}

fn attribute<'a>(all: &'a [Attribute], name: &str) -> &'a Attribute {
    all.iter().find(|a| a.name == name.as_bytes()).unwrap()
}

/// What `fill` of make_engine.py put into both files.
fn check_common(file: &File) {
    let linked = file.links("/group");
    let numbered = linked.iter().filter(|l| l.name.starts_with(b"link "));
    let target = file.resolve("/target").unwrap();
    assert_eq!(numbered.filter(|l| l.target == LinkTarget::Hard(target)).count(), 60);
    assert_eq!(file.header("/target").reference_count, if file.block.version == 0 { 61 } else { 63 });

    let resolve = |path| file.resolve(path);
    assert_eq!(resolve("/group/./soft").unwrap(), target);
    assert_eq!(resolve("group//relative/").unwrap(), target);
    assert_eq!(resolve("/").unwrap(), file.block.root);
    assert_eq!(resolve("/group/loop").unwrap_err().kind(), Kind::Limit);
    let dangling = resolve("/group/dangling").unwrap_err();
    assert_eq!((dangling.kind(), dangling.path()), (Kind::NotFound, Some("/group/dangling")));
    assert!(dangling.what().contains("nowhere"), "{dangling}");
    assert_eq!(resolve("/data/x").unwrap_err().kind(), Kind::NotFound);

    let all = file.attributes("/data");
    assert_eq!(all.len(), 16);
    for i in 0..12i32 {
        let a = attribute(&all, &format!("attribute {i:03}"));
        assert_eq!(
            (a.data.as_slice(), &a.datatype),
            (i.to_le_bytes().as_slice(), &Datatype::integer(4, true))
        );
        assert_eq!(a.dataspace.extent, Extent::Scalar);
    }
    let text = attribute(&all, "text");
    assert!(matches!(text.datatype.class, Class::VlenString { charset: CharacterSet::Utf8, .. }));
    assert_eq!(attribute(&all, "bytes").data, b"fixed");
    assert_eq!(attribute(&all, "nothing").dataspace.extent, Extent::Null);
    let record = attribute(&all, "record");
    assert_eq!((record.datatype.size, record.data.len()), (53, 106));

    let data = file.header("/data");
    let medium = &file.medium;
    assert_eq!(data.kind().unwrap(), ObjectKind::Dataset);
    assert_eq!(data.dataspace(medium).unwrap().dims(), [2, 3]);
    let big = Class::Integer { order: ByteOrder::Big, signed: true, offset: 0, precision: 16 };
    assert_eq!(data.datatype(medium).unwrap(), Datatype { size: 2, class: big });
    assert_eq!(data.fill_value(medium).unwrap().status, FillStatus::User(vec![0xff, 0xf9]));
    assert!(matches!(data.layout(medium).unwrap(), Layout::Contiguous { size: Some(12), .. }));

    let committed = file.header("/type");
    assert_eq!(committed.kind().unwrap(), ObjectKind::Datatype);
    assert_eq!(committed.datatype(medium).unwrap(), record.datatype);
    let typed = file.header("/typed");
    assert_eq!(typed.datatype(medium).unwrap(), record.datatype);
    assert_eq!(typed.committed_datatype(medium).unwrap(), Some(committed.address));
    let too = &file.attributes("/typed")[0];
    assert_eq!((too.committed, &too.datatype), (Some(committed.address), &record.datatype));

    assert_eq!(file.header("/scalar").dataspace(medium).unwrap().extent, Extent::Scalar);
    assert!(file.header("/null").dataspace(medium).unwrap().is_null());
    let chunked = file.header("/chunked");
    let extent = Extent::Simple { dims: vec![10, 20], max: Some(vec![None, Some(20)]) };
    assert_eq!(chunked.dataspace(medium).unwrap(), Dataspace { extent });
    let ids: Vec<_> = chunked.filter_pipeline(medium).unwrap().filters.iter().map(|f| f.id).collect();
    assert_eq!(ids, [2, 1]);
}

#[test]
fn oldest_forms() {
    let file = File::open("earliest.h5");
    assert_eq!((file.block.version, file.header("/").version), (0, 1));
    check_common(&file);
    assert!(file.header("/data").chunks.len() > 1, "attributes beyond the first chunk");
    let Layout::Chunked { chunk, index, element_size, .. } =
        file.header("/chunked").layout(&file.medium).unwrap()
    else {
        panic!("not chunked")
    };
    assert_eq!((chunk, index, element_size), (vec![5, 6], ChunkIndex::BTree1, 8));
    let record = file.header("/type").datatype(&file.medium).unwrap();
    let Class::Compound { members } = record.class else { panic!("not compound") };
    let parts: Vec<_> = members.iter().map(|m| (m.name.as_slice(), m.offset, m.datatype.size)).collect();
    assert_eq!(parts, [(b"x".as_slice(), 0, 4), (b"pos", 4, 48), (b"flag", 52, 1)]);
    assert!(matches!(&members[1].datatype.class, Class::Array { dims, .. } if dims == &[2, 3]));
    assert!(matches!(&members[2].datatype.class, Class::Enum { members, .. } if members.len() == 2));
}

#[test]
fn newest_forms() {
    let file = File::open("latest.h5");
    assert_eq!((file.block.version, file.header("/").version), (3, 2));
    check_common(&file);
    let data = file.header("/data");
    assert!(data.attribute_info(&file.medium).unwrap().unwrap().heap.is_some(), "dense attributes");
    assert!(file.header("/group").link_info(&file.medium).unwrap().unwrap().heap.is_some(), "dense links");
    assert_eq!(attribute(&file.attributes("/data"), "text").creation_order, None, "not tracked here");

    let all = file.links("/group");
    let external = all.iter().find(|l| l.name == b"external").unwrap();
    let target = LinkTarget::External { file: b"other.h5".to_vec(), path: b"/there".to_vec() };
    assert_eq!(external.target, target);
    let error = file.resolve("/group/external/x").unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert!(error.what().contains("other.h5"), "{error}");
    let unicode = all.iter().find(|l| l.name == "ünïcode".as_bytes()).unwrap();
    assert_eq!(unicode.charset, CharacterSet::Utf8);

    let order = file.header("/order");
    assert!(links::tracks_order(&file.medium, &order).unwrap());
    let mut made = file.links("/order");
    assert_eq!(names(&made), ["ant", "monkey", "zebra"]);
    made.sort_by_key(|l| l.creation_order);
    assert_eq!(names(&made), ["zebra", "ant", "monkey"]);
    let both = file.attributes("/order");
    assert_eq!(both.iter().map(|a| a.creation_order).collect::<Vec<_>>(), [Some(1), Some(0)]);

    assert_eq!(file.links("/huge")[0].name.len(), 5000);
    let big = &file.attributes("/huge")[0];
    assert_eq!(
        (big.dataspace.dims(), &big.data[5998..]),
        ([3000].as_slice(), 2999u16.to_le_bytes().as_slice())
    );
}

#[test]
fn behind_a_user_block() {
    let file = File::open("userblock.h5");
    assert_eq!((file.medium.base, file.block.base), (1024, 1024));
    assert_eq!(file.header("/one").datatype(&file.medium).unwrap(), Datatype::integer(1, true));
}

#[test]
fn external_files_are_named() {
    let file = File::open("external.h5");
    let d = file.header("/d");
    let error = d.layout(&file.medium).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert!(error.what().contains("a.raw, b.raw"), "{error}");
    let files = d.external_files(&file.medium).unwrap().unwrap();
    assert_eq!(files.iter().map(|f| (f.offset, f.size)).collect::<Vec<_>>(), [(0, Some(8)), (4, None)]);
    assert!(matches!(d.stored_layout(&file.medium).unwrap(), Layout::Contiguous { address: None, .. }));
}

#[test]
fn shared_messages() {
    let file = File::open("shared.h5");
    assert!(file.medium.shared_messages.is_some());
    for i in 0..3 {
        let d = file.header(&format!("/d{i}"));
        assert_eq!(d.dataspace(&file.medium).unwrap().dims(), [4, 5]);
        assert_eq!(d.datatype(&file.medium).unwrap().size, 53);
        assert_eq!(d.committed_datatype(&file.medium).unwrap(), None);
        assert_eq!(d.fill_value(&file.medium).unwrap().status, FillStatus::User(vec![0; 53]));
        let all = file.attributes(&format!("/d{i}"));
        assert_eq!((all.len(), all[0].data.len()), (1, 159));
    }
}

#[test]
fn filtered_heap() {
    let file = File::open("filtered.h5");
    assert_eq!(file.links("/g").len(), 200);
}

#[test]
fn every_call_can_be_repeated_until_bytes_are_there() {
    for name in ["earliest.h5", "latest.h5", "shared.h5", "userblock.h5", "filtered.h5"] {
        let direct = File::open(name);
        let have = Rc::new(RefCell::new(Vec::new()));
        let storage = Fetched { bytes: fixture(name).into(), have: Rc::clone(&have) };
        let mut medium = Medium::new(Box::new(storage), Limits::default());
        let mut rounds = 0;
        let block = drive(&have, &mut rounds, || superblock::read(&mut medium));
        assert_eq!(block, direct.block);
        let medium = &medium;
        let root = drive(&have, &mut rounds, || ObjectHeader::open(medium, block.root));
        for link in drive(&have, &mut rounds, || links::list(medium, &root)) {
            let LinkTarget::Hard(address) = link.target else { continue };
            let object = drive(&have, &mut rounds, || ObjectHeader::open(medium, address));
            let expected = ObjectHeader::open(&direct.medium, address).unwrap();
            assert_eq!(object.messages, expected.messages);
            let all = drive(&have, &mut rounds, || attributes::list(medium, &object));
            assert_eq!(all, attributes::list(&direct.medium, &expected).unwrap());
            if object.kind().unwrap() == ObjectKind::Group {
                let inside = drive(&have, &mut rounds, || links::list(medium, &object));
                assert_eq!(inside, links::list(&direct.medium, &expected).unwrap());
            }
        }
        assert!(rounds > 2, "{name} was there from the start");
    }
}

/// Every byte of a file set to a few values, one at a time: errors are fine, panics and endless loops are not.
#[test]
fn no_single_byte_brings_it_down() {
    for (name, step) in [("userblock.h5", 1), ("shared.h5", 1), ("latest.h5", 7), ("earliest.h5", 7)] {
        let good = fixture(name);
        for at in (0..good.len()).step_by(step) {
            for value in [0, 0xff, good[at] ^ 0x01] {
                let mut bad = good.clone();
                bad[at] = value;
                walk(bad);
            }
        }
    }
}

fn walk(bytes: Vec<u8>) {
    let Ok((medium, block)) = superblock::open(Box::new(Memory::new(bytes)), Limits::default()) else {
        return;
    };
    let mut todo = vec![block.root];
    let mut seen = std::collections::HashSet::new();
    while let Some(address) = todo.pop() {
        if !seen.insert(address) {
            continue;
        }
        let Ok(header) = ObjectHeader::open(&medium, address) else { continue };
        let _ = attributes::list(&medium, &header);
        let _ = (header.dataspace(&medium), header.datatype(&medium), header.layout(&medium));
        let _ = (header.fill_value(&medium), header.filter_pipeline(&medium));
        let all = links::list(&medium, &header).unwrap_or_default();
        for link in all.iter().take(3) {
            let _ = links::find(&medium, &header, &link.name);
        }
        todo.extend(all.iter().filter_map(|l| match l.target {
            LinkTarget::Hard(address) => Some(address),
            _ => None,
        }));
    }
}
