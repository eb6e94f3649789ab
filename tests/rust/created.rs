//! Makes objects again that the reference library made (tests/fixtures/engine/make_created.py): the messages of their
//! headers are the same, byte for byte, for each lower bound.

use crate::written::Written;
use hyperslab::Kind;
use hyperslab::format::Libver;
use hyperslab::format::datatype::{Class, Datatype};
use hyperslab::format::header::RawMessage;
use hyperslab::format::message::{
    AllocTime, BTreeK, Dataspace, Extent, FillTime, GroupInfo, Layout, LinkInfo, kind,
};
use hyperslab::object::attributes;
use hyperslab::object::header::ObjectHeader;
use hyperslab::write::{
    Chunks, CreateOptions, Data, DatasetSpec, Editor, Fill, GroupOptions, HeaderOptions, Order,
};
use std::path::Path;

fn fixture(bound: Libver) -> Written {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/engine");
    Written::open(std::fs::read(dir.join(format!("created_{}.h5", bound.name()))).unwrap())
}

/// Type, flags and body of every message, without places in the file.
fn messages(file: &Written, header: &ObjectHeader) -> Vec<String> {
    let kept = |m: &&RawMessage| !matches!(m.kind, kind::NIL | kind::CONTINUATION);
    let one = |m: &RawMessage| {
        let mut data = m.data.clone();
        if m.kind == kind::LAYOUT {
            let layout = Layout::decode(&mut header.reader(&file.medium, m)).unwrap();
            if let Layout::Contiguous { address: Some(a), .. } | Layout::Chunked { address: Some(a), .. } =
                layout
            {
                let address = a.0.to_le_bytes();
                let at = data.windows(8).position(|w| *w == address).unwrap();
                data[at..at + 8].fill(0);
            }
        }
        format!("{:#x} {:#x} {:?} {:02x?}", m.kind, m.flags, m.creation_index, data)
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

const BOUNDS: [Libver; 5] = [Libver::Earliest, Libver::V18, Libver::V110, Libver::V112, Libver::V200];

fn editor(low: Libver) -> Editor {
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
                // Chunks that are stored need their index.
                if bound > Libver::V18 && name.starts_with("early") && name.ends_with("chunks") {
                    continue;
                }
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
