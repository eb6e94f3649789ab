use super::*;
use crate::bytes::Ctx;
use crate::format::superblock::Superblock;
use crate::format::symbol_table::Cache;
use crate::write::output::Output;
use std::collections::BTreeMap;

type Model = BTreeMap<(u64, u32), Vec<u8>>;

fn output(ctx: Ctx) -> Output {
    let mut out = Output::new(&Superblock::earliest(Addr(0), Cache::None, 0)).unwrap();
    out.medium.ctx = ctx;
    out
}

fn key(id: HeapId) -> (u64, u32) {
    (id.collection.0, id.index)
}

fn id((collection, index): (u64, u32)) -> HeapId {
    HeapId { collection: Addr(collection), index }
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

/// Every object is where its id says; with `settled` nothing else is in the collections, nor in the file.
fn check(out: &Output, model: &Model, settled: bool) {
    let mut collections: Vec<u64> = model.keys().map(|(at, _)| *at).collect();
    collections.dedup();
    let mut taken = 96;
    for at in collections {
        let c = read(&out.medium, Addr(at)).unwrap();
        let of = |(k, _): &(&(u64, u32), &Vec<u8>)| k.0 == at;
        for ((_, index), bytes) in model.iter().filter(of) {
            assert!(c.get(*index) == Some(bytes));
        }
        assert!(!settled || c.objects().count() == model.iter().filter(of).count());
        assert_eq!(c.size() % 8, 0);
        taken += c.size() as u64;
    }
    if settled {
        assert_eq!(out.space.end() - out.space.unused(), taken);
    }
}

#[test]
fn objects_come_and_go() {
    for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 4 }] {
        let mut out = output(ctx);
        let mut model = Model::new();
        let mut dice = Dice(7);
        for round in 0..60u64 {
            let grows = (round / 10).is_multiple_of(2);
            for _ in 0..dice.below(400) {
                let size = if dice.below(50) == 0 { dice.below(9000) } else { dice.below(60) };
                if dice.below(3) < if grows { 2 } else { 1 } {
                    let bytes: Vec<u8> = (0..size).map(|i| (i ^ round) as u8).collect();
                    let id = out.put_in_heap(&bytes).unwrap();
                    assert_eq!(model.insert(key(id), bytes), None);
                } else if !model.is_empty() {
                    let some = dice.below(model.len() as u64) as usize;
                    let gone = *model.keys().nth(some).unwrap();
                    model.remove(&gone);
                    out.remove_from_heap(id(gone)).unwrap();
                }
            }
            out.trim_heap().unwrap();
            check(&out, &model, false);
            if round % 3 == 0 {
                out.heap.flush(&mut out.medium, &mut out.space).unwrap();
                assert!(!out.heap.is_changed());
                check(&out, &model, true);
            }
        }
        for gone in model.keys() {
            out.remove_from_heap(id(*gone)).unwrap();
        }
        out.heap.flush(&mut out.medium, &mut out.space).unwrap();
        assert_eq!(out.space.end(), 96);
    }
}

#[test]
fn what_is_taken_back_leaves_no_trace() {
    let mut out = output(Ctx::WIDE);
    let put = |out: &mut Output, n: u8| key(out.put_in_heap(&vec![n; 300]).unwrap());
    let mut model: Model = (0..50).map(|n| (put(&mut out, n), vec![n; 300])).collect();
    let first = *model.keys().next().unwrap();
    out.remove_from_heap(id(first)).unwrap();
    let outer = out.mark();
    let bytes = out.medium.storage().as_bytes().unwrap().to_vec();
    let inner = out.mark();
    for gone in model.keys().skip(10) {
        out.remove_from_heap(id(*gone)).unwrap();
    }
    out.heap.flush(&mut out.medium, &mut out.space).unwrap();
    let last = (0..90).map(|n| put(&mut out, n)).last().unwrap();
    out.remove_from_heap(id(last)).unwrap();
    out.heap.flush(&mut out.medium, &mut out.space).unwrap();
    out.back_to(inner).unwrap();
    let inner = out.mark();
    let second = *model.keys().nth(1).unwrap();
    out.remove_from_heap(id(second)).unwrap();
    out.keep(inner);
    out.back_to(outer).unwrap();
    assert!(out.medium.storage().as_bytes().unwrap() == bytes);
    check(&out, &model, false);
    model.insert(put(&mut out, 99), vec![99; 300]);
    out.heap.flush(&mut out.medium, &mut out.space).unwrap();
    model.remove(&first);
    check(&out, &model, true);
}

#[test]
fn room_that_was_made_is_used() {
    let mut out = output(Ctx::WIDE);
    let ids: Vec<HeapId> = (0..400).map(|n| out.put_in_heap(&[n as u8; 100]).unwrap()).collect();
    out.heap.flush(&mut out.medium, &mut out.space).unwrap();
    let end = out.space.end();
    // As if the file had been opened anew.
    out.heap = HeapWriter::default();
    for round in 0..30 {
        for i in (round % 7..400).step_by(7) {
            out.remove_from_heap(ids[i]).unwrap();
        }
        out.heap.flush(&mut out.medium, &mut out.space).unwrap();
        for _ in (round % 7..400).step_by(7) {
            out.put_in_heap(&[1; 100]).unwrap();
        }
        out.heap.flush(&mut out.medium, &mut out.space).unwrap();
        if round == 0 {
            assert_eq!(out.space.end(), end);
        }
    }
    // Later rounds remove nothing: what is not there is left out.
    assert!(out.space.end() < 6 * end);
}

#[test]
fn indexes_run_out() {
    let mut out = output(Ctx::WIDE);
    let size = 1 << 21;
    let address = out.space.allocate_raw(size as u64).unwrap();
    // All but one index in the middle and one at the end are taken.
    let taken: Vec<u16> = (1..u16::MAX).filter(|n| *n != 700).collect();
    write(&mut out.medium, address, size, taken.iter().map(|n| (*n, 0, &[][..]))).unwrap();
    let of = |n: u32| HeapId { collection: address, index: n };
    out.remove_from_heap(of(65534)).unwrap();
    out.heap.flush(&mut out.medium, &mut out.space).unwrap();
    let ids: Vec<HeapId> = (0..3).map(|n| out.put_in_heap(&[n; 8]).unwrap()).collect();
    assert_eq!(ids[..2], [of(65534), of(65535)]);
    assert_ne!(ids[2].collection, address);
    let collection = read(&out.medium, address).unwrap();
    assert_eq!((collection.get(65535), collection.get(65533)), (Some(&[1; 8][..]), Some(&[][..])));
    out.remove_from_heap(of(650)).unwrap();
    out.heap.flush(&mut out.medium, &mut out.space).unwrap();
    assert!([of(650), of(700)].contains(&out.put_in_heap(&[7; 8]).unwrap()));
}

#[test]
fn a_collection_that_grew_says_so_at_once() {
    let mut out = output(Ctx::WIDE);
    let mut ids = Vec::new();
    for n in 0..2000u32 {
        ids.push(out.put_in_heap(&n.to_le_bytes()).unwrap());
        if n % 97 == 0 {
            let collection = read(&out.medium, ids[0].collection).unwrap();
            assert_eq!(collection.get(ids[0].index), Some(&[0; 4][..]));
        }
    }
    assert!(read(&out.medium, ids[0].collection).unwrap().size() > 4096);
    out.trim_heap().unwrap();
    for (id, n) in ids.iter().zip(0u32..) {
        assert_eq!(read(&out.medium, id.collection).unwrap().get(id.index), Some(&n.to_le_bytes()[..]));
    }
}

#[test]
fn lies_are_noticed() {
    let mut out = output(Ctx::WIDE);
    let id = out.put_in_heap(b"text").unwrap();
    let elsewhere = HeapId { collection: Addr(id.collection.0 + 8), index: 1 };
    assert!(out.remove_from_heap(elsewhere).is_err());
    assert!(out.remove_from_heap(HeapId { collection: Addr(1 << 40), index: 1 }).is_err());
    for index in [0, 2, 65536, u32::MAX] {
        out.remove_from_heap(HeapId { index, ..id }).unwrap();
    }
    out.heap.flush(&mut out.medium, &mut out.space).unwrap();
    assert_eq!(read(&out.medium, id.collection).unwrap().get(id.index), Some(&b"text"[..]));
}
