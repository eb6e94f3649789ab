//! Copies of files: equal in what they say, however the source's bytes arrive.

use crate::fetched::{Fetched, drive};
use crate::objects::fixture;
use crate::written::{Written, doubles, longs, strings};
use hyperslab::format::message::{Dataspace, Layout};
use hyperslab::limits::Limits;
use hyperslab::object::superblock;
use hyperslab::storage::Medium;
use hyperslab::write::dtype::parse;
use hyperslab::write::{Chunks, Data, DatasetSpec, Editor, Repack, RepackOptions, Storing};
use hyperslab::{Kind, Result};
use std::cell::RefCell;
use std::rc::Rc;

pub fn options(gzip: u8, subtree: Option<&str>) -> RepackOptions {
    RepackOptions { subtree: subtree.map(Into::into), ..RepackOptions::storing(Storing::gzip(gzip)) }
}

pub fn repack(source: &Written, options: RepackOptions) -> Result<Vec<u8>> {
    let mut repack = Repack::new(options)?;
    let mut progress = repack.step(&source.medium, source.block.root)?;
    while !progress.finished {
        progress = repack.step(&source.medium, source.block.root)?;
    }
    assert_eq!(progress.done_bytes, progress.total_bytes);
    repack.finish()?.into_bytes()
}

pub fn sample() -> Written {
    let mut file = Editor::create().unwrap();
    let scalar = Dataspace::simple(vec![]);
    let values = doubles((0..10_000).map(|i| f64::from(i % 100)));
    let plain = DatasetSpec::new(parse("<f8").unwrap(), Dataspace::simple(vec![100, 100]));
    file.create_dataset("run/plain", &plain, Data::Column(&values)).unwrap();
    let packed = DatasetSpec { chunks: Chunks::Shape(vec![30, 40]), gzip: Some(1), ..plain.clone() };
    file.create_dataset("run/packed", &packed, Data::Column(&values)).unwrap();
    file.create_dataset("run/late", &packed, Data::Late).unwrap();
    let text = DatasetSpec::new(parse("string").unwrap(), Dataspace::simple(vec![500]));
    let lines = strings((0..500).map(|i| format!("line {i}")));
    file.create_dataset("run/lines", &text, Data::Column(&lines)).unwrap();
    file.create_dataset(
        "small",
        &DatasetSpec::new(parse("<i8").unwrap(), scalar.clone()),
        Data::Column(&longs([3])),
    )
    .unwrap();
    file.set_attribute("run", "who", &parse("string").unwrap(), &scalar, &strings(["wé"])).unwrap();
    file.link_hard("same", "run/plain").unwrap();
    file.link_hard("run/up", "/").unwrap();
    file.link_soft("soft", "run/plain").unwrap();
    file.link_external("out", "other.h5", "/x").unwrap();
    Written::open(file.into_bytes().unwrap())
}

#[test]
fn copies_say_the_same() {
    let source = sample();
    for level in [0, 1, 9] {
        let copy = Written::open(repack(&source, options(level, None)).unwrap());
        assert_eq!(copy.facts(), source.facts());
        let again = Written::open(repack(&copy, options(level, None)).unwrap());
        assert_eq!(again.facts(), source.facts());
    }
}

#[test]
fn fixtures_of_the_reference_library_too() {
    for name in ["earliest.h5", "latest.h5", "userblock.h5", "filtered.h5", "shared.h5"] {
        let source = Written::open(fixture(name));
        let copy = repack(&source, options(4, None)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(Written::open(copy).facts(), source.facts(), "{name}");
    }
}

#[test]
fn bytes_may_arrive_in_any_portions() {
    let source = sample();
    let direct = repack(&source, options(4, None)).unwrap();
    let bytes = source.medium.into_storage().into_bytes().unwrap();
    let have = Rc::new(RefCell::new(Vec::new()));
    let storage = Fetched { bytes: bytes.into(), have: Rc::clone(&have) };
    let mut medium = Medium::new(Box::new(storage), Limits::default());
    let mut rounds = 0;
    let block = drive(&have, &mut rounds, || superblock::read(&mut medium));
    let mut repack = Repack::new(options(4, None)).unwrap();
    while !drive(&have, &mut rounds, || repack.step(&medium, block.root)).finished {}
    assert!(rounds > 5);
    assert!(repack.finish().unwrap().into_bytes().unwrap() == direct, "portions make a difference");
}

#[test]
fn storage_as_promised() {
    let source = sample();
    let layout = |copy: &Written, path: &str| match copy.parts(path).layout {
        Layout::Chunked { chunk, address, .. } => Some((chunk, address.is_some())),
        _ => None,
    };
    let filters = |copy: &Written, path: &str| -> Vec<u16> {
        copy.parts(path).filters.filters.iter().map(|f| f.id).collect()
    };
    let copy = Written::open(repack(&source, options(6, None)).unwrap());
    assert_eq!(layout(&copy, "run/plain"), Some((vec![25, 50], true)));
    assert_eq!(layout(&copy, "run/packed"), Some((vec![30, 40], true)));
    assert_eq!(layout(&copy, "run/late"), Some((vec![30, 40], false)));
    assert_eq!(layout(&copy, "small"), None);
    assert_eq!(filters(&copy, "run/plain"), [2, 1]);
    assert_eq!(filters(&copy, "run/lines"), [1]);
    let loose = Written::open(repack(&source, options(0, None)).unwrap());
    assert_eq!(layout(&loose, "run/plain"), None);
    assert_eq!(layout(&loose, "run/packed"), Some((vec![30, 40], true)));
    assert_eq!(filters(&loose, "run/packed"), [0u16; 0]);
    assert!(copy.medium.storage_len() < loose.medium.storage_len());
}

#[test]
fn filters_that_are_kept() {
    let keep = || RepackOptions::storing(Storing::keep());
    for name in ["earliest.h5", "latest.h5", "userblock.h5", "filtered.h5", "shared.h5"] {
        let source = Written::open(fixture(name));
        let copy = repack(&source, keep()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(Written::open(copy).facts(), source.facts(), "{name}");
    }
    let source = sample();
    let copy = Written::open(repack(&source, keep()).unwrap());
    assert_eq!(copy.facts(), source.facts());
    for path in ["run/plain", "run/packed", "run/lines", "small"] {
        let (copied, own) = (copy.parts(path), source.parts(path));
        assert_eq!(copied.filters, own.filters, "{path}");
        let chunk = |layout: &Layout| match layout {
            Layout::Chunked { chunk, .. } => Some(chunk.clone()),
            _ => None,
        };
        assert_eq!(chunk(&copied.layout), chunk(&own.layout), "{path}");
    }
}

#[test]
fn what_is_left_out() {
    let source = sample();
    let without = |drop: &[&str], subtree: Option<&str>| {
        let drop = drop.iter().map(|path| (*path).to_owned()).collect();
        repack(&source, RepackOptions { drop, ..options(4, subtree) })
    };
    // The other link to it keeps the object.
    let copy = Written::open(without(&["/run/plain", "out", "run/up/run/late"], None).unwrap());
    assert_eq!(copy.names("/"), ["run", "same", "small", "soft"]);
    assert_eq!(copy.names("run"), ["lines", "packed", "up"]);
    assert_eq!(copy.values("same"), source.values("run/plain"));
    let whole = repack(&source, options(4, None)).unwrap();
    assert!(without(&["run", "same"], None).unwrap().len() < whole.len() / 2);
    let part = Written::open(without(&["run/up", "run/packed"], Some("run")).unwrap());
    assert_eq!(part.names("/"), ["late", "lines", "plain"]);
    for (path, kind) in [("/", Kind::Argument), ("no", Kind::NotFound), ("small/x", Kind::NotFound)] {
        assert_eq!(without(&[path], None).unwrap_err().kind(), kind, "{path}");
    }
}

#[test]
fn parts_of_a_file() {
    let source = sample();
    let dataset = Written::open(repack(&source, options(4, Some("/run/plain"))).unwrap());
    assert_eq!(dataset.names("/"), ["plain"]);
    assert_eq!(dataset.values("plain"), source.values("run/plain"));
    // What a cycle leads to is part of it.
    let group = Written::open(repack(&source, options(4, Some("run"))).unwrap());
    assert_eq!(group.names("/"), ["late", "lines", "packed", "plain", "up"]);
    assert_eq!(group.names("up"), source.names("/"));
    assert_eq!(group.address("up/run"), group.block.root);
    assert_eq!(group.attribute("/", "who"), strings(["wé"]));
    assert_eq!(repack(&source, options(4, Some("nowhere"))).unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn unfinished_copies_are_not_handed_out() {
    assert_eq!(Repack::new(options(10, None)).err().map(|e| e.kind()), Some(Kind::Argument));
    let repack = Repack::new(options(4, None)).unwrap();
    assert_eq!(repack.finish().err().map(|e| e.kind()), Some(Kind::Argument));
}
