//! Files that are written while others read them (SWMR): every state in which the file is on the way is one that readers
//! may see.

#![allow(clippy::cast_possible_truncation)] // Everything is small here.

use crate::written::{Dice, strings};
use hyperslab::api::{File, Object};
use hyperslab::bytes::lookup3;
use hyperslab::format::Libver;
use hyperslab::format::datatype::Datatype;
use hyperslab::format::message::{AllocTime, Dataspace, Extent};
use hyperslab::limits::Limits;
use hyperslab::object::superblock;
use hyperslab::select::Selection;
use hyperslab::storage::{Device, Direct, Journaled, Memory, Storage};
use hyperslab::value::{Column, Number};
use hyperslab::write::dtype::parse;
use hyperslab::write::{
    Chunks, CreateOptions, Data, DatasetSpec, Editor, FileSpaceOptions, FileSpaceStrategy, Fill,
};
use hyperslab::{Error, Kind, Result};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a device was told.
#[derive(Clone, Debug)]
enum Told {
    Write(u64, Vec<u8>),
    Cut(u64),
}

/// A device that remembers what it was told, and fails when it is told to.
#[derive(Clone, Default)]
struct Recorder {
    bytes: Rc<RefCell<Vec<u8>>>,
    told: Rc<RefCell<Vec<Told>>>,
    /// Writes until one fails.
    left: Rc<Cell<Option<usize>>>,
}

fn apply(bytes: &mut Vec<u8>, told: &Told) {
    match told {
        Told::Write(at, data) => {
            let (at, end) = (*at as usize, *at as usize + data.len());
            bytes.resize(bytes.len().max(end), 0);
            bytes[at..end].copy_from_slice(data);
        }
        Told::Cut(len) => bytes.resize(*len as usize, 0),
    }
}

impl Recorder {
    fn tell(&self, told: Told) -> Result<()> {
        match self.left.get() {
            Some(0) => return Err(Error::io("the disk is full")),
            left => self.left.set(left.map(|n| n - 1)),
        }
        apply(&mut self.bytes.borrow_mut(), &told);
        self.told.borrow_mut().push(told);
        Ok(())
    }
}

impl Device for Recorder {
    fn len(&self) -> u64 {
        self.bytes.borrow().len() as u64
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        buf.copy_from_slice(&self.bytes.borrow()[at as usize..at as usize + buf.len()]);
        Ok(())
    }

    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.tell(Told::Write(at, data.to_vec()))
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.tell(Told::Cut(len))
    }

    fn sync(&mut self) -> Result<()> {
        Ok(())
    }
}

/// A dataset of the test: its name, the most it may become, its chunks, and whether they are compressed.
struct Case {
    name: &'static str,
    max: &'static [u64],
    chunk: &'static [u64],
    gzip: bool,
}

const NONE: u64 = u64::MAX;

const fn case(name: &'static str, max: &'static [u64], chunk: &'static [u64], gzip: bool) -> Case {
    Case { name, max, chunk, gzip }
}

/// One for each index, with and without filters.
const DATASETS: [Case; 10] = [
    case("zipped", &[NONE], &[5], true),
    case("plain", &[NONE], &[3], false),
    case("single bytes", &[NONE], &[1], false),
    case("square", &[NONE, NONE], &[2, 3], true),
    case("plain square", &[NONE, NONE], &[1, 2], false),
    case("within", &[9000], &[2], false),
    case("within, zipped", &[500, 30], &[3, 4], true),
    case("in a row", &[600, 20], &[7, 20], false),
    case("one", &[40], &[40], true),
    case("across", &[25, NONE], &[4, 6], true),
];

/// The element at a place.
fn element(coordinates: &[u64]) -> i32 {
    coordinates.iter().fold(1, |n, c| n * 1009 + *c as i32)
}

/// All elements of these extents.
fn elements(dims: &[u64]) -> Vec<i32> {
    let mut all = Vec::new();
    let mut coordinates = vec![0; dims.len()];
    for place in 0..dims.iter().product::<u64>() {
        let mut rest = place;
        for (c, d) in coordinates.iter_mut().zip(dims).rev() {
            (*c, rest) = (rest % d, rest / d);
        }
        all.push(element(&coordinates));
    }
    all
}

fn column(values: &[i32]) -> Column {
    Column::Numbers { kind: Number::I32, bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect() }
}

fn spec(kind: &Case) -> DatasetSpec {
    let max = kind.max.iter().map(|m| (*m != NONE).then_some(*m)).collect();
    // Extents of a single chunk are its own.
    let dims = if kind.name == "one" { vec![40] } else { vec![0; kind.max.len()] };
    DatasetSpec {
        chunks: Chunks::Shape(kind.chunk.to_vec()),
        gzip: kind.gzip.then_some(1),
        fill: Fill::Bytes((-1i32).to_le_bytes().to_vec()),
        alloc_time: (kind.name == "in a row").then_some(AllocTime::Early),
        ..DatasetSpec::new(
            Datatype::integer(4, true),
            Dataspace { extent: Extent::Simple { dims, max: Some(max) } },
        )
    }
}

fn start(space: FileSpaceOptions, userblock: u64) -> Vec<u8> {
    let options = CreateOptions { low: Libver::V110, space, userblock, ..CreateOptions::default() };
    let mut file = Editor::create_with(&options).unwrap();
    for kind in &DATASETS {
        file.create_dataset(kind.name, &spec(kind), Data::Late).unwrap();
    }
    file.create_dataset("gone", &spec(&DATASETS[0]), Data::Late).unwrap();
    file.append("gone", 0, Data::Column(&column(&[7; 3000])), &[3000]).unwrap();
    file.flush().unwrap();
    file.unlink("gone").unwrap();
    file.into_bytes().unwrap()
}

fn editor(device: Box<dyn Storage>) -> Editor {
    let (medium, block) = superblock::open(device, Limits::default()).unwrap();
    Editor::open(medium, block, None).unwrap()
}

/// Extents of all datasets.
type Extents = Vec<Vec<u64>>;

/// What a reader sees of a file in this state: the extents. All elements are what they have to be.
fn seen(bytes: &[u8], which: &str) -> Extents {
    read(Box::new(Memory::new(bytes.to_vec())), which)
}

fn read(storage: Box<dyn Storage>, which: &str) -> Extents {
    let read = || -> Result<Extents> {
        let file = File::open(storage, Limits::default())?;
        let mut all = Vec::new();
        for kind in &DATASETS {
            let Some(Object::Dataset(dataset)) = file.root()?.get(kind.name)? else {
                panic!("{}", kind.name)
            };
            let dims = dataset.dataspace().dims().to_vec();
            let mut reading = dataset.read(&Selection::parse("...")?)?;
            let mut bytes = Vec::new();
            while let Some((_, Column::Numbers { bytes: more, .. })) = reading.next()? {
                bytes.extend(more);
            }
            let values: Vec<i32> = bytes.as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b)).collect();
            let expected = elements(&dims);
            if kind.name == "one" {
                // It is filled from the start on; what was not written yet is the fill value, and there is no way back.
                assert!(values.iter().zip(&expected).all(|(a, b)| a == b || *a == -1), "{which}: {values:?}");
                let written = values.iter().filter(|v| **v != -1).count();
                all.push(vec![written as u64]);
                continue;
            }
            assert_eq!(values, expected, "{which}: {} of {dims:?}", kind.name);
            all.push(dims);
        }
        Ok(all)
    };
    read().unwrap_or_else(|e| panic!("{which}: {e}"))
}

/// Makes a dataset larger by a bit.
fn grow(file: &mut Editor, dice: &mut Dice, kind: &Case) -> Result<()> {
    let old = file.shape(kind.name)?;
    if kind.name == "one" {
        let count = dice.below(3) + 1;
        let from = dice.below(40 - count);
        let values: Vec<i32> = (from..from + count).map(|i| element(&[i])).collect();
        let part = Selection::parse(&format!("{from}:{}", from + count))?;
        return file.write(kind.name, &part, Data::Column(&column(&values)), None);
    }
    let most = if dice.below(9) == 0 { 60 } else { 6 };
    let unlimited = kind.max.iter().position(|m| *m == NONE).unwrap_or(0);
    let mut dims = old.clone();
    dims[unlimited] += dice.below(most);
    for (axis, dim) in dims.iter_mut().enumerate().filter(|(axis, _)| *axis != unlimited) {
        *dim += u64::from(*dim == 0 || dice.below(8) == 0) * (1 + axis as u64);
    }
    dims.iter_mut().zip(kind.max).for_each(|(d, m)| *d = (*d).min(*m));
    if dims.len() == 1 && dice.below(2) == 0 {
        let values = &elements(&dims)[old[0] as usize..];
        return file.append(kind.name, 0, Data::Column(&column(values)), &[values.len() as u64]);
    }
    file.resize(kind.name, &dims)?;
    file.write(kind.name, &Selection::parse("...")?, Data::Column(&column(&elements(&dims))), None)
}

/// Writes for a while, and says what was seen at each flush.
fn session(file: &mut Editor, device: &Recorder, dice: &mut Dice, rounds: usize, fail: bool) -> Vec<Extents> {
    let mut published = vec![seen(&device.bytes.borrow(), "at the start")];
    for round in 0..rounds {
        for _ in 0..=dice.below(4) {
            let kind = &DATASETS[dice.below(DATASETS.len() as u64) as usize];
            if fail && dice.below(6) == 0 {
                device.left.set(Some(dice.below(4) as usize));
            }
            if let Err(e) = grow(file, dice, kind) {
                assert_eq!(e.kind(), Kind::Io, "{e}");
                // What was done before in the same round stays: it is done again.
                device.left.set(None);
                let all = column(&elements(&file.shape(kind.name).unwrap()));
                file.write(kind.name, &Selection::parse("...").unwrap(), Data::Column(&all), None).unwrap();
            }
            device.left.set(None);
            if dice.below(3) == 0 {
                file.commit().unwrap();
            }
        }
        if fail && dice.below(2) == 0 {
            device.left.set(Some(dice.below(12) as usize));
            let flushed = file.flush();
            device.left.set(None);
            if let Err(e) = flushed {
                assert_eq!(e.kind(), Kind::Io, "{e}");
                seen(&device.bytes.borrow(), &format!("after a flush that failed, round {round}"));
            }
        }
        file.flush().unwrap();
        published.push(seen(&device.bytes.borrow(), &format!("round {round}")));
    }
    published
}

/// Goes through all states of the file, from `bytes` on.
fn replay(mut bytes: Vec<u8>, told: &[Told], published: &[Extents]) {
    let mut before = seen(&bytes, "first");
    for (n, told) in told.iter().enumerate() {
        apply(&mut bytes, told);
        let now = seen(&bytes, &format!("state {n} of the file"));
        for (i, kind) in DATASETS.iter().enumerate() {
            let grows = before[i].iter().zip(&now[i]).all(|(a, b)| a <= b);
            assert!(grows, "state {n}: {} was {:?} and is {:?}", kind.name, before[i], now[i]);
            let known = kind.name == "one" || published.iter().any(|p| p[i] == now[i]);
            assert!(known, "state {n}: {} is {:?}, which was never published", kind.name, now[i]);
        }
        before = now;
    }
}

/// A file that goes on to other states while it is read.
struct Moving {
    bytes: RefCell<Vec<u8>>,
    told: RefCell<std::vec::IntoIter<Told>>,
    dice: RefCell<Dice>,
    pace: u64,
}

impl Storage for Moving {
    fn len(&self) -> u64 {
        self.bytes.borrow().len() as u64
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        buf.copy_from_slice(&self.bytes.borrow()[at as usize..at as usize + buf.len()]);
        for _ in 0..self.dice.borrow_mut().below(self.pace) {
            self.told.borrow_mut().next().iter().for_each(|told| apply(&mut self.bytes.borrow_mut(), told));
        }
        Ok(())
    }
}

/// Readers that are slow: what they read first is older than what they read later.
fn slow(begin: &[u8], told: &[Told], published: &[Extents], dice: &mut Dice) {
    let mut bytes = begin.to_vec();
    for n in 0..told.len() {
        if n % 20 == 0 {
            let pace = [2, 4, 20][n / 20 % 3];
            let storage = Moving {
                bytes: RefCell::new(bytes.clone()),
                told: RefCell::new(Vec::from(&told[n..]).into_iter()),
                dice: RefCell::new(Dice(dice.below(u64::MAX) | 1)),
                pace,
            };
            let now = read(Box::new(storage), &format!("from state {n} on, pace {pace}"));
            for (i, kind) in DATASETS.iter().enumerate() {
                let known = kind.name == "one" || published.iter().any(|p| p[i] == now[i]);
                assert!(known, "from state {n} on: {} is {:?}", kind.name, now[i]);
            }
        }
        apply(&mut bytes, &told[n]);
    }
}

fn all_states(space: FileSpaceOptions, fail: bool, seed: u64, direct: bool) {
    let device = Recorder::default();
    let userblock = if seed == 3 { 512 } else { 0 };
    *device.bytes.borrow_mut() = start(space, userblock);
    let storage: Box<dyn Storage> = if direct {
        Box::new(Direct::new(Box::new(device.clone())))
    } else {
        Box::new(Journaled::open(Box::new(device.clone()), None, Journaled::BUDGET).unwrap())
    };
    let mut file = editor(storage);
    file.append("zipped", 0, Data::Column(&column(&elements(&[4]))), &[4]).unwrap();
    file.start_swmr().unwrap();
    assert!(file.is_swmr());
    let begin = device.bytes.borrow().clone();
    device.told.borrow_mut().clear();
    let mut dice = Dice(seed);
    let published = session(&mut file, &device, &mut dice, 30, fail);
    slow(&begin, &device.told.borrow(), &published, &mut dice);
    replay(begin, &device.told.borrow(), &published);
    let flags = |bytes: &[u8]| bytes[userblock as usize + 11];
    assert_eq!(flags(&device.bytes.borrow()), 5);
    // A copy is nobody's who writes it.
    let copy = file.to_bytes().unwrap();
    assert_eq!(flags(&copy), 0);
    assert_eq!(&seen(&copy, "a copy"), published.last().unwrap());
    file.end_swmr().unwrap();
    let end = device.bytes.borrow().clone();
    assert_eq!(flags(&end), 0);
    assert_eq!(&seen(&end, "at the end"), published.last().unwrap());
    // And it is a file like any other.
    let mut file = editor(Box::new(Memory::new(end)));
    file.unlink("square").unwrap();
    file.create_group("group").unwrap();
    let bytes = file.into_bytes().unwrap();
    assert!(File::open(Box::new(Memory::new(bytes)), Limits::default()).is_ok());
}

#[test]
fn every_state_is_one_for_readers() {
    for seed in 1..4 {
        all_states(FileSpaceOptions::default(), false, seed, seed == 2);
    }
}

#[test]
fn in_files_that_care_for_their_space() {
    let persist = FileSpaceOptions { persist: true, ..FileSpaceOptions::default() };
    all_states(persist, false, 5, false);
    let paged =
        FileSpaceOptions { strategy: FileSpaceStrategy::Page, persist: true, ..FileSpaceOptions::default() };
    all_states(paged, false, 6, false);
}

#[test]
fn also_where_writes_fail() {
    for seed in 10..14 {
        all_states(FileSpaceOptions::default(), true, seed, seed == 11);
    }
}

#[test]
fn a_structure_is_written_in_one_piece() {
    let device = Recorder::default();
    *device.bytes.borrow_mut() = start(FileSpaceOptions::default(), 0);
    let mut file = editor(Box::new(Direct::new(Box::new(device.clone()))));
    file.start_swmr().unwrap();
    device.told.borrow_mut().clear();
    session(&mut file, &device, &mut Dice(3), 30, false);
    let mut found = 0;
    for told in device.told.borrow().iter() {
        let Told::Write(_, data) = told else { continue };
        let sealed = [&b"OHDR"[..], b"EAHD", b"EAIB", b"EASB", b"FAHD", b"BTHD"];
        if sealed.iter().any(|s| data.starts_with(s)) {
            let (body, sum) = data.split_at(data.len() - 4);
            assert_eq!(lookup3(body, 0).to_le_bytes(), sum, "{:?}", String::from_utf8_lossy(&data[..4]));
            found += 1;
        }
    }
    assert!(found > 100, "{found}");
}

#[test]
fn what_readers_cannot_follow_is_refused() {
    let device = Recorder::default();
    let options = CreateOptions { low: Libver::V110, ..CreateOptions::default() };
    let mut file = Editor::create_with(&options).unwrap();
    file.create_dataset("d", &spec(&DATASETS[0]), Data::Late).unwrap();
    file.append("d", 0, Data::Column(&column(&elements(&[9]))), &[9]).unwrap();
    let texts = DatasetSpec { datatype: parse("string").unwrap(), fill: Fill::Zeros, ..spec(&DATASETS[0]) };
    file.create_dataset("texts", &texts, Data::Late).unwrap();
    let flat = DatasetSpec::new(Datatype::integer(4, true), Dataspace::simple(vec![3]));
    file.create_dataset("flat", &flat, Data::Column(&column(&[1, 2, 3]))).unwrap();
    let edges = DatasetSpec { edge_unfiltered: true, ..spec(&DATASETS[0]) };
    file.create_dataset("edges", &edges, Data::Late).unwrap();
    *device.bytes.borrow_mut() = file.into_bytes().unwrap();
    let mut file = editor(Box::new(Direct::new(Box::new(device.clone()))));
    file.start_swmr().unwrap();
    let one = Dataspace::simple(vec![1]);
    let refusals: [(&str, Result<()>); 10] = [
        ("a group", file.create_group("g")),
        ("a dataset", file.create_dataset("e", &flat, Data::Late)),
        ("a link", file.link_hard("other", "d")),
        ("a soft link", file.link_soft("soft", "/d")),
        ("a link that goes", file.unlink("d")),
        ("a link that moves", file.move_link("d", "e")),
        ("an attribute", file.set_attribute("d", "a", &Datatype::integer(4, true), &one, &column(&[1]))),
        ("texts", file.append("texts", 0, Data::Column(&strings(["a"])), &[1])),
        ("fewer", file.resize("d", &[3])),
        ("edges", file.resize("edges", &[3])),
    ];
    for (what, result) in refusals {
        let error = result.expect_err(what);
        assert_eq!(error.kind(), Kind::Unsupported, "{what}: {error}");
        assert!(error.what().contains("SWMR"), "{what}: {error}");
    }
    // Elements of any dataset, where they are.
    file.write("flat", &Selection::parse("1").unwrap(), Data::Column(&column(&[7])), None).unwrap();
    file.append("d", 0, Data::Column(&column(&elements(&[10])[9..])), &[1]).unwrap();
    file.end_swmr().unwrap();
    let file = File::open(Box::new(Memory::new(device.bytes.borrow().clone())), Limits::default()).unwrap();
    let Some(Object::Dataset(dataset)) = file.root().unwrap().get("d").unwrap() else { panic!() };
    assert_eq!(dataset.dataspace().dims(), [10]);

    for low in [Libver::Earliest, Libver::V18] {
        let device = Recorder::default();
        let old = Editor::create_with(&CreateOptions { low, ..CreateOptions::default() }).unwrap();
        *device.bytes.borrow_mut() = old.into_bytes().unwrap();
        let mut file = editor(Box::new(Direct::new(Box::new(device))));
        assert_eq!(file.start_swmr().unwrap_err().kind(), Kind::Unsupported);
        file.create_group("still").unwrap();
    }
    let mut memory = Editor::create_with(&options).unwrap();
    assert_eq!(memory.start_swmr().unwrap_err().kind(), Kind::Unsupported);
    memory.create_group("still").unwrap();
}
