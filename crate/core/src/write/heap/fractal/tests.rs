use super::blocks::read_indirect;
use super::*;
use crate::bytes::Ctx;
use crate::format::heap::fractal::IndirectBlock;
use crate::format::message::{Filter, FilterPipeline};
use crate::format::space::{Manager, class, decode};
use crate::format::superblock::Superblock;
use crate::format::symbol_table::Cache;
use crate::object::{fractal_heap, tree2};
use std::collections::BTreeMap;

const NARROW: Ctx = Ctx { addr_width: 4, len_width: 4 };
/// Widths with which ids hold the place of a huge object, and one-letter links are tiny.
const TINY: Ctx = Ctx { addr_width: 2, len_width: 4 };

fn output(ctx: Ctx) -> Output {
    let mut out = Output::new(&Superblock::earliest(Addr(0), Cache::None, 0)).unwrap();
    out.medium.ctx = ctx;
    out
}

fn deflate() -> Filtering {
    let filter = Filter { id: 1, optional: true, name: Vec::new(), values: vec![6] };
    let encoded = vec![2, 1, 1, 0, 1, 0, 1, 0, 6, 0, 0, 0];
    Filtering { root_size: 0, root_mask: 0, pipeline: FilterPipeline { filters: vec![filter] }, encoded }
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// What is met on a walk through the blocks.
#[derive(Default)]
struct Seen {
    /// Direct blocks: offset and size.
    direct: Vec<(u64, u64)>,
    /// Entries without blocks: offset and size.
    missing: Vec<(u64, u64)>,
    /// Bytes of the file.
    stored: u64,
}

fn walk(out: &Output, heap: &Heap, address: Addr, offset: u64, rows: u16, seen: &mut Seen) {
    let block = read_indirect(out, heap, address, offset, rows).unwrap();
    assert!(offset == 0 || block.entries.iter().any(|e| e.address.is_some()));
    seen.stored += IndirectBlock::stored_size(&heap.header, rows, out.medium.ctx).next_multiple_of(8);
    for (i, entry) in block.entries.iter().enumerate() {
        let table = heap.header.table;
        let row = i as u64 / u64::from(table.width);
        let (start, size) = (offset + table.entry_start(i as u64).unwrap(), table.row_size(row).unwrap());
        match entry.address {
            None => seen.missing.push((start, size)),
            Some(child) if row >= table.direct_rows() => {
                walk(out, heap, child, start, table.rows_below(row), seen);
            }
            Some(_) => {
                seen.direct.push((start, size));
                seen.stored += entry.filtered.map_or(size, |(stored, _)| stored).next_multiple_of(8);
            }
        }
    }
}

/// Checks everything that the reference library relies on, and that nothing else takes space.
fn check(out: &mut Output, address: Addr, model: &Model) {
    let heap = Heap::open(out, address).unwrap();
    let h = &heap.header;
    let table = h.table;
    let overhead = heap.overhead(out);
    let mut seen = Seen::default();
    let (mut room, mut span) = (0, 0);
    match (h.root, h.root_rows) {
        (None, _) => {}
        (Some(_), 0) => {
            seen.direct.push((0, table.start));
            let stored = h.filtering.as_ref().map_or(table.start, |f| f.root_size);
            seen.stored += stored.next_multiple_of(8);
            (room, span) = (table.start - overhead, table.start);
        }
        (Some(root), rows) => {
            walk(out, &heap, root, 0, rows, &mut seen);
            (room, span) = (table.room(rows, overhead)[usize::from(rows)], table.span(rows.into()).unwrap());
        }
    }
    let (mut managed, mut huge, mut tiny) = (0, 0, 0);
    let (mut managed_bytes, mut huge_bytes, mut tiny_bytes) = (0, 0, 0);
    let mut used: BTreeMap<u64, u64> = BTreeMap::new();
    let mut reading = fractal_heap::Heap::open(&out.medium, address).unwrap();
    for (id, object) in model {
        assert!(&reading.read(&out.medium, id).unwrap() == object);
        let n = object.len() as u64;
        match heap.id(out, id).unwrap() {
            HeapId::Managed { offset, .. } => {
                (managed, managed_bytes) = (managed + 1, managed_bytes + n);
                let block =
                    seen.direct.iter().find(|(start, size)| offset >= *start && offset - start < *size);
                *used.entry(block.unwrap().0).or_default() += n;
            }
            HeapId::Tiny(_) => (tiny, tiny_bytes) = (tiny + 1, tiny_bytes + n),
            _ => (huge, huge_bytes) = (huge + 1, huge_bytes + n),
        }
    }
    assert_eq!((h.managed_objects, h.huge_objects, h.tiny_objects), (managed, huge, tiny));
    assert_eq!((h.huge_bytes, h.tiny_bytes), (huge_bytes, tiny_bytes));
    assert_eq!((h.managed_space, h.free), (span, room - managed_bytes));
    assert_eq!(h.allocated_space, seen.direct.iter().map(|(_, size)| size).sum::<u64>());
    assert_eq!(h.iterator, seen.direct.iter().map(|(start, size)| start + size).max().unwrap_or(0));
    assert_eq!(used.len(), seen.direct.len(), "no block without objects");
    // Every byte of a block that is no object's is in a section, and every entry before the end without a block.
    for (start, size) in &seen.direct {
        let inside = heap.free.stretches().filter(|s| s.start >= *start && s.start - start < *size);
        let free: u64 = inside.map(|s| s.len).sum();
        assert_eq!(free + used[start] + overhead, *size);
    }
    let before_end = |(start, size): &&(u64, u64)| start + size <= h.iterator;
    let missing: u64 = seen.missing.iter().filter(before_end).map(|(_, size)| size).sum();
    assert_eq!(missing, heap.free.holes().map(|s| s.len).sum::<u64>());
    for hole in heap.free.holes() {
        assert!(seen.missing.iter().any(|(start, _)| *start == hole.start));
    }
    let stored = |n: usize| (n as u64).next_multiple_of(8);
    let ctx = out.medium.ctx;
    let mut all = seen.stored + stored(out.encoded(h).unwrap().len());
    if let Some(manager) = h.free_manager {
        let bytes = out.medium.read(manager, Manager::stored_size(ctx) as u64).unwrap();
        let m = Manager::decode(&mut out.medium.reader(&bytes, manager)).unwrap();
        let list = out.medium.read(m.sections.unwrap(), m.allocated).unwrap();
        let list = decode(&mut out.medium.reader(&list, Addr(0)), &m, manager).unwrap();
        assert!(list.is_sorted_by_key(|s| (s.size, s.offset)));
        assert_eq!(m.count, m.serialized + m.ghosts);
        let rows = list.iter().filter(|s| s.class == class::FIRST_ROW).count();
        assert_eq!(rows == 0, heap.free.holes().next().is_none());
        all += stored(Manager::stored_size(ctx)) + m.allocated.next_multiple_of(8);
    }
    if let Some(tree) = h.huge_btree {
        let tree = tree2::Tree::open(&out.medium, tree, &[1, 2, 3, 4]).unwrap();
        all += stored(crate::format::tree::btree2::Header::size(ctx));
        all += 512 * tree.nodes(&out.medium).unwrap().len() as u64;
        let form = heap.form(out);
        tree.each(&out.medium, &mut |record| {
            all += form.stored(out, record).next_multiple_of(8);
            Ok(())
        })
        .unwrap();
    }
    let unused = out.space.unused();
    // What alignment leaves over is counted here as part of what is before it.
    let taken = out.space.end().next_multiple_of(8) - unused - 96;
    assert!(
        taken <= all && all - taken < 8 * (1000 + model.len() as u64),
        "{taken} bytes taken, {all} known"
    );
}

/// Random insertions, removals and replacements.
/// Returns the most rows that the root had.
fn random(ctx: Ctx, purpose: Purpose, filters: bool, rounds: u64, sizes: &[u64], every: u64) -> u16 {
    let mut most_rows = 0;
    let mut out = output(ctx);
    let mut dice = Dice(rounds + sizes.len() as u64);
    let heap = Heap::create(&mut out, purpose, filters.then(deflate)).unwrap();
    let address = heap.address();
    drop(heap);
    let mut model = Model::new();
    let mut heap = Heap::open(&out, address).unwrap();
    for round in 0..rounds {
        let grows = (round / (rounds / 4).max(1)).is_multiple_of(2);
        let most = sizes[dice.below(sizes.len() as u64) as usize];
        let size = 1 + dice.below(most);
        let seed = dice.below(256);
        // Half of it is the same everywhere, so that filters have something to do.
        let object: Vec<u8> = (0..size).map(|i| if i % 2 == 0 { 7 } else { (i ^ seed) as u8 }).collect();
        let some = dice.below(model.len().max(1) as u64) as usize;
        match dice.below(8) {
            n if model.is_empty() || n < if grows { 5 } else { 1 } => {
                let id = heap.insert(&mut out, &object).unwrap();
                assert!(heap.read(&out, &id).unwrap() == object);
                // Ids of tiny objects are the objects.
                if model.insert(id.clone(), object).is_some() {
                    heap.remove(&mut out, &id).unwrap();
                }
            }
            7 => {
                let (id, old) = model.iter().nth(some).map(|(id, old)| (id.clone(), old.clone())).unwrap();
                model.remove(&id);
                let object = if seed < 128 { old.iter().rev().copied().collect() } else { object };
                heap.remove(&mut out, &id).unwrap();
                let new = heap.insert(&mut out, &object).unwrap();
                if model.insert(new.clone(), object).is_some() {
                    heap.remove(&mut out, &new).unwrap();
                }
            }
            _ => {
                let id = model.keys().nth(some).cloned().unwrap();
                assert!(heap.read(&out, &id).unwrap() == model[&id]);
                heap.remove(&mut out, &id).unwrap();
                model.remove(&id);
            }
        }
        most_rows = heap.header.root_rows.max(most_rows);
        if round % every == 0 {
            heap.close(&mut out).unwrap();
            check(&mut out, address, &model);
            heap = Heap::open(&out, address).unwrap();
        }
    }
    heap.close(&mut out).unwrap();
    check(&mut out, address, &model);
    let mut heap = Heap::open(&out, address).unwrap();
    let ids: Vec<Vec<u8>> = model.keys().cloned().collect();
    let (gone, rest) = ids.split_at(ids.len() / 2);
    for id in gone {
        heap.remove(&mut out, id).unwrap();
        model.remove(id);
    }
    heap.close(&mut out).unwrap();
    check(&mut out, address, &model);
    let mut other = output(ctx);
    std::mem::swap(&mut other, &mut out);
    if rounds.is_multiple_of(2) {
        Heap::open(&other, address).unwrap().release(&mut other).unwrap();
        assert_eq!(other.space.end(), 96);
        return most_rows;
    }
    let mut heap = Heap::open(&other, address).unwrap();
    for id in rest {
        heap.remove(&mut other, id).unwrap();
    }
    heap.close(&mut other).unwrap();
    check(&mut other, address, &Model::new());
    Heap::open(&other, address).unwrap().release(&mut other).unwrap();
    assert_eq!(other.space.end(), 96);
    most_rows
}

#[test]
fn links() {
    random(Ctx::WIDE, Purpose::Links, false, 4000, &[60], 97);
    random(NARROW, Purpose::Links, false, 2001, &[60, 400], 41);
}

#[test]
fn attributes() {
    random(Ctx::WIDE, Purpose::Attributes, false, 2000, &[100, 4096], 61);
    random(NARROW, Purpose::Attributes, false, 801, &[30, 500, 2000], 19);
}

#[test]
fn blocks_that_are_skipped() {
    // Large objects first: small blocks before them stay free until small ones come.
    random(Ctx::WIDE, Purpose::Links, false, 300, &[4096], 1);
    random(Ctx::WIDE, Purpose::Links, false, 1001, &[10, 4096], 17);
}

#[test]
fn huge_objects() {
    random(Ctx::WIDE, Purpose::Attributes, false, 600, &[50, 20_000], 7);
    random(TINY, Purpose::Links, false, 151, &[8, 40, 6000], 1);
}

#[test]
fn filters() {
    random(Ctx::WIDE, Purpose::Links, true, 1500, &[60], 37);
    random(NARROW, Purpose::Attributes, true, 601, &[30, 6000], 11);
}

#[test]
fn indirect_blocks_below_indirect_blocks() {
    assert!(random(Ctx::WIDE, Purpose::Links, false, 3001, &[4096], 499) > 9);
    assert!(random(Ctx::WIDE, Purpose::Links, true, 2500, &[4096], 499) > 9);
}

#[test]
fn rounds_of_deleting_and_creating_take_no_space() {
    let mut out = output(Ctx::WIDE);
    let address = Heap::create(&mut out, Purpose::Links, None).unwrap().address();
    let mut dice = Dice(3);
    let mut heap = Heap::open(&out, address).unwrap();
    let mut model = Model::new();
    let mut add = |out: &mut Output, heap: &mut Heap, model: &mut Model| {
        let object = vec![5; 20 + dice.below(30) as usize];
        model.insert(heap.insert(out, &object).unwrap(), object);
    };
    (0..3000).for_each(|_| add(&mut out, &mut heap, &mut model));
    heap.close(&mut out).unwrap();
    let full = out.space.end();
    for round in 0..20 {
        let mut heap = Heap::open(&out, address).unwrap();
        let ids: Vec<_> = model.keys().skip(round).step_by(3).cloned().collect();
        for id in &ids {
            heap.remove(&mut out, id).unwrap();
            model.remove(id);
        }
        heap.close(&mut out).unwrap();
        check(&mut out, address, &model);
        let mut heap = Heap::open(&out, address).unwrap();
        ids.iter().for_each(|_| add(&mut out, &mut heap, &mut model));
        heap.close(&mut out).unwrap();
    }
    check(&mut out, address, &model);
    assert!(out.space.end() < full + full / 20, "{} bytes, {full} before", out.space.end());
}

#[test]
fn lies_are_noticed() {
    let mut out = output(Ctx::WIDE);
    let mut heap = Heap::create(&mut out, Purpose::Links, None).unwrap();
    let address = heap.address();
    let ids: Vec<_> = (0..200).map(|i| heap.insert(&mut out, &[i; 50]).unwrap()).collect();
    heap.close(&mut out).unwrap();
    let open = |out: &Output| Heap::open(out, address).unwrap();
    // What is removed twice, or never was there.
    let mut heap = open(&out);
    heap.remove(&mut out, &ids[3]).unwrap();
    assert!(heap.remove(&mut out, &ids[3]).is_err());
    for (offset, length) in [(0, 50), (600_000, 50), (u64::from(u32::MAX), 50), (30, 4096), (40, 0)] {
        let id = open(&out).header.encode_managed_id(offset, length);
        assert!(open(&out).remove(&mut out, &id).is_err(), "{offset} {length}");
        assert!(length == 0 || open(&out).read(&out, &id).is_err(), "{offset} {length}");
    }
    assert!(open(&out).insert(&mut out, &[]).is_err());
    let unknown = open(&out).header.encode_id(&HeapId::Huge(5), Ctx::WIDE);
    assert!(open(&out).remove(&mut out, &unknown).is_err());
    // An iterator that is not at a block's border, and one that is in the middle of what there is.
    for iterator in [100, 512] {
        let mut heap = open(&out);
        heap.header.iterator = iterator;
        let grown = (0..300).try_for_each(|_| heap.insert(&mut out, &[1; 500]).map(|_| ()));
        assert!(grown.is_err());
    }
    // Free space outside of blocks.
    for offset in [2, 500, 1 << 30] {
        let mut heap = open(&out);
        heap.free.clear();
        heap.free.add(offset, 100).unwrap();
        assert!(heap.insert(&mut out, &[1; 90]).is_err());
    }
}
