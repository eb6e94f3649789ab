//! Reads elements of files that the reference library wrote (tests/fixtures/engine/make_data.py): every layout,
//! index and filter, whole and in part, from memory and from a storage that has to fetch.

use crate::fetched::{Fetched, drive};
use hyperslab::bytes::Addr;
use hyperslab::chunk::heap::{HeapCache, HeapState};
use hyperslab::format::selection::Chosen;
use hyperslab::layout::{DatasetParts, Read};
use hyperslab::limits::Limits;
use hyperslab::object::header::ObjectHeader;
use hyperslab::object::{links, path, superblock};
use hyperslab::select::{Axis, Hyperslab, Region, Selection};
use hyperslab::storage::{Medium, Memory, Storage};
use hyperslab::value::numeric::convert;
use hyperslab::value::{self, Column, Number};
use hyperslab::{Kind, Result};
use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

const DIMS: [u64; 2] = [40, 30];

fn fixture(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/engine");
    std::fs::read(dir.join(name)).unwrap()
}

struct File {
    medium: Medium,
    root: Addr,
}

impl File {
    fn open(storage: Box<dyn Storage>) -> Result<File> {
        let (medium, block) = superblock::open(storage, Limits::default())?;
        Ok(File { medium, root: block.root })
    }

    fn memory(name: &str) -> File {
        File::open(Box::new(Memory::new(fixture(name)))).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let root = ObjectHeader::open(&self.medium, self.root).unwrap();
        let all = links::list(&self.medium, &root).unwrap();
        all.into_iter().map(|l| String::from_utf8(l.name).unwrap()).collect()
    }

    fn parts(&self, name: &str) -> Result<DatasetParts> {
        let at = path::resolve(&self.medium, self.root, self.root, name)?.address;
        let header = ObjectHeader::open(&self.medium, at)?;
        DatasetParts::open(&self.medium, &header)
    }

    fn read(&self, parts: &DatasetParts, slab: &Hyperslab) -> Result<Vec<u8>> {
        let mut read = Read::new(&self.medium, parts, slab)?;
        let (mut all, mut batch) = (Vec::new(), Vec::new());
        while let Some(n) = read.next(&self.medium, &mut batch)? {
            assert_eq!(n * read.element_size() as u64, batch.len() as u64);
            all.extend_from_slice(&batch);
        }
        assert_eq!((read.done(), read.next(&self.medium, &mut batch)?), (read.elements(), None));
        Ok(all)
    }

    fn column(&self, name: &str) -> Column {
        let parts = self.parts(name).unwrap();
        let slab = Hyperslab::all(parts.dataspace.dims());
        let bytes = self.read(&parts, &slab).unwrap();
        let mut state = HeapState::default();
        value::decode(&parts.datatype, &bytes, &mut HeapCache::new(&self.medium, &mut state)).unwrap()
    }
}

/// What is at (i, j) of the dataset called `name`.
fn element(name: &str, i: u64, j: u64) -> i16 {
    let in_block = |rows: Range<u64>, columns: Range<u64>| rows.contains(&i) && columns.contains(&j);
    let written = match name {
        "never written" => false,
        n if n.starts_with("sparse") => in_block(8..16, 6..12) || in_block(32..40, 24..30),
        _ => true,
    };
    if written { i16::try_from((30 * i + j) * 5).unwrap() - 700 } else { -1 }
}

fn expected(name: &str, slab: &Hyperslab) -> Vec<u8> {
    let [rows, columns] = slab.axes() else { panic!("two axes") };
    let points = (0..rows.len()).flat_map(|i| (0..columns.len()).map(move |j| [rows.at(i), columns.at(j)]));
    expected_at(name, points)
}

fn expected_at(name: &str, points: impl Iterator<Item = [u64; 2]>) -> Vec<u8> {
    let mut out = Vec::new();
    for [i, j] in points {
        let value = element(name, i, j);
        match name {
            "big-endian" => out.extend(i32::from(value).to_be_bytes()),
            _ => out.extend(value.to_le_bytes()),
        }
    }
    out
}

fn slabs() -> Vec<Hyperslab> {
    let texts = [
        "",
        "0",
        "39, 29",
        ":, 7",
        "5:33, 3:",
        "::3, ::7",
        "10:11",
        "1::9, 2:20:5",
        "3:3",
        "-5:, -5:",
        "7:21, 8:16",
    ];
    let parse = |t: &&str| Selection::parse(t).unwrap().resolve(&DIMS).unwrap().slab;
    let mut all: Vec<Hyperslab> = texts.iter().map(parse).collect();
    let blocks = |start, stride, count, block| Axis { start, stride, count, block };
    all.push(Hyperslab::new(vec![blocks(1, 9, 4, 5), blocks(0, 11, 3, 8)], &DIMS).unwrap());
    all
}

#[test]
fn every_layout_and_index() {
    for (file, datasets) in [("data_earliest.h5", 8), ("data_latest.h5", 10)] {
        let opened = File::memory(file);
        let names = opened.names();
        assert_eq!(names.len(), datasets);
        for name in names {
            let parts = opened.parts(&name).unwrap();
            for slab in slabs() {
                let got = opened.read(&parts, &slab).unwrap();
                assert!(got == expected(&name, &slab), "{file} {name} {slab:?}");
            }
        }
    }
}

/// Opens a dataset of a file of which every byte has to be fetched.
fn remote(name: &str, dataset: &str) -> (File, DatasetParts, Rc<RefCell<Vec<Range<u64>>>>) {
    let have = Rc::new(RefCell::new(Vec::new()));
    let bytes: Rc<[u8]> = fixture(name).into();
    let mut rounds = 0;
    let file = drive(&have, &mut rounds, || {
        File::open(Box::new(Fetched { bytes: bytes.clone(), have: have.clone() }))
    });
    let parts = drive(&have, &mut rounds, || file.parts(dataset));
    (file, parts, have)
}

#[test]
fn reads_go_on_where_bytes_were_missing() {
    for name in ["data_earliest.h5", "data_latest.h5"] {
        for dataset in File::memory(name).names() {
            let (file, parts, have) = remote(name, &dataset);
            let mut rounds = 0;
            let slab = Hyperslab::all(&DIMS);
            let mut read = Read::new(&file.medium, &parts, &slab).unwrap();
            let (mut all, mut batch) = (Vec::new(), Vec::new());
            while drive(&have, &mut rounds, || read.next(&file.medium, &mut batch)).is_some() {
                all.extend_from_slice(&batch);
            }
            assert!(all == expected(&dataset, &slab), "{name} {dataset}");
            // One round for each level of the index, and one for all chunks together.
            assert!(rounds <= 6, "{name} {dataset}: {rounds} rounds");
        }
    }
}

/// Selections of any shape with the points they select, in order.
fn regions() -> Vec<(Region, Vec<[u64; 2]>)> {
    let all = || (0..DIMS[0]).flat_map(|i| (0..DIMS[1]).map(move |j| [i, j]));
    let mut seed = 1u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let points: Vec<[u64; 2]> = (0..300).map(|_| [random(40), random(30)]).collect();
    let dense: Vec<u8> = all().map(|_| u8::from(random(5) > 0)).collect();
    let sparse: Vec<u8> = all().map(|[i, j]| u8::from(i * j % 41 == 3)).collect();
    let masked = |mask: &[u8]| all().zip(mask).filter(|(_, m)| **m != 0).map(|(p, _)| p).collect();
    let corners = vec![2, 3, 9, 11, 5, 9, 20, 9, 33, 0, 39, 29];
    let blocks = Chosen::Blocks { rank: 2, corners: corners.clone() };
    let inside = |[i, j]: &[u64; 2]| {
        let within = |b: &[u64]| (b[0]..=b[2]).contains(i) && (b[1]..=b[3]).contains(j);
        corners.chunks(4).any(within)
    };
    vec![
        (Region::points(&points.concat(), &DIMS).unwrap(), points.clone()),
        (Region::points(&[], &DIMS).unwrap(), Vec::new()),
        (Region::mask(&dense, &DIMS).unwrap(), masked(&dense)),
        (Region::mask(&sparse, &DIMS).unwrap(), masked(&sparse)),
        (Region::stored(&blocks, &DIMS).unwrap(), all().filter(inside).collect()),
        (Region::stored(&Chosen::All, &DIMS).unwrap(), all().collect()),
        (Region::stored(&Chosen::None, &DIMS).unwrap(), Vec::new()),
    ]
}

#[test]
fn selections_of_any_shape() {
    for name in ["data_earliest.h5", "data_latest.h5"] {
        for dataset in File::memory(name).names() {
            let local = File::memory(name);
            let parts = local.parts(&dataset).unwrap();
            let (file, remote, have) = remote(name, &dataset);
            for (region, points) in regions() {
                let mut rounds = 0;
                let mut here = Read::region(&local.medium, &parts, &region).unwrap();
                let mut there = Read::region(&file.medium, &remote, &region).unwrap();
                let (mut a, mut b) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
                while here.next(&local.medium, &mut a[0]).unwrap().is_some() {
                    a[1] = [a[1].as_slice(), &a[0]].concat();
                }
                while drive(&have, &mut rounds, || there.next(&file.medium, &mut b[0])).is_some() {
                    b[1] = [b[1].as_slice(), &b[0]].concat();
                }
                let expected = expected_at(&dataset, points.iter().copied());
                assert!(a[1] == expected && b[1] == expected, "{name} {dataset} {region:?}");
                // All tiles are asked for together: as many rounds as the index is deep, and one for the elements.
                assert!(rounds <= 8, "{name} {dataset}: {rounds} rounds");
            }
        }
    }
    let file = File::memory("data_earliest.h5");
    let parts = file.parts("chunked").unwrap();
    let other = Region::points(&[1, 1], &[30, 40]).unwrap();
    assert_eq!(Read::region(&file.medium, &parts, &other).err().map(|e| e.kind()), Some(Kind::Argument));
}

#[test]
fn one_element_costs_no_walk_of_the_index() {
    for (name, dataset, most) in [
        ("data_earliest.h5", "deep", 8 << 10),
        ("data_earliest.h5", "contiguous", 16),
        ("data_latest.h5", "deep", 5 << 10),
        ("data_latest.h5", "paged fixed array", 9 << 10),
        ("data_latest.h5", "extensible array 2", 6 << 10),
    ] {
        let (file, parts, have) = remote(name, dataset);
        let mut rounds = 0;
        have.borrow_mut().clear();
        let slab = Selection::parse("21, 17").unwrap().resolve(&DIMS).unwrap().slab;
        let mut read = Read::new(&file.medium, &parts, &slab).unwrap();
        let mut batch = Vec::new();
        assert_eq!(drive(&have, &mut rounds, || read.next(&file.medium, &mut batch)), Some(1));
        assert_eq!(batch, expected(dataset, &slab));
        let fetched: u64 = have.borrow().iter().map(|r| r.end - r.start).sum();
        assert!(fetched <= most, "{name} {dataset}: {fetched} bytes");
    }
}

#[test]
fn wrong_selections_are_the_callers_mistake() {
    let file = File::memory("data_earliest.h5");
    let parts = file.parts("chunked").unwrap();
    let e = Read::new(&file.medium, &parts, &Hyperslab::all(&[40])).err().unwrap();
    assert_eq!(e.kind(), Kind::Argument);
    let larger = Hyperslab::all(&[41, 30]);
    for name in ["chunked", "compact"] {
        let read = file.read(&file.parts(name).unwrap(), &larger);
        assert_eq!(read.err().map(|e| e.kind()), Some(Kind::Argument), "{name}");
    }
}

fn strings(texts: &[&str]) -> Column {
    let mut ends = Vec::new();
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend_from_slice(text.as_bytes());
        ends.push(u32::try_from(bytes.len()).unwrap());
    }
    Column::Strings { bytes, ends }
}

fn numbers<const N: usize>(kind: Number, values: &[[u8; N]]) -> Column {
    Column::Numbers { kind, bytes: values.concat() }
}

#[test]
fn values_of_many_types() {
    let file = File::memory("values.h5");
    let long = "x".repeat(5000);
    let texts = ["", "a", "Grüße", &long];
    assert_eq!(file.column("vlen text"), strings(&texts));
    assert_eq!(file.column("chunked text"), strings(&[texts, texts, texts].concat()));
    assert_eq!(file.column("never written text"), strings(&["", ""]));
    let base = Box::new(numbers(Number::I16, &[1i16, 2, 3, -4].map(i16::to_le_bytes)));
    assert_eq!(file.column("ragged"), Column::Vlen { ends: vec![3, 3, 4], base });
    assert_eq!(file.column("fixed text"), strings(&["ab", "c", "", "full"]));
    let halves = [0x3e00u16, 0xc000, 0x7bff, 0x7c00].map(u16::to_le_bytes);
    assert_eq!(file.column("half"), numbers(Number::F16, &halves));
    let singles = [1.5f32, -2.0, 65504.0, f32::INFINITY].map(f32::to_le_bytes);
    assert_eq!(convert(Number::F16, halves.as_flattened(), Number::F32), singles.as_flattened());
    assert_eq!(file.column("bool"), numbers(Number::I8, &[[1], [0]]));
    assert_eq!(file.column("opaque"), Column::Opaque { size: 3, bytes: b"abcdef".to_vec() });
    let pairs = Box::new(numbers(Number::F64, &[0.5f64, 1.5, 2.0, -1.0].map(f64::to_le_bytes)));
    let record = [
        ("n", numbers(Number::I32, &[1i32, 2].map(i32::to_le_bytes))),
        ("pos", Column::Array { each: 2, base: pairs }),
        ("text", strings(&["abc", "d"])),
        ("v", strings(&["one", ""])),
        ("b", numbers(Number::I8, &[[1], [0]])),
    ];
    let record = record.map(|(name, column)| (name.as_bytes().to_vec(), column));
    assert_eq!(file.column("record"), Column::Compound(record.to_vec()));
}
