//! Copies as they were asked for: how datasets are stored, what is merged, and where the new file comes into being.

use crate::objects::fixture;
use crate::repacking::{options, repack, sample};
use crate::written::{Written, doubles, strings};
use hyperslab::Kind;
use hyperslab::format::Libver;
use hyperslab::format::message::{ChunkIndex, Dataspace, Extent, Filter, Layout};
use hyperslab::format::selection::Chosen;
use hyperslab::storage::Spool;
use hyperslab::write::dtype::parse;
use hyperslab::write::{
    CreateOptions, Data, DatasetSpec, Editor, FileSpaceOptions, FileSpaceStrategy, Filtering, Must, Named,
    Placing, Repack, RepackOptions, Storing, VirtualSource,
};

const FIXTURES: [&str; 5] = ["earliest.h5", "latest.h5", "userblock.h5", "filtered.h5", "shared.h5"];

/// Writes what a spool hands out into a file.
fn write(spool: &Spool, file: &mut Vec<u8>) {
    for (at, piece) in spool.take() {
        let at = index(at);
        let end = at + piece.len();
        file.resize(file.len().max(end), 0);
        file[at..end].copy_from_slice(&piece);
    }
}

fn named(path: &str, storing: Storing) -> Named {
    Named { path: path.into(), storing, must: Must::ALL }
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap()
}

/// A copy whose pieces leave after every step.
fn spooled(source: &Written, options: RepackOptions) -> Vec<u8> {
    let (spool, mut file) = (Spool::default(), Vec::new());
    let base = if options.own_userblock { source.medium.base } else { options.file.userblock };
    let mut repack = Repack::into(Box::new(spool.clone()), options).unwrap();
    while !repack.step(&source.medium, source.block.root).unwrap().finished {
        write(&spool, &mut file);
    }
    write(&spool, &mut file);
    let base = index(base);
    assert_ne!(file.get(base..base + 8), Some(&b"\x89HDF\r\n\x1a\n"[..]), "a file before its time");
    let len = repack.finish().unwrap().len();
    write(&spool, &mut file);
    file.resize(index(len), 0);
    file
}

#[test]
fn pieces_make_the_same_file() {
    let storing =
        [Storing::gzip(4), Storing::keep(), Storing { placing: Placing::Contiguous, ..Storing::gzip(0) }];
    for name in FIXTURES.into_iter().chain(["data_latest.h5", "created_v110.h5", "external.h5"]) {
        let source = Written::open(fixture(name));
        for storing in &storing {
            for low in [Libver::Earliest, Libver::V200] {
                let file = CreateOptions { low, ..CreateOptions::default() };
                let options =
                    RepackOptions { file, own_userblock: true, ..RepackOptions::storing(storing.clone()) };
                let direct = repack(&source, options.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
                assert!(spooled(&source, options) == direct, "{name} {low:?} {storing:?}");
            }
        }
    }
}

#[test]
fn chunks_that_somebody_else_makes() {
    let source = sample();
    let value = |row: u64, column: u64| f64::from(u8::try_from((row * 100 + column) % 100).unwrap());
    let mut handed = 0;
    let mut repack = Repack::new(RepackOptions {
        storing: Storing { placing: Placing::Shape(vec![30, 70]), ..Storing::gzip(4) },
        ..RepackOptions::default()
    })
    .unwrap();
    let mut progress = repack.step(&source.medium, source.block.root).unwrap();
    while !progress.finished {
        if let Some(apart) = repack.apart() {
            assert_eq!((apart.chunk.as_slice(), apart.fill.as_slice()), (&[30, 70][..], &[0; 8][..]));
            let all = apart.filters.filters.iter().fold(0, |mask, _| mask << 1 | 1);
            loop {
                let boxes = repack.hand_out(3);
                if boxes.is_empty() {
                    break;
                }
                handed += boxes.len();
                for (origin, inside) in boxes {
                    let place = |i: u64| (i / 70, i % 70);
                    let is_inside = |(row, column)| row < inside[0] && column < inside[1];
                    let at = |(row, column)| value(origin[0] + row, origin[1] + column);
                    let elements = (0..30 * 70).map(place).map(|p| if is_inside(p) { at(p) } else { 0.0 });
                    let bytes: Vec<u8> = elements.flat_map(f64::to_le_bytes).collect();
                    assert!(repack.put(&bytes, all).unwrap().done_bytes > progress.done_bytes);
                }
            }
        }
        progress = repack.step(&source.medium, source.block.root).unwrap();
    }
    // Of two datasets all chunks but the first ones; one that is not stored has none.
    assert_eq!(handed, 2 * (4 * 2 - 1));
    assert_eq!(progress.done_bytes, progress.total_bytes);
    let copy = Written::open(repack.finish().unwrap().into_bytes().unwrap());
    assert_eq!(copy.facts(), source.facts());
}

#[test]
fn text_that_comes_in_many_portions() {
    let mut file = Editor::create().unwrap();
    let text = parse("string").unwrap();
    let spec =
        DatasetSpec { gzip: Some(1), ..DatasetSpec::new(text.clone(), Dataspace::simple(vec![20_000])) };
    for i in 0..3 {
        let path = format!("lines {i}");
        let lines = strings((0..20_000).map(|n| format!("{i} {}", "x".repeat(n % 90))));
        file.create_dataset(&path, &spec, Data::Column(&lines)).unwrap();
        file.set_attribute(&path, "note", &text, &Dataspace::simple(vec![]), &strings(["short"])).unwrap();
    }
    let source = Written::open(file.into_bytes().unwrap());
    let direct = repack(&source, options(4, None)).unwrap();
    assert!(spooled(&source, options(4, None)) == direct);
    assert_eq!(Written::open(direct).facts(), source.facts());
}

#[test]
fn files_that_keep_account_of_their_space() {
    let source = sample();
    for strategy in [FileSpaceStrategy::FsmAggr, FileSpaceStrategy::Page, FileSpaceStrategy::None] {
        let space = FileSpaceOptions { strategy, persist: true, ..FileSpaceOptions::default() };
        let file = CreateOptions { space, ..CreateOptions::default() };
        let copy = spooled(&source, RepackOptions { file, ..options(4, None) });
        assert_eq!(Written::open(copy).facts(), source.facts(), "{strategy:?}");
    }
}

#[test]
fn user_blocks_come_along() {
    let bytes = fixture("userblock.h5");
    let source = Written::open(bytes.clone());
    let base = index(source.medium.base);
    let own = repack(&source, RepackOptions { own_userblock: true, ..options(4, None) }).unwrap();
    assert_eq!(own[..base], bytes[..base]);
    assert_eq!(index(Written::open(own).medium.base), base);
    assert_eq!(Written::open(repack(&source, options(4, None)).unwrap()).medium.base, 0);
}

fn chunk(copy: &Written, path: &str) -> Option<Vec<u64>> {
    match copy.parts(path).layout {
        Layout::Chunked { chunk, .. } => Some(chunk),
        _ => None,
    }
}

fn filters(copy: &Written, path: &str) -> Vec<u16> {
    copy.parts(path).filters.filters.iter().map(|f| f.id).collect()
}

fn made(id: u16, values: &[u32]) -> Filtering {
    let filter = Filter { id, optional: true, name: Vec::new(), values: values.to_vec() };
    Filtering::Made { gzip: None, filters: vec![filter], shuffle: None, fletcher32: Some(true) }
}

#[test]
fn datasets_as_they_were_asked_for() {
    let source = sample();
    let shape = |extents: &[u64]| Storing { placing: Placing::Shape(extents.to_vec()), ..Storing::gzip(1) };
    let lzf = Storing { filters: made(32000, &[]), ..Storing::gzip(0) };
    let compact = Storing { placing: Placing::Compact, ..Storing::keep() };
    let named = vec![named("/run", lzf), named("run/plain", shape(&[64, 50])), named("small", compact)];
    let copy = Written::open(repack(&source, RepackOptions { named, ..options(9, None) }).unwrap());
    assert_eq!(copy.facts(), source.facts());
    assert_eq!(
        (chunk(&copy, "run/packed"), filters(&copy, "run/packed")),
        (Some(vec![30, 40]), vec![2, 32000, 3])
    );
    assert_eq!((chunk(&copy, "same"), filters(&copy, "same")), (Some(vec![64, 50]), vec![2, 1]));
    assert_eq!(filters(&copy, "run/lines"), [32000, 3]);
    assert!(matches!(copy.parts("small").layout, Layout::Compact { .. }));
    let all = Written::open(repack(&source, RepackOptions::storing(shape(&[64, 1000]))).unwrap());
    assert_eq!(all.facts(), source.facts());
    // Cut where the dataset is smaller, and not for another rank.
    assert_eq!(
        (chunk(&all, "run/plain"), chunk(&all, "run/packed")),
        (Some(vec![64, 100]), Some(vec![64, 100]))
    );
    assert_eq!(chunk(&all, "run/lines").map(|c| c.len()), Some(1));
    assert_eq!(chunk(&all, "small"), None);
    let one = Storing { placing: Placing::Contiguous, ..Storing::gzip(0) };
    let one = Written::open(repack(&source, RepackOptions::storing(one)).unwrap());
    assert_eq!(one.facts(), source.facts());
    assert_eq!((chunk(&one, "run/packed"), filters(&one, "run/packed")), (None, vec![]));
}

#[test]
fn filters_go_on_with_other_chunks() {
    let source = sample();
    // What rounds comes without a checksum.
    for (id, values) in [(32000, vec![]), (4, vec![32, 8]), (32008, vec![0, 2]), (5, vec![])] {
        let storing = Storing { filters: made(id, &values), ..Storing::gzip(0) };
        let first = repack(&source, RepackOptions::storing(storing)).unwrap();
        let first = Written::open(first);
        let other = Storing { placing: Placing::Shape(vec![11, 13]), ..Storing::keep() };
        let second = Written::open(repack(&first, RepackOptions::storing(other)).unwrap());
        assert_eq!(second.facts(), source.facts(), "{id}");
        assert_eq!(chunk(&second, "run/plain"), Some(vec![11, 13]), "{id}");
        assert!(filters(&second, "run/plain").contains(&id), "{id}");
    }
}

#[test]
fn what_cannot_be_is_an_error_where_it_was_named() {
    let source = sample();
    let fails = |path: &str, storing: Storing| {
        let named = vec![named(path, storing)];
        repack(&source, RepackOptions { named, ..options(4, None) }).unwrap_err()
    };
    let shape = |shape: &[u64]| Storing { placing: Placing::Shape(shape.to_vec()), ..Storing::gzip(1) };
    for (path, storing) in [
        ("/run/plain", shape(&[10])),
        ("/run/plain", shape(&[10, 101])),
        ("/small", shape(&[1])),
        ("/run/plain", Storing { placing: Placing::Compact, ..Storing::keep() }),
        ("/run/lines", Storing { filters: made(32013, &[]), ..Storing::gzip(0) }),
    ] {
        let e = fails(path, storing.clone());
        assert_eq!((e.kind(), e.path()), (Kind::Argument, Some(path)), "{storing:?}: {e}");
        // Said of all of them, it is for those that it fits.
        let copy = Written::open(repack(&source, RepackOptions::storing(storing)).unwrap());
        assert_eq!(copy.facts(), source.facts());
    }
    // What was said of it by the way need not be.
    let by_the_way =
        |must| Named { must, ..named("/run/lines", Storing { filters: made(32013, &[]), ..shape(&[10]) }) };
    for (must, chunks) in
        [(Must { filters: false, placing: true }, Some(vec![10])), (Must::default(), Some(vec![10]))]
    {
        let copy =
            repack(&source, RepackOptions { named: vec![by_the_way(must)], ..options(4, None) }).unwrap();
        assert_eq!(chunk(&Written::open(copy), "run/lines"), chunks);
    }
    assert_eq!(fails("nothing", Storing::keep()).kind(), Kind::NotFound);
    assert_eq!(fails("run", Storing::gzip(10)).kind(), Kind::Argument);
}

#[test]
fn bounds_say_in_which_form() {
    let source = sample();
    let file = CreateOptions { low: Libver::V110, ..CreateOptions::default() };
    let copy = Written::open(repack(&source, RepackOptions { file, ..options(4, None) }).unwrap());
    assert_eq!(copy.facts(), source.facts());
    assert_eq!((copy.block.version, copy.header("run/packed").version), (3, 2));
    let Layout::Chunked { index, .. } = copy.parts("run/packed").layout else { panic!("no chunks") };
    assert!(matches!(index, ChunkIndex::FixedArray { .. }), "{index:?}");
    // And back.
    let back = Written::open(repack(&copy, options(4, None)).unwrap());
    assert_eq!(back.facts(), source.facts());
    assert_eq!(back.block.version, 0);
}

/// A file with a virtual dataset of its own.
fn virtual_sample() -> Written {
    let mut file = Editor::create().unwrap();
    let spec = DatasetSpec::new(parse("<f8").unwrap(), Dataspace::simple(vec![40, 10]));
    let values = doubles((0..400).map(f64::from));
    file.create_dataset("part", &spec, Data::Column(&values)).unwrap();
    let (source, target) = (Chosen::All, Chosen::All);
    let mapping = VirtualSource { file: ".".into(), dataset: "/part".into(), source, target };
    let spec = DatasetSpec { sources: Some(vec![mapping]), ..spec };
    file.create_dataset("whole/all", &spec, Data::Late).unwrap();
    Written::open(file.into_bytes().unwrap())
}

#[test]
fn virtual_datasets_stay_or_are_merged() {
    let source = virtual_sample();
    let kept = Written::open(repack(&source, options(4, None)).unwrap());
    assert!(matches!(kept.parts("whole/all").layout, Layout::Virtual { .. }));
    assert_eq!(kept.facts(), source.facts());
    let merged = RepackOptions::storing(Storing { merge: true, ..Storing::gzip(4) });
    let copy = Written::open(repack(&source, merged.clone()).unwrap());
    assert_eq!(copy.values("whole/all"), source.values("part"));
    assert_eq!(filters(&copy, "whole/all"), [2, 1]);
    // Without its source it would be empty.
    let part =
        |options: RepackOptions| repack(&source, RepackOptions { subtree: Some("whole".into()), ..options });
    let e = part(options(4, None)).unwrap_err();
    assert_eq!((e.kind(), e.path()), (Kind::Unsupported, Some("/whole/all")));
    assert_eq!(Written::open(part(merged.clone()).unwrap()).values("all"), source.values("part"));
    let named = vec![named("whole", merged.storing)];
    let copy = repack(&source, RepackOptions { named, ..options(4, None) }).unwrap();
    assert!(chunk(&Written::open(copy), "whole/all").is_some());
}

#[test]
fn attributes_of_any_number_and_size() {
    let mut file =
        Editor::create_with(&CreateOptions { low: Libver::V18, ..CreateOptions::default() }).unwrap();
    let text = parse("string").unwrap();
    let scalar = Dataspace { extent: Extent::Scalar };
    for i in 0..30 {
        file.set_attribute("/", &format!("many {i}"), &text, &scalar, &strings([format!("value {i}")]))
            .unwrap();
    }
    file.create_group("large").unwrap();
    let values = doubles((0..20_000).map(f64::from));
    let space = Dataspace::simple(vec![20_000]);
    file.set_attribute("large", "large", &parse("<f8").unwrap(), &space, &values).unwrap();
    let source = Written::open(file.into_bytes().unwrap());
    for low in [Libver::Earliest, Libver::V18, Libver::V200] {
        let file = CreateOptions { low, ..CreateOptions::default() };
        let copy = Written::open(spooled(&source, RepackOptions { file, ..options(4, None) }));
        assert_eq!(copy.facts(), source.facts(), "{low:?}");
    }
}
