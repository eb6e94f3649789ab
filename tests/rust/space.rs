//! How files handle their space.

use crate::written::{Dice, Written, longs};
use hyperslab::bytes::lookup3;
use hyperslab::format::Libver;
use hyperslab::format::message::{Dataspace, FileSpace, Layout, kind};
use hyperslab::limits::Limits;
use hyperslab::object::header::ObjectHeader;
use hyperslab::object::superblock;
use hyperslab::storage::Memory;
use hyperslab::write::dtype::parse;
use hyperslab::write::{CreateOptions, Data, DatasetSpec, Editor, FileSpaceOptions, FileSpaceStrategy};
use hyperslab::{Kind, Result};

fn add(file: &mut Editor, path: &str, n: u64) -> Result<()> {
    let spec = DatasetSpec::new(parse("<i8")?, Dataspace::simple(vec![n]));
    file.create_dataset(path, &spec, Data::Column(&longs(0..n.cast_signed())))
}

fn said(file: &Written) -> Option<FileSpace> {
    let header = ObjectHeader::open(&file.medium, file.block.extension()?).unwrap();
    let message = header.find(kind::FILE_SPACE)?;
    Some(FileSpace::decode(&mut header.reader(&file.medium, message)).unwrap())
}

fn options(strategy: FileSpaceStrategy, persist: bool, page_size: u64) -> CreateOptions {
    let space = FileSpaceOptions { strategy, persist, page_size, ..FileSpaceOptions::default() };
    CreateOptions { space, ..CreateOptions::default() }
}

#[test]
fn new_files_say_how() {
    use FileSpaceStrategy::{Aggr, FsmAggr, None, Page};
    for low in [Libver::Earliest, Libver::V18, Libver::V110] {
        for (strategy, persist) in
            [(FsmAggr, false), (FsmAggr, true), (Page, false), (Page, true), (Aggr, false), (None, false)]
        {
            let mut file =
                Editor::create_with(&CreateOptions { low, ..options(strategy, persist, 4096) }).unwrap();
            (0..9).for_each(|i| add(&mut file, &format!("/run/{i}"), 100 * i).unwrap());
            let free = file.free_space();
            assert!(if strategy == Page { free > 1000 } else { free < 8 }, "{strategy:?}");
            let file = Written::open(file.into_bytes().unwrap());
            let space = said(&file);
            assert_eq!(space.is_some(), (strategy, persist) != (FsmAggr, false));
            assert!(space.is_none_or(|s| s.strategy == strategy as u8 && s.managers.is_some() == persist));
            for i in 0..9 {
                assert_eq!(file.values(&format!("/run/{i}")), longs(0..100 * i));
            }
        }
    }
}

#[test]
fn pages_are_kept() {
    for page in [512, 1000, 4096] {
        let mut file = Editor::create_with(&options(FileSpaceStrategy::Page, true, page)).unwrap();
        for i in 0..40 {
            add(&mut file, &format!("/a/{i}"), 1 + 13 * i).unwrap();
        }
        let file = Written::open(file.into_bytes().unwrap());
        assert_eq!(file.block.eof % page, 0);
        for i in 0..40 {
            let path = format!("/a/{i}");
            let Layout::Contiguous { address: Some(address), size: Some(size) } =
                file.header(&path).stored_layout(&file.medium).unwrap()
            else {
                panic!("{path}")
            };
            assert!(address.0 % page + size <= page || address.0 % page == 0, "{size} bytes at {address:?}");
            assert_eq!(file.values(&path), longs(0..1 + 13 * i));
        }
        let managers = said(&file).unwrap().managers.unwrap();
        assert!(managers[0].is_some() && managers[2].is_some());
    }
}

#[test]
fn options_are_checked() {
    let paged = |page, userblock| {
        let options = CreateOptions { userblock, ..options(FileSpaceStrategy::Page, true, page) };
        Editor::create_with(&options).map(|_| ()).map_err(|e| e.kind())
    };
    assert_eq!(paged(4096, 8192), Ok(()));
    for (page, userblock) in [(511, 0), (1 << 31, 0), (4096, 2048), (1000, 512)] {
        assert_eq!(paged(page, userblock), Err(Kind::Argument));
    }
    let old = CreateOptions { high: Libver::V18, ..options(FileSpaceStrategy::None, false, 4096) };
    assert_eq!(Editor::create_with(&old).err().map(|e| e.kind()), Some(Kind::Argument));
}

fn reopened(bytes: &[u8]) -> Result<Editor> {
    let (medium, block) = superblock::open(Box::new(Memory::new(bytes.to_vec())), Limits::default())?;
    Editor::open(medium, block, None)
}

/// A file that remembers free space of every kind, and the names of its datasets.
fn with_free_space(strategy: FileSpaceStrategy) -> (Vec<u8>, Vec<String>) {
    let mut file = Editor::create_with(&options(strategy, true, 512)).unwrap();
    let names: Vec<String> = (0..24).map(|i| format!("/g{}/d{i}", i % 3)).collect();
    for (i, name) in (0..).zip(&names) {
        add(&mut file, name, 1 + 17 * (i % 7)).unwrap();
    }
    file.commit().unwrap();
    file.unlink("/g1").unwrap();
    let bytes = file.into_bytes().unwrap();
    let names = names.into_iter().filter(|n| !n.starts_with("/g1/")).collect();
    (bytes, names)
}

fn intact(bytes: Vec<u8>, names: &[String]) {
    let file = Written::open(bytes);
    for name in names {
        let i: i64 = name.split_once("/d").unwrap().1.parse().unwrap();
        assert_eq!(file.values(name), longs(0..1 + 17 * (i % 7)), "{name}");
    }
}

#[test]
fn free_space_is_used_after_opening() {
    for strategy in [FileSpaceStrategy::FsmAggr, FileSpaceStrategy::Page] {
        let (bytes, mut names) = with_free_space(strategy);
        let mut file = reopened(&bytes).unwrap();
        let free = file.free_space();
        assert!(free > 1000, "{free}");
        assert_eq!(file.to_bytes().unwrap(), bytes, "nothing was changed");
        // As large as one that is gone.
        names.push("/again/d1".into());
        add(&mut file, "/again/d1", 18).unwrap();
        file.flush().unwrap();
        assert!(file.free_space() < free);
        let once = file.to_bytes().unwrap();
        assert!(once.len() <= bytes.len() + 512, "{} bytes after {}", once.len(), bytes.len());
        intact(once, &names);
        file.unlink("/again").unwrap();
        file.flush().unwrap();
        names.pop();
        intact(file.into_bytes().unwrap(), &names);
    }
}

#[test]
fn damaged_managers_do_no_harm() {
    for strategy in [FileSpaceStrategy::FsmAggr, FileSpaceStrategy::Page] {
        let (good, names) = with_free_space(strategy);
        let starts = |mark: &[u8]| -> Vec<usize> {
            good.windows(4).enumerate().filter(|(_, w)| *w == mark).map(|(at, _)| at).collect()
        };
        let headers = starts(b"FSHD");
        assert!(!headers.is_empty() && starts(b"FSSE").len() == headers.len());
        let mut dice = Dice(5);
        for at in headers.iter().chain(&starts(b"FSSE")).flat_map(|start| *start..start + 60) {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << dice.below(8);
            let mut file = reopened(&bytes).unwrap();
            add(&mut file, "/new/d3", 1 + 17 * 3).unwrap();
            add(&mut file, "/new/d6", 1 + 17 * 6).unwrap();
            let all: Vec<String> =
                names.iter().cloned().chain(["/new/d3".into(), "/new/d6".into()]).collect();
            intact(file.into_bytes().unwrap(), &all);
        }
        // Lies with a checksum: whatever comes of them, it is a file or an error.
        for header in headers {
            for _ in 0..300 {
                let mut bytes = good.clone();
                let at = header + usize::try_from(6 + dice.below(72)).unwrap();
                bytes[at] = [0, 1, 0x7f, 0xff, bytes[at] ^ 1][usize::try_from(dice.below(5)).unwrap()];
                let sum = lookup3(&bytes[header..header + 78], 0);
                bytes[header + 78..header + 82].copy_from_slice(&sum.to_le_bytes());
                let changed = reopened(&bytes).and_then(|mut file| {
                    add(&mut file, "/new/d3", 52)?;
                    file.into_bytes()
                });
                changed
                    .map(|bytes| assert_eq!(Written::open(bytes).values("/new/d3"), longs(0..52)))
                    .unwrap();
            }
        }
    }
}

#[test]
fn making_again_what_was_deleted_needs_no_more_space() {
    for strategy in [FileSpaceStrategy::FsmAggr, FileSpaceStrategy::Page] {
        let mut file = Editor::create_with(&options(strategy, true, 4096)).unwrap();
        let mut dice = Dice(3);
        let mut first = 0;
        for round in 0..11 {
            for i in 0..1000 {
                add(&mut file, &format!("/runs/{i}"), 1 + i % 97 * 3).unwrap();
            }
            file.flush().unwrap();
            let size = file.superblock().eof;
            if round == 0 {
                first = size;
            }
            assert!(size * 20 <= first * 21, "{size} bytes in round {round}, {first} in the first");
            // Some of them at once, some one by one.
            let mut left: Vec<u64> = (0..1000).collect();
            while !left.is_empty() && round < 10 {
                let i = left.swap_remove(usize::try_from(dice.below(left.len() as u64)).unwrap());
                file.unlink(&format!("/runs/{i}")).unwrap();
                if dice.below(100) == 0 {
                    file.commit().unwrap();
                }
            }
            file.commit().unwrap();
        }
        let file = Written::open(file.into_bytes().unwrap());
        assert!((0..1000).all(|i| file.values(&format!("/runs/{i}")) == longs(0..1 + i % 97 * 3)));
    }
}
