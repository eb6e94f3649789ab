//! Makes objects again that the reference library made (tests/fixtures/engine/make_created.py): the messages of their
//! headers are the same, byte for byte, for each lower bound.

use crate::written::{Written, longs};
use hyperslab::Kind;
use hyperslab::bytes::Reader;
use hyperslab::chunk::heap::{HeapCache, HeapState};
use hyperslab::format::Libver;
use hyperslab::format::datatype::{Class, Datatype};
use hyperslab::format::header::RawMessage;
use hyperslab::format::heap::global::{HeapId, Objects};
use hyperslab::format::message::{
    AllocTime, AttributeMessage, BTreeK, Dataspace, Extent, ExternalFiles, FillTime, GroupInfo, Layout,
    LinkInfo, Shareable, Shared, flag, kind,
};
use hyperslab::format::vds::{Mapping, Mappings};
use hyperslab::layout::DatasetParts;
use hyperslab::object::attributes;
use hyperslab::object::header::ObjectHeader;
use hyperslab::write::{
    Chunks, CreateOptions, Data, DatasetSpec, Editor, Fill, GroupOptions, HeaderOptions, Order, VirtualSource,
};
use std::path::Path;

pub fn fixture(bound: Libver) -> Written {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/engine");
    Written::open(std::fs::read(dir.join(format!("created_{}.h5", bound.name()))).unwrap())
}

/// Type, flags and body of every message, without places in the file.
pub fn messages(file: &Written, header: &ObjectHeader) -> Vec<String> {
    let kept = |m: &&RawMessage| !matches!(m.kind, kind::NIL | kind::CONTINUATION);
    let one = |m: &RawMessage| {
        let (mut data, mut values) = (m.data.clone(), None);
        let forget = |data: &mut Vec<u8>, place: &[u8]| {
            if let Some(at) = data.windows(place.len()).position(|w| w == place) {
                data[at..at + place.len()].fill(0);
            }
        };
        if m.kind == kind::EXTERNAL_FILES {
            let list = ExternalFiles::decode(&mut header.reader(&file.medium, m)).unwrap();
            forget(&mut data, &list.heap.0.to_le_bytes());
        }
        let shared = m.flags & flag::SHARED != 0;
        if m.kind == kind::DATATYPE && shared {
            forget(&mut data, &header.committed_datatype(&file.medium).unwrap().unwrap().0.to_le_bytes());
        }
        if m.kind == kind::ATTRIBUTE {
            let a = AttributeMessage::decode(&mut header.reader(&file.medium, m), 32).unwrap();
            if let Shareable::There(Shared::Committed(address)) = a.datatype {
                forget(&mut data, &address.0.to_le_bytes());
            }
            // What is in the heap is not at the same place, and text without a place is read as empty text.
            let all = attributes::list(&file.medium, header).unwrap();
            if let Some(found) = all.iter().find(|b| b.name == a.name && b.datatype.uses_heap()) {
                data.truncate(data.len() - a.data.len());
                values = Some(file.decoded(&found.datatype, &found.data));
            }
        }
        if m.kind == kind::LAYOUT {
            let layout = Layout::decode(&mut header.reader(&file.medium, m)).unwrap();
            match layout {
                Layout::Contiguous { address: Some(a), .. } | Layout::Chunked { address: Some(a), .. } => {
                    forget(&mut data, &a.0.to_le_bytes());
                }
                Layout::Virtual { address: Some(a), index } => {
                    forget(&mut data, &[a.0.to_le_bytes().as_slice(), &index.to_le_bytes()].concat());
                }
                _ => {}
            }
        }
        format!("{:#x} {:#x} {:?} {data:02x?} {values:?}", m.kind, m.flags, m.creation_index)
    };
    header.messages.iter().filter(kept).map(one).collect()
}

fn order(tracked: bool, indexed: bool) -> Order {
    match (tracked, indexed) {
        (_, true) => Order::Indexed,
        (true, _) => Order::Tracked,
        _ => Order::Untracked,
    }
}

fn header_options(header: &ObjectHeader) -> HeaderOptions {
    let prefix = header.prefix.unwrap_or_default();
    HeaderOptions {
        attribute_order: order(prefix.order_tracked, prefix.order_indexed),
        attribute_phase_change: prefix.phase_change,
        time: None,
    }
}

/// The same attributes, in the order of their creation.
fn copy_attributes(file: &Written, header: &ObjectHeader, to: &mut Editor, path: &str) {
    let mut all = attributes::list(&file.medium, header).unwrap();
    all.sort_by_key(|a| a.creation_order);
    for a in all {
        let name = String::from_utf8(a.name.clone()).unwrap();
        let values = file.decoded(&a.datatype, &a.data);
        to.set_attribute(path, &name, &a.datatype, &a.dataspace, &values).unwrap();
    }
}

pub const BOUNDS: [Libver; 5] = [Libver::Earliest, Libver::V18, Libver::V110, Libver::V112, Libver::V200];

pub fn editor(low: Libver) -> Editor {
    Editor::create_with(&CreateOptions { low, ..CreateOptions::default() }).unwrap()
}

/// The objects at `paths` have the same headers in both files.
fn compare(bound: Libver, ours: Editor, theirs: &Written, paths: &[String]) {
    let made = Written::open(ours.into_bytes().unwrap());
    let mut different = Vec::new();
    for path in paths {
        let (a, b) = (made.header(path), theirs.header(path));
        let (ours, theirs) = (messages(&made, &a), messages(theirs, &b));
        if a.version != b.version || ours != theirs {
            different.push(format!("{path}\n  ours   {ours:#?}\n  theirs {theirs:#?}"));
        }
    }
    assert!(different.is_empty(), "{bound:?}: {}", different.join("\n"));
}

#[test]
fn datasets_are_as_the_library_makes_them() {
    for bound in BOUNDS {
        let file = fixture(bound);
        let mut to = editor(bound);
        let mut paths = Vec::new();
        for group in ["types", "layouts"] {
            for name in file.names(group) {
                let path = format!("{group}/{name}");
                let header = file.header(&path);
                let spec =
                    DatasetSpec { header: header_options(&header), ..DatasetSpec::like(&file.parts(&path)) };
                to.create_dataset(&path, &spec, Data::Late)
                    .unwrap_or_else(|e| panic!("{bound:?} {path}: {e}"));
                copy_attributes(&file, &header, &mut to, &path);
                paths.push(path);
            }
        }
        compare(bound, to, &file, &paths);
    }
}

#[test]
fn virtual_and_external_datasets_are_as_the_library_makes_them() {
    for bound in BOUNDS {
        let file = fixture(bound);
        let mut to = editor(bound);
        let paths: Vec<String> = file.names("elsewhere").iter().map(|n| format!("elsewhere/{n}")).collect();
        for path in &paths {
            let parts = file.parts(path);
            let mut spec = DatasetSpec::like(&parts);
            if matches!(parts.layout, Layout::Virtual { .. }) {
                let list = mappings(&file, &parts).map_or_else(Vec::new, |(_, m)| m.list);
                spec.sources = Some(list.into_iter().map(source).collect());
            }
            to.create_dataset(path, &spec, Data::Late).unwrap_or_else(|e| panic!("{bound:?} {path}: {e}"));
        }
        let made = Written::open(to.into_bytes().unwrap());
        for path in &paths {
            let (ours, theirs) = (made.parts(path), file.parts(path));
            assert_eq!(ours.external, theirs.external, "{bound:?} {path}");
            let (a, b) = (mappings(&made, &ours), mappings(&file, &theirs));
            assert_eq!(a.map(|m| m.0), b.map(|m| m.0), "{bound:?} {path}");
            assert_eq!(
                messages(&made, &made.header(path)),
                messages(&file, &file.header(path)),
                "{bound:?} {path}"
            );
        }
    }
}

/// The mappings of a virtual dataset: their bytes, and what they say.
fn mappings(file: &Written, parts: &DatasetParts) -> Option<(Vec<u8>, Mappings)> {
    let Layout::Virtual { address: Some(collection), index } = parts.layout else { return None };
    let mut state = HeapState::default();
    let mut heap = HeapCache::new(&file.medium, &mut state);
    let bytes = heap.object(HeapId { collection, index }).unwrap().to_vec();
    let decoded = Mappings::decode(&mut Reader::new(&bytes, 0, file.medium.ctx)).unwrap();
    Some((bytes, decoded))
}

fn source(mapping: Mapping) -> VirtualSource {
    VirtualSource {
        file: String::from_utf8(mapping.file).unwrap(),
        dataset: String::from_utf8(mapping.dataset).unwrap(),
        source: mapping.source.chosen,
        target: mapping.target.chosen,
    }
}

#[test]
fn committed_datatypes_are_as_the_library_makes_them() {
    for bound in BOUNDS {
        let file = fixture(bound);
        let mut to = editor(bound);
        let (users, types): (Vec<String>, Vec<String>) =
            file.names("named").into_iter().partition(|name| name.starts_with("of "));
        for name in &types {
            let path = format!("named/{name}");
            let datatype = file.header(&path).datatype(&file.medium).unwrap();
            to.create_datatype(&path, &datatype, &HeaderOptions::default()).unwrap();
            assert_eq!(to.datatype(&path).unwrap(), datatype);
            let user = format!("named/of {name}");
            let parts = file.parts(&user);
            let spec = DatasetSpec { committed: Some(path.clone()), ..DatasetSpec::like(&parts) };
            to.create_dataset(&user, &spec, Data::Late).unwrap();
            for (object, attribute) in [(&user, "a"), (&path, "b")] {
                let a = &file.attributes(object)[attribute];
                let values = file.decoded(&a.datatype, &a.data);
                to.set_attribute_of(object, attribute, &path, &a.dataspace, &values).unwrap();
            }
        }
        let made = Written::open(to.into_bytes().unwrap());
        for name in users.iter().chain(&types) {
            let path = format!("named/{name}");
            let (ours, theirs) = (made.header(&path), file.header(&path));
            assert_eq!(ours.reference_count, theirs.reference_count, "{bound:?} {path}");
            // A datatype that is used has its place before it has its attributes.
            let (mut a, mut b) = (messages(&made, &ours), messages(&file, &theirs));
            a.sort();
            b.sort();
            assert_eq!(a, b, "{bound:?} {path}");
            if let Some(name) = name.strip_prefix("of ") {
                let datatype = Some(made.address(&format!("named/{name}")));
                assert_eq!(ours.committed_datatype(&made.medium).unwrap(), datatype);
                assert_eq!(made.attributes(&path)["a"].committed, datatype);
            }
        }
    }
}

#[test]
fn users_of_a_datatype_are_counted() {
    for bound in BOUNDS {
        let mut file = editor(bound);
        let (number, scalar) = (Datatype::integer(4, true), Dataspace::simple(vec![]));
        file.create_datatype("t", &number, &HeaderOptions::default()).unwrap();
        let spec =
            DatasetSpec { committed: Some("t".into()), ..DatasetSpec::new(number.clone(), scalar.clone()) };
        for path in ["a", "b", "c"] {
            file.create_dataset(path, &spec, Data::Bytes(&[1, 0, 0, 0])).unwrap();
            file.set_attribute_of(path, "x", "t", &scalar, &longs([5])).unwrap();
            file.set_attribute_of(path, "x", "t", &scalar, &longs([6])).unwrap();
        }
        // What fails leaves no user.
        let other = DatasetSpec { datatype: Datatype::integer(2, true), ..spec.clone() };
        assert_eq!(file.create_dataset("d", &other, Data::Late).unwrap_err().kind(), Kind::Argument);
        assert!(file.set_attribute_of("missing", "x", "t", &scalar, &longs([5])).is_err());
        assert!(file.set_attribute_of("a", "y", "b", &scalar, &longs([5])).is_err());
        assert_eq!(references(&mut file), 7);
        file.set_attribute("a", "x", &number, &scalar, &longs([5])).unwrap();
        file.delete_attribute("b", "x").unwrap();
        assert_eq!(references(&mut file), 5);
        file.unlink("c").unwrap();
        assert_eq!(references(&mut file), 3);
        file.unlink("t").unwrap();
        let file = Written::open(file.into_bytes().unwrap());
        // Without a name it is there as long as somebody uses it.
        assert_eq!(file.parts("b").datatype, number);
    }
}

fn references(file: &mut Editor) -> u32 {
    Written::open(file.to_bytes().unwrap()).header("t").reference_count
}

#[test]
fn groups_are_as_the_library_makes_them() {
    for bound in BOUNDS {
        let file = fixture(bound);
        let mut to = editor(bound);
        let mut paths = Vec::new();
        for name in file.names("groups") {
            let path = format!("groups/{name}");
            let header = file.header(&path);
            let message = |kind| header.find(kind).map(|m| header.reader(&file.medium, m));
            let links = message(kind::LINK_INFO).map(|mut r| LinkInfo::decode(&mut r).unwrap());
            let info = message(kind::GROUP_INFO).map(|mut r| GroupInfo::decode(&mut r).unwrap());
            let (links, info) = (links.unwrap_or_default(), info.unwrap_or_default());
            let options = GroupOptions {
                link_order: order(links.max_creation_index.is_some(), links.order_btree.is_some()),
                // What is usual is not stored.
                link_phase_change: Some(info.phase_change.unwrap_or((8, 6))),
                estimates: Some(info.estimates.unwrap_or((4, 8))),
                header: header_options(&header),
            };
            to.create_group_with(&path, &options).unwrap();
            if header.find(kind::SYMBOL_TABLE).is_none() {
                paths.push(path);
            }
        }
        assert_eq!(paths.len(), if bound == Libver::Earliest { 4 } else { 5 });
        to.create_group("attributes").unwrap();
        copy_attributes(&file, &file.header("attributes"), &mut to, "attributes");
        compare(bound, to, &file, &paths);
    }
}

#[test]
fn superblocks_follow_the_bounds() {
    let superblock = |options: CreateOptions| {
        let mut file = Editor::create_with(&options).unwrap();
        file.create_group("a/b").unwrap();
        let file = Written::open(file.into_bytes().unwrap());
        assert_eq!(file.names("a"), ["b"]);
        file.block
    };
    let usual = CreateOptions::default();
    let k = BTreeK { chunk: 7, group_internal: 3, group_leaf: 2 };
    for (low, version) in BOUNDS.into_iter().zip([0, 2, 3, 3, 3]) {
        let block = superblock(CreateOptions { low, ..usual });
        assert_eq!((block.version, block.extension()), (version, None));
        let block =
            superblock(CreateOptions { low, k, userblock: 1024, root: GroupOptions::in_order(), ..usual });
        assert_eq!((block.version, block.k, block.base), (version.max(1), k, 1024));
        assert_eq!(block.extension().is_some(), version > 1);
    }
    let k = BTreeK { group_leaf: 9, ..BTreeK::default() };
    assert_eq!(superblock(CreateOptions { k, ..usual }).k, k);
}

#[test]
fn options_that_contradict_each_other() {
    let usual = CreateOptions::default();
    let nothing = BTreeK { chunk: 0, ..BTreeK::default() };
    let root = GroupOptions { link_phase_change: Some((3, 4)), ..GroupOptions::in_order() };
    for options in [
        CreateOptions { low: Libver::V112, high: Libver::V110, ..usual },
        CreateOptions { userblock: 256, ..usual },
        CreateOptions { userblock: 1000, ..usual },
        CreateOptions { k: nothing, ..usual },
        CreateOptions { root, ..usual },
    ] {
        assert_eq!(
            Editor::create_with(&options).err().map(|e| e.kind()),
            Some(Kind::Argument),
            "{options:?}"
        );
    }
    let mut file = Editor::create_with(&CreateOptions { high: Libver::V18, ..usual }).unwrap();
    let plain = DatasetSpec::new(Datatype::integer(4, true), Dataspace::simple(vec![10]));
    let chunked = DatasetSpec { chunks: Chunks::Shape(vec![3]), ..plain.clone() };
    let max = |max| Dataspace { extent: Extent::Simple { dims: vec![10], max: Some(vec![max]) } };
    let text =
        DatasetSpec::new(hyperslab::write::dtype::parse("string").unwrap(), Dataspace::simple(vec![2]));
    let large = Dataspace::simple(vec![17_000]);
    let complex = Class::Complex { base: Box::new(Datatype::float(4).unwrap()) };
    for spec in [
        DatasetSpec { compact: true, ..chunked.clone() },
        DatasetSpec { compact: true, gzip: Some(1), ..plain.clone() },
        DatasetSpec { compact: true, dataspace: max(None), ..plain.clone() },
        DatasetSpec { compact: true, dataspace: large, ..plain.clone() },
        DatasetSpec { compact: true, alloc_time: Some(AllocTime::Late), ..plain.clone() },
        DatasetSpec { chunks: Chunks::Never, dataspace: max(Some(20)), ..plain.clone() },
        DatasetSpec { chunks: Chunks::Never, shuffle: true, ..plain.clone() },
        DatasetSpec { chunks: Chunks::Shape(vec![11]), ..plain.clone() },
        DatasetSpec { chunks: Chunks::Shape(vec![1 << 30]), dataspace: max(None), ..plain.clone() },
        DatasetSpec { edge_unfiltered: true, ..chunked },
        DatasetSpec { fill: Fill::Bytes(vec![1, 2]), ..plain.clone() },
        DatasetSpec { fill: Fill::Undefined, fill_time: FillTime::OnAllocation, ..plain.clone() },
        DatasetSpec { fill_time: FillTime::Never, ..text.clone() },
        DatasetSpec { fill: Fill::Bytes(vec![0; 16]), ..text },
        DatasetSpec { datatype: Datatype { size: 8, class: complex }, ..plain },
    ] {
        let result = file.create_dataset("d", &spec, Data::Late);
        assert_eq!(result.err().map(|e| e.kind()), Some(Kind::Argument), "{spec:?}");
    }
    // Nothing of it is left.
    file.create_group("d").unwrap();
}
