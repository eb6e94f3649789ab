//! How files handle their space.

use crate::written::{Written, longs};
use hyperslab::format::Libver;
use hyperslab::format::message::{Dataspace, FileSpace, Layout, kind};
use hyperslab::object::header::ObjectHeader;
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
