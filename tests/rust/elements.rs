//! Changing elements, against a model.

#![allow(clippy::cast_possible_truncation)] // Everything is small here.

use crate::written::{Dice, Written, longs, strings};
use hyperslab::bytes::lookup3;
use hyperslab::format::Libver;
use hyperslab::format::message::{AllocTime, Dataspace, Extent, FillTime};
use hyperslab::limits::Limits;
use hyperslab::object::superblock;
use hyperslab::select::{Axis, Hyperslab, Region, Selection};
use hyperslab::storage::{Memory, Storage, StorageMut};
use hyperslab::write::dtype::parse;
use hyperslab::write::{Chunks, CreateOptions, Data, DatasetSpec, Editor, Fill, Made, StoredChunk};
use hyperslab::{Kind, Result};
use std::cell::Cell;
use std::rc::Rc;

const PATH: &str = "group/d";

/// What a dataset should hold.
#[derive(Clone, Debug)]
struct Model {
    dims: Vec<u64>,
    max: Vec<Option<u64>>,
    values: Vec<i32>,
    fill: i32,
}

impl Model {
    fn places(&self) -> u64 {
        self.dims.iter().product()
    }

    fn resize(&mut self, dims: &[u64]) {
        let mut values = vec![self.fill; dims.iter().product::<u64>() as usize];
        for (place, value) in self.values.iter().enumerate() {
            let (mut rest, mut to, mut step, mut inside) = (place as u64, 0, 1, true);
            for (old, new) in self.dims.iter().zip(dims).rev() {
                let at = rest % old;
                rest /= old;
                inside &= at < *new;
                to += at * step;
                step *= new;
            }
            if inside {
                values[to as usize] = *value;
            }
        }
        self.values = values;
        self.dims = dims.to_vec();
    }

    fn write(&mut self, region: &Region, mut value: impl FnMut(u64) -> i32) {
        region
            .runs(0..region.elements(), &mut |place, n, first| {
                for i in 0..n {
                    self.values[(place + i) as usize] = value(first + i);
                }
                Ok(())
            })
            .unwrap();
    }
}

fn spec(dice: &mut Dice, low: Libver) -> (DatasetSpec, Model) {
    let rank = 1 + dice.below(3);
    let chunked = dice.below(4) > 0;
    let dims: Vec<u64> = (0..rank).map(|_| dice.below(14)).collect();
    let max: Vec<Option<u64>> = dims
        .iter()
        .map(|d| match dice.below(3) {
            _ if !chunked => Some(*d),
            0 => None,
            1 => Some(*d),
            _ => Some(d + 10),
        })
        .collect();
    let least = |m: &Option<u64>, n: u64| m.map_or(n, |m| n.min(m.max(1)));
    let chunk: Vec<u64> = max.iter().map(|m| least(m, 1 + dice.below(7))).collect();
    let chunk = if dice.below(6) == 0 { dims.iter().map(|d| (*d).max(1)).collect() } else { chunk };
    let extent = Extent::Simple { dims: dims.clone(), max: Some(max.clone()) };
    let mut spec = DatasetSpec::new(parse("<i4").unwrap(), Dataspace { extent });
    let fill: i32 = if dice.below(2) == 0 { 0 } else { -7 };
    if fill != 0 {
        spec.fill = Fill::Bytes(fill.to_le_bytes().to_vec());
    }
    if dice.below(4) == 0 {
        spec.fill_time = FillTime::OnAllocation;
    }
    if chunked {
        spec.chunks = Chunks::Shape(chunk);
        spec.gzip = (dice.below(2) == 0).then_some(4);
        spec.shuffle = dice.below(3) == 0;
        spec.fletcher32 = dice.below(3) == 0;
        spec.edge_unfiltered = low >= Libver::V110 && dice.below(3) == 0;
        spec.alloc_time = (dice.below(3) == 0).then_some(AllocTime::Early);
    } else {
        spec.chunks = Chunks::Never;
        spec.compact = dice.below(2) == 0;
    }
    let values = vec![fill; dims.iter().product::<u64>() as usize];
    (spec, Model { dims, max, values, fill })
}

fn axis(dice: &mut Dice, dim: u64) -> Axis {
    if dim == 0 {
        return Axis::run(0, 0);
    }
    let start = dice.below(dim);
    match dice.below(4) {
        0 => Axis::run(0, dim),
        1 => Axis::run(start, 1 + dice.below(dim - start)),
        2 => {
            let stride = 1 + dice.below(4);
            Axis { start, stride, count: 1 + (dim - start - 1) / stride, block: 1 }
        }
        _ => {
            let block = 1 + dice.below(3.min(dim - start));
            let stride = block + dice.below(3);
            Axis { start, stride, count: 1 + (dim - start - block) / stride, block }
        }
    }
}

fn region(dice: &mut Dice, model: &Model) -> Region {
    let dims = &model.dims;
    match dice.below(5) {
        0 => {
            let mask: Vec<u8> = (0..model.places()).map(|_| u8::from(dice.below(3) == 0)).collect();
            Region::mask(&mask, dims).unwrap()
        }
        1 if model.places() > 0 => {
            let n = dice.below(20) as usize;
            let points: Vec<u64> = (0..n).flat_map(|_| dims.clone()).map(|d| dice.below(d)).collect();
            Region::points(&points, dims).unwrap()
        }
        _ => {
            let axes = dims.iter().map(|d| axis(dice, *d)).collect();
            Region::slab(Hyperslab::new(axes, dims).unwrap(), dims).unwrap()
        }
    }
}

fn step(dice: &mut Dice, file: &mut Editor, model: &mut Model) {
    match dice.below(8) {
        0 => {
            let dims: Vec<u64> = model
                .max
                .iter()
                .zip(&model.dims)
                .map(|(m, d)| m.unwrap_or(d + 12))
                .map(|m| dice.below(m + 1))
                .collect();
            match file.resize(PATH, &dims) {
                Ok(()) => model.resize(&dims),
                Err(e) => assert_eq!(e.kind(), Kind::Argument, "{e}"),
            }
        }
        1 => {
            let axis = dice.below(model.dims.len() as u64) as usize;
            let mut shape = model.dims.clone();
            shape[axis] = 1 + dice.below(4);
            let n: u64 = shape.iter().product();
            let values: Vec<u8> = (0..n as i32).flat_map(|i| (i + 1000).to_le_bytes()).collect();
            let result = file.append(PATH, axis, Data::Bytes(&values), &shape);
            let mut dims = model.dims.clone();
            dims[axis] += shape[axis];
            if model.max[axis].is_some_and(|m| dims[axis] > m) {
                assert_eq!(result.unwrap_err().kind(), Kind::Argument);
                return;
            }
            result.unwrap_or_else(|e| assert_eq!(e.kind(), Kind::Argument, "{e}"));
            let start = model.dims[axis];
            model.resize(&dims);
            let axes = dims
                .iter()
                .enumerate()
                .map(|(i, d)| if i == axis { Axis::run(start, shape[axis]) } else { Axis::run(0, *d) });
            let slab = Hyperslab::new(axes.collect(), &dims).unwrap();
            model.write(&Region::slab(slab, &dims).unwrap(), |i| i as i32 + 1000);
        }
        2 => {
            let region = region(dice, model);
            let value = dice.below(100) as i32;
            file.write_region(PATH, &region, Data::Column(&longs([value.into()])), Some(&[])).unwrap();
            model.write(&region, |_| value);
        }
        3 => {
            // What fails in the middle has changed nothing.
            let region = region(dice, model);
            let most = dice.below(region.elements() + 1);
            let mut fails = Made(|first, count, out: &mut Vec<u8>| {
                if first + count > most {
                    return Err(hyperslab::Error::argument("no more"));
                }
                out.resize(out.len() + count as usize * 4, 99);
                Ok(())
            });
            let result = file.write_region(PATH, &region, Data::Elements(&mut fails), None);
            if result.is_ok() {
                model.write(&region, |_| 0x6363_6363);
            }
        }
        _ => {
            let region = region(dice, model);
            let start = dice.below(1000) as i32;
            let bytes: Vec<u8> =
                (0..region.elements() as i32).flat_map(|i| (start + i).to_le_bytes()).collect();
            file.write_region(PATH, &region, Data::Bytes(&bytes), None).unwrap();
            model.write(&region, |i| start + i as i32);
        }
    }
}

fn reopened(file: Editor, low: Libver) -> Editor {
    let Written { medium, block } = Written::open(file.into_bytes().unwrap());
    Editor::open(medium, block, Some(low)).unwrap()
}

fn run(seed: u64, low: Libver, steps: u64) {
    let reopens = seed.is_multiple_of(2);
    let mut dice = Dice(seed);
    let mut file = Editor::create_with(&CreateOptions { low, ..CreateOptions::default() }).unwrap();
    let (spec, mut model) = spec(&mut dice, low);
    // Chunks that are larger than the dataset can ever be do not go.
    if file.create_dataset(PATH, &spec, Data::Late).is_err() {
        return;
    }
    for i in 0..steps {
        step(&mut dice, &mut file, &mut model);
        if i % 3 == 0 || i + 1 == steps {
            let written = Written::open(file.to_bytes().unwrap());
            let parts = written.parts(PATH);
            assert_eq!(parts.dataspace.dims(), model.dims, "seed {seed} {low:?} step {i}");
            let bytes = written.bytes(&parts);
            let got: Vec<i32> = bytes.as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b)).collect();
            assert_eq!(got, model.values, "seed {seed} {low:?} step {i} {spec:?}");
        }
        // What is free is not known any more after that.
        if reopens && dice.below(4) == 0 {
            file = reopened(file, low);
        }
    }
    if reopens {
        return;
    }
    // Nothing of it is left when it goes.
    file.to_bytes().unwrap();
    file.unlink("group").unwrap();
    file.commit().unwrap();
    let empty = file.to_bytes().unwrap().len();
    let mut other = Editor::create_with(&CreateOptions { low, ..CreateOptions::default() }).unwrap();
    let least = other.to_bytes().unwrap().len() as u64;
    let left = empty as u64 - file.free_space();
    assert!(left <= least + 400, "seed {seed} {low:?}: {empty} {left} {least} {spec:?}");
}

#[test]
fn any_changes_against_a_model() {
    for seed in 0..150 {
        for low in [Libver::Earliest, Libver::V18, Libver::V110, Libver::V200] {
            run(seed * 7919 + 13, low, 14);
        }
    }
}

fn ints(values: impl IntoIterator<Item = i32>) -> Vec<u8> {
    values.into_iter().flat_map(i32::to_le_bytes).collect()
}

fn select(text: &str) -> Selection {
    Selection::parse(text).unwrap()
}

fn numbers(file: &mut Editor) -> Vec<i32> {
    let written = Written::open(file.to_bytes().unwrap());
    let bytes = written.bytes(&written.parts("d"));
    bytes.as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b)).collect()
}

fn chunked(dims: &[u64], chunk: &[u64]) -> DatasetSpec {
    let max = Some(vec![None; dims.len()]);
    let extent = Extent::Simple { dims: dims.to_vec(), max };
    let spec = DatasetSpec::new(parse("<i4").unwrap(), Dataspace { extent });
    DatasetSpec { chunks: Chunks::Shape(chunk.to_vec()), ..spec }
}

#[test]
fn values_are_broadcast() {
    let mut file = Editor::create().unwrap();
    let spec = DatasetSpec::new(parse("<i4").unwrap(), Dataspace::simple(vec![3, 4]));
    file.create_dataset("d", &spec, Data::Late).unwrap();
    file.write("d", &select(":"), Data::Column(&longs([10])), Some(&[])).unwrap();
    file.write("d", &select("1"), Data::Column(&longs([1, 2, 3, 4])), Some(&[4])).unwrap();
    file.write("d", &select("::2, 1:3"), Data::Column(&longs([7, 8])), Some(&[2, 1])).unwrap();
    assert_eq!(numbers(&mut file), [10, 7, 7, 10, 1, 2, 3, 4, 10, 8, 8, 10]);
    // As many values as are selected need no shape.
    file.write("d", &select("-1, -2:"), Data::Bytes(&ints([5, 6])), None).unwrap();
    assert_eq!(numbers(&mut file)[8..], [10, 8, 5, 6]);
    for (selection, values, shape) in
        [(":", 2, Some(&[2][..])), ("0", 3, Some(&[3])), ("0", 3, None), ("0, 0", 2, Some(&[2]))]
    {
        let values = longs(0..values);
        let e = file.write("d", &select(selection), Data::Column(&values), shape).unwrap_err();
        assert_eq!((e.kind(), e.path()), (Kind::Argument, Some("d")));
    }
    assert!(file.write("d", &select("3"), Data::Column(&longs([1])), Some(&[])).is_err());
    assert!(file.write("d", &select(":"), Data::Late, None).is_err());
    assert_eq!(file.write("e", &select(":"), Data::Late, None).unwrap_err().kind(), Kind::NotFound);
    assert!(file.write("/", &select(":"), Data::Column(&longs([1])), None).is_err());
    assert!(file.resize("d", &[4, 4]).is_err());
}

#[test]
fn text_goes_to_the_heap_piece_by_piece() {
    for (chunks, gzip) in
        [(Chunks::Never, None), (Chunks::Shape(vec![2]), None), (Chunks::Shape(vec![2]), Some(4))]
    {
        let mut file = Editor::create().unwrap();
        let fixed = chunks == Chunks::Never;
        let mut spec = DatasetSpec::new(parse("string").unwrap(), Dataspace::simple(vec![5]));
        if !fixed {
            spec.dataspace.extent = Extent::Simple { dims: vec![5], max: Some(vec![None]) };
        }
        (spec.chunks, spec.gzip) = (chunks, gzip);
        if !fixed {
            spec.fill = Fill::Value(strings(["nothing"]));
        }
        file.create_dataset("d", &spec, Data::Late).unwrap();
        file.write("d", &select("1:3"), Data::Column(&strings(["äöü", "two"])), None).unwrap();
        file.write("d", &select("::4"), Data::Column(&strings(["same"])), Some(&[])).unwrap();
        let mut file = reopened(file, Libver::Earliest);
        file.write("d", &select("2"), Data::Column(&strings(["three"])), None).unwrap();
        let unset = if fixed { "" } else { "nothing" };
        let mut expected = vec!["same", "äöü", "three", unset, "same"];
        if !fixed {
            file.append("d", 0, Data::Column(&strings(["six", "seven"])), &[2]).unwrap();
            file.resize("d", &[8]).unwrap();
            expected.extend(["six", "seven", "nothing"]);
        }
        let written = Written::open(file.to_bytes().unwrap());
        assert_eq!(written.values("d"), strings(expected));
    }
}

#[test]
fn chunks_that_come_together_are_one_change() {
    let mut file = Editor::create().unwrap();
    file.create_dataset("d", &chunked(&[4, 4], &[2, 2]), Data::Bytes(&ints(0..16))).unwrap();
    file.commit().unwrap();
    let chunk = |offset: [u64; 2], n: usize| StoredChunk {
        offset: offset.to_vec(),
        bytes: ints(vec![7; n]),
        mask: 0,
    };
    let good = [chunk([4, 2], 4), chunk([4, 0], 4)];
    // The last one is none: neither chunks nor extents change.
    for bad in [chunk([0, 0], 3), chunk([1, 0], 4), chunk([6, 0], 4)] {
        let mut all = good.iter().cloned().chain([bad]);
        let e = file.write_chunks("d", Some((&[4, 4], &[6, 4])), &mut all).unwrap_err();
        assert_eq!((e.kind(), e.path()), (Kind::Argument, Some("d")));
        assert!(!file.is_changed());
        assert_eq!(numbers(&mut file), (0..16).collect::<Vec<_>>());
    }
    // Made for extents that it has not.
    assert!(!file.write_chunks("d", Some((&[3, 4], &[6, 4])), &mut good.iter().cloned()).unwrap());
    assert_eq!(numbers(&mut file), (0..16).collect::<Vec<_>>());
    assert!(file.write_chunks("d", Some((&[4, 4], &[6, 4])), &mut good.into_iter()).unwrap());
    assert_eq!(numbers(&mut file), (0..16).chain([7; 8]).collect::<Vec<_>>());
    file.write_chunks("d", None, &mut [chunk([0, 0], 4)].into_iter()).unwrap();
    assert_eq!(numbers(&mut file)[..6], [7, 7, 2, 3, 7, 7]);
}

#[test]
fn an_empty_dataset_has_no_chunk_whatever_is_said() {
    let mut file =
        Editor::create_with(&CreateOptions { low: Libver::V110, ..CreateOptions::default() }).unwrap();
    let extent = Extent::Simple { dims: vec![3], max: Some(vec![Some(3)]) };
    let spec = DatasetSpec {
        chunks: Chunks::Shape(vec![3]),
        ..DatasetSpec::new(parse("<i4").unwrap(), Dataspace { extent })
    };
    file.create_dataset("d", &spec, Data::Bytes(&ints([1, 2, 3]))).unwrap();
    let mut bytes = file.into_bytes().unwrap();
    // As the library leaves it: no extent, but the address of the chunk.
    let extents = [[3, 0, 0, 0, 0, 0, 0, 0]; 2].concat();
    let at = bytes.windows(16).position(|w| w == extents).unwrap();
    bytes[at] = 0;
    let header = bytes[..at].windows(4).rposition(|w| w == b"OHDR").unwrap();
    let len = usize::from(bytes[header + 6]) + 7;
    let sum = lookup3(&bytes[header..header + len], 0).to_le_bytes();
    bytes[header + len..header + len + 4].copy_from_slice(&sum);
    let Written { medium, block } = Written::open(bytes);
    let mut file = Editor::open(medium, block, None).unwrap();
    file.resize("d", &[2]).unwrap();
    assert_eq!(numbers(&mut file), [0, 0]);
}

#[test]
fn text_in_a_place_that_is_there_is_a_change() {
    let mut file = Editor::create().unwrap();
    let spec = DatasetSpec::new(parse("string").unwrap(), Dataspace::simple(vec![2]));
    file.create_dataset("d", &spec, Data::Column(&strings(["a", "b"]))).unwrap();
    file.commit().unwrap();
    for text in ["c", "d"] {
        file.write("d", &select("1"), Data::Column(&strings([text])), None).unwrap();
        let written = Written::open(file.to_bytes().unwrap());
        assert_eq!(written.values("d"), strings(["a", text]));
    }
}

#[test]
fn unfiltered_edges_become_whole_along_two_axes_at_once() {
    let mut file =
        Editor::create_with(&CreateOptions { low: Libver::V110, ..CreateOptions::default() }).unwrap();
    let spec = DatasetSpec { edge_unfiltered: true, gzip: Some(4), ..chunked(&[3, 3], &[4, 4]) };
    file.create_dataset("d", &spec, Data::Bytes(&ints(0..9))).unwrap();
    for dims in [[4, 4], [5, 4], [9, 9], [3, 8], [3, 3]] {
        file.resize("d", &dims).unwrap();
        let values = numbers(&mut file);
        let at = |i: u64, j: u64| values[(i * dims[1] + j) as usize];
        assert!((0..3).all(|i| (0..3).all(|j| at(i, j) == i32::try_from(i * 3 + j).unwrap())), "{dims:?}");
    }
}

/// Counts the bytes that are written.
struct Counted(Memory, Rc<Cell<u64>>);

impl Storage for Counted {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buf)
    }

    fn into_bytes(self: Box<Self>) -> Result<Vec<u8>> {
        Box::new(self.0).into_bytes()
    }

    fn writer(&mut self) -> Option<&mut dyn StorageMut> {
        Some(self)
    }
}

impl StorageMut for Counted {
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.1.set(self.1.get() + data.len() as u64);
        self.0.write_at(at, data)
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.0.set_len(len)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Appends `n` times, with a commit after each `every`, and says how many bytes were written for each quarter.
fn appended(low: Libver, chunk: u64, gzip: Option<u8>, n: i32, every: i32) -> (Vec<u64>, u64) {
    let mut file = Editor::create_with(&CreateOptions { low, ..CreateOptions::default() }).unwrap();
    let spec = DatasetSpec { gzip, ..chunked(&[0], &[chunk]) };
    file.create_dataset("d", &spec, Data::Late).unwrap();
    let count = Rc::new(Cell::new(0));
    let storage = Counted(Memory::new(file.into_bytes().unwrap()), count.clone());
    let (medium, block) = superblock::open(Box::new(storage), Limits::default()).unwrap();
    let mut file = Editor::open(medium, block, Some(low)).unwrap();
    let mut marks = vec![count.get()];
    for i in 0..n {
        file.append("d", 0, Data::Bytes(&i.to_le_bytes()), &[1]).unwrap();
        if (i + 1) % every == 0 {
            file.commit().unwrap();
        }
        if (i + 1) % (n / 4) == 0 {
            marks.push(count.get());
        }
    }
    let bytes = file.into_bytes().unwrap();
    let written = Written::open(bytes);
    let all = written.bytes(&written.parts("d"));
    assert_eq!(all, ints(0..n));
    (marks.windows(2).map(|w| (w[1] - w[0]) / (n as u64 / 4)).collect(), written.medium.storage_len())
}

#[test]
fn appending_costs_the_same_at_the_end() {
    for low in [Libver::Earliest, Libver::V110] {
        for (chunk, gzip, every) in [(1, None, 1), (1, Some(4), 1), (64, None, 1), (1000, Some(4), 500)] {
            let (each, _) = appended(low, chunk, gzip, 8000, every);
            assert!(each[3] <= each[0] + each[0] / 2 + 8, "{low:?} {chunk} {gzip:?}: {each:?}");
        }
    }
    // Far beyond the first level of either index.
    for low in [Libver::Earliest, Libver::V110] {
        let (each, _) = appended(low, 16, None, 100_000, 10);
        assert!(each[3] <= each[0] + each[0] / 2, "{low:?}: {each:?}");
    }
    // Chunks that are not full wait until they have to be stored.
    let (each, len) = appended(Libver::V110, 4000, Some(4), 8000, 8000);
    assert!(each.iter().sum::<u64>() < 60 && len < 30_000, "{each:?} {len}");
}

#[test]
fn what_is_elsewhere_is_not_changed() {
    let bytes = include_bytes!("../fixtures/engine/external.h5");
    let Written { medium, block } = Written::open(bytes.to_vec());
    let mut file = Editor::open(medium, block, None).unwrap();
    let e = file.write("d", &select(":"), Data::Column(&longs([1])), Some(&[])).unwrap_err();
    assert_eq!((e.kind(), e.path()), (Kind::Unsupported, Some("d")));
    assert!(e.what().contains("a.raw, b.raw"), "{e}");
    assert_eq!(file.resize("d", &[2]).unwrap_err().kind(), Kind::Unsupported);
    assert_eq!(file.into_bytes().unwrap(), bytes);
}

#[test]
fn the_heap_gets_back_what_is_overwritten() {
    let layouts = [
        (Chunks::Never, None, false),
        (Chunks::Never, None, true),
        (Chunks::Shape(vec![3]), None, false),
        (Chunks::Shape(vec![3]), Some(4), false),
    ];
    for (chunks, gzip, compact) in layouts {
        let mut file = Editor::create().unwrap();
        file.create_group("other").unwrap();
        file.commit().unwrap();
        let empty = file.to_bytes().unwrap().len() as u64 - file.free_space();
        let chunked = chunks != Chunks::Never;
        let mut spec = DatasetSpec::new(parse("string").unwrap(), Dataspace::simple(vec![10]));
        if chunked {
            spec.dataspace.extent = Extent::Simple { dims: vec![10], max: Some(vec![None]) };
            spec.fill = Fill::Value(strings(["f".repeat(50)]));
        }
        (spec.chunks, spec.gzip, spec.compact) = (chunks, gzip, compact);
        let long = |i: usize| i.to_string().repeat(150);
        let texts = |round: usize| strings((0..10).map(|i| long(i + round)));
        file.create_dataset("d", &spec, Data::Column(&texts(0))).unwrap();
        file.commit().unwrap();
        let mut most = 0;
        for round in 1..40 {
            file.write("d", &select(":"), Data::Column(&texts(round)), None).unwrap();
            file.write("d", &select("2:5"), Data::Column(&strings([long(7)])), Some(&[])).unwrap();
            if chunked {
                file.resize("d", &[4]).unwrap();
                file.resize("d", &[10]).unwrap();
            }
            let used = file.to_bytes().unwrap().len() as u64 - file.free_space();
            if round < 5 {
                most = most.max(used);
            }
            // Two collections more or less: what goes makes room only for the next change.
            assert!(used <= most + 8192, "{round}: {used} {most} {spec:?}");
            let written = Written::open(file.to_bytes().unwrap());
            let expected = (0..10).map(|i| match i {
                _ if chunked && i >= 4 => "f".repeat(50),
                2..5 => long(7),
                _ => long(i + round),
            });
            assert_eq!(written.values("d"), strings(expected));
        }
        file.unlink("d").unwrap();
        let left = file.to_bytes().unwrap().len() as u64 - file.free_space();
        // A fill value stays in its collection: copies that libhdf5 made may share it.
        let kept = if chunked { 4096 } else { 0 };
        assert!(left <= empty + 200 + kept, "{left} {empty} {spec:?}");
    }
}
