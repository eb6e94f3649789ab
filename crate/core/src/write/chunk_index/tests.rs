//! Every index against a map, through the reading side.

use super::*;
use crate::chunk::index;
use crate::format::superblock::Superblock;
use crate::format::symbol_table::Cache;
use crate::storage::{Medium, Storage, StorageMut};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

type Map = BTreeMap<Vec<u64>, Entry>;

fn output(k: u16) -> Output {
    let mut out = Output::new(&Superblock::earliest(Addr(0), Cache::None, 0)).unwrap();
    out.k.chunk = k;
    // A file that is as long as what is allocated.
    out.medium.write(Addr(0), &[0; 96]).unwrap();
    out
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

struct Case {
    layout: Layout,
    grid: Grid,
    filtered: bool,
}

impl Case {
    fn new(index: ChunkIndex, dims: &[u64], max: &[Option<u64>], filtered: bool) -> Case {
        let version = if index == ChunkIndex::BTree1 { 3 } else { 4 };
        let chunk = vec![2; dims.len()];
        let grid = Grid::new(dims, max, &chunk, 4, &Limits::default()).unwrap();
        let layout =
            Layout::Chunked { version, chunk, element_size: 4, edge_unfiltered: false, index, address: None };
        Case { layout, grid, filtered }
    }

    fn open(&self, out: &Output) -> Box<dyn IndexEdit> {
        open(&self.layout, &self.grid, self.filtered, out).unwrap()
    }

    fn entry(&self, dice: &mut Dice) -> Entry {
        let address = Some(Addr(8 * dice.below(1 << 40)));
        let (size, mask) = if self.filtered {
            (1 + dice.below(200), u32::try_from(dice.below(4)).unwrap())
        } else {
            (self.grid.chunk_bytes() as u64, 0)
        };
        Entry { address, size, mask }
    }

    /// What the reading side finds is what the map holds, chunk by chunk and all together.
    fn check(&self, out: &Output, map: &Map) {
        let mut index = index::open(&self.layout, &self.grid).unwrap();
        let all: Vec<_> = self.grid.counts().iter().map(|n| 0..*n).collect();
        let mut found = Map::new();
        index
            .visit(&out.medium, &all, &mut |coord, entry| {
                assert!(found.insert(coord.to_vec(), entry).is_none());
                Ok(())
            })
            .unwrap();
        assert_eq!(&found, map);
        for (coord, entry) in map {
            assert_eq!(index.get(&out.medium, coord).unwrap(), *entry, "{coord:?}");
        }
    }

    fn walk(&self, out: &mut Output, map: &Map) {
        let mut index = self.open(out);
        let mut found = Map::new();
        index
            .walk(out, &mut |coord, entry| {
                assert!(found.insert(coord.to_vec(), entry).is_none());
                Ok(())
            })
            .unwrap();
        assert_eq!(&found, map);
    }
}

fn run(
    mut case: Case,
    out: &mut Output,
    dice: &mut Dice,
    coords: &mut dyn FnMut(&mut Dice) -> Vec<u64>,
    rounds: usize,
) {
    let mut map = Map::new();
    let before = out.space.end();
    for round in 0..rounds {
        let mark = out.mark();
        let (layout, old) = (case.layout.clone(), map.clone());
        let mut index = case.open(out);
        for _ in 0..dice.below(40) {
            let coord = coords(dice);
            assert_eq!(index.get(out, &coord).unwrap(), map.get(&coord).copied().unwrap_or(Entry::NONE));
            if dice.below(3) == 0 {
                index.remove(out, &coord).unwrap();
                map.remove(&coord);
            } else {
                let entry = case.entry(dice);
                index.set(out, &coord, entry).unwrap();
                map.insert(coord.clone(), entry);
            }
            assert_eq!(index.get(out, &coord).unwrap(), map.get(&coord).copied().unwrap_or(Entry::NONE));
        }
        index.flush(out).unwrap();
        case.layout = index.layout().clone();
        if dice.below(4) == 0 {
            out.back_to(mark).unwrap();
            (case.layout, map) = (layout, old);
        } else {
            out.keep(mark);
        }
        if round % 8 == 0 || round + 1 == rounds {
            case.check(out, &map);
            case.walk(out, &map);
        }
    }
    // Everything goes, and so does every byte.
    let mut index = case.open(out);
    for coord in map.keys() {
        index.remove(out, coord).unwrap();
    }
    index.flush(out).unwrap();
    case.layout = index.layout().clone();
    case.check(out, &Map::new());
    case.open(out).release(out).unwrap();
    assert_eq!((out.space.end(), out.space.unused()), (before, 0));
}

#[test]
fn v1_btrees_of_every_shape() {
    let mut dice = Dice(7);
    for k in [2, 3, 32] {
        for filtered in [false, true] {
            let case = Case::new(ChunkIndex::BTree1, &[40, 40], &[None, None], filtered);
            let mut any = |dice: &mut Dice| vec![dice.below(20), dice.below(20)];
            run(case, &mut output(k), &mut dice, &mut any, 60);
            let case = Case::new(ChunkIndex::BTree1, &[2000], &[None], filtered);
            let mut next = 0;
            let mut append = |dice: &mut Dice| {
                next += 1;
                vec![(next + dice.below(3)).min(999)]
            };
            run(case, &mut output(k), &mut dice, &mut append, 40);
            let case = Case::new(ChunkIndex::BTree1, &[2000], &[None], filtered);
            let mut next = 990;
            let mut prepend = |dice: &mut Dice| {
                next -= u64::from(next > 5);
                vec![next + dice.below(3)]
            };
            run(case, &mut output(k), &mut dice, &mut prepend, 40);
        }
    }
}

#[test]
fn fixed_arrays_paged_and_not() {
    let mut dice = Dice(8);
    for page_bits in [2, 10] {
        for filtered in [false, true] {
            let case =
                Case::new(ChunkIndex::FixedArray { page_bits }, &[20, 30], &[Some(40), Some(33)], filtered);
            let mut any = |dice: &mut Dice| vec![dice.below(10), dice.below(15)];
            run(case, &mut output(32), &mut dice, &mut any, 40);
        }
    }
}

#[test]
fn extensible_arrays_with_every_kind_of_block() {
    let mut dice = Dice(9);
    for (index_elements, min_pointers, min_elements, page_bits) in
        [(4, 4, 16, 10), (1, 2, 2, 2), (0, 2, 1, 3)]
    {
        for filtered in [false, true] {
            let index = ChunkIndex::ExtensibleArray {
                max_bits: 16,
                index_elements,
                min_pointers,
                min_elements,
                page_bits,
            };
            let case = Case::new(index.clone(), &[20, 400], &[Some(20), None], filtered);
            let mut any = |dice: &mut Dice| vec![dice.below(10), dice.below(200)];
            run(case, &mut output(32), &mut dice, &mut any, 60);
            let case = Case::new(index, &[4000], &[None], filtered);
            let mut next = 0;
            let mut append = |_: &mut Dice| {
                next += 1;
                vec![next]
            };
            run(case, &mut output(32), &mut dice, &mut append, 50);
        }
    }
}

#[test]
fn v2_btrees() {
    let mut dice = Dice(12);
    for node_size in [200, 2048] {
        for filtered in [false, true] {
            let index = ChunkIndex::BTree2 { node_size, split: 100, merge: 40 };
            let case = Case::new(index, &[40, 40], &[None, None], filtered);
            let mut any = |dice: &mut Dice| vec![dice.below(20), dice.below(20)];
            run(case, &mut output(32), &mut dice, &mut any, 60);
        }
    }
}

#[test]
fn a_single_chunk() {
    let mut dice = Dice(10);
    for filtered in [false, true] {
        let index = ChunkIndex::Single { filtered: filtered.then_some((0, 0)) };
        let case = Case::new(index, &[2, 2], &[Some(2), Some(2)], filtered);
        run(case, &mut output(32), &mut dice, &mut |_| vec![0, 0], 20);
    }
}

#[test]
fn chunks_in_a_row() {
    let mut out = output(32);
    let case = Case::new(ChunkIndex::Implicit, &[4, 4], &[Some(4), Some(8)], false);
    let mut index = case.open(&out);
    assert_eq!(index.get(&mut out, &[1, 2]).unwrap(), Entry::NONE);
    assert!(index.allocate(&mut out).unwrap());
    let entry = index.get(&mut out, &[1, 2]).unwrap();
    assert_eq!(entry.address, Some(Addr(96 + 6 * 16)));
    index.set(&mut out, &[1, 2], entry).unwrap();
    assert!(index.set(&mut out, &[1, 3], entry).is_err());
    assert_eq!(out.space.end(), 96 + 8 * 16);
}

/// Counts the bytes that are written.
struct Counted(crate::storage::Memory, Rc<Cell<u64>>);

impl Storage for Counted {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buf)
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

#[test]
fn appending_costs_the_same_at_the_end() {
    let extensible = ChunkIndex::ExtensibleArray {
        max_bits: 32,
        index_elements: 4,
        min_pointers: 4,
        min_elements: 16,
        page_bits: 10,
    };
    let btree2 = ChunkIndex::BTree2 { node_size: 2048, split: 100, merge: 40 };
    for index in [ChunkIndex::BTree1, extensible, btree2] {
        let mut case = Case::new(index, &[400_000], &[None], false);
        let mut out = output(32);
        let count = Rc::new(Cell::new(0));
        let storage = Counted(crate::storage::Memory::default(), count.clone());
        out.medium = Medium::new(Box::new(storage), Limits::default());
        let mut written = Vec::new();
        for i in 0..40_000u64 {
            if i % 10_000 == 0 {
                written.push(count.get());
            }
            let mut index = case.open(&out);
            let entry = Entry { address: Some(Addr(8 * i)), size: 8, mask: 0 };
            index.set(&mut out, &[i], entry).unwrap();
            index.flush(&mut out).unwrap();
            case.layout = index.layout().clone();
        }
        written.push(count.get());
        let each: Vec<u64> = written.windows(2).map(|w| (w[1] - w[0]) / 10_000).collect();
        assert!(each[3] <= each[0] + each[0] / 2, "{each:?}");
        assert!(each[0] < 200, "{each:?}");
    }
}

#[test]
fn damaged_trees_end_in_errors() {
    let mut out = output(2);
    let mut case = Case::new(ChunkIndex::BTree1, &[200], &[None], false);
    let mut index = case.open(&out);
    let entry = |i: u64| Entry { address: Some(Addr(8 * i)), size: 8, mask: 0 };
    for i in 0..50 {
        index.set(&mut out, &[i], entry(i)).unwrap();
    }
    index.flush(&mut out).unwrap();
    case.layout = index.layout().clone();
    let mut dice = Dice(11);
    for _ in 0..2000 {
        let mark = out.mark();
        let at = 96 + dice.below(out.space.end() - 96);
        let bad = u8::try_from(dice.below(256)).unwrap();
        out.medium.write(Addr(at), &[bad; 2]).unwrap();
        let mut index = case.open(&out);
        let _ = index.walk(&mut out, &mut |_, _| Ok(()));
        for i in [0, 13, 49, 60] {
            let _ = index.set(&mut out, &[i], entry(i));
            let _ = index.remove(&mut out, &[i]);
        }
        let _ = index.flush(&mut out);
        let _ = case.open(&out).release(&mut out);
        out.back_to(mark).unwrap();
    }
}
