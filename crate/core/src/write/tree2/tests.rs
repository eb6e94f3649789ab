use super::*;
use crate::bytes::Ctx;
use crate::format::superblock::Superblock;
use crate::format::symbol_table::Cache;
use std::collections::BTreeMap;

/// A key, then something that belongs to it.
const RECORD: u16 = 12;
const KIND: u8 = 1;

fn output(ctx: Ctx) -> Output {
    let mut out = Output::new(&Superblock::earliest(Addr(0), Cache::None, 0)).unwrap();
    out.medium.ctx = ctx;
    out
}

fn record(key: u32, value: u64) -> Vec<u8> {
    [key.to_be_bytes().as_slice(), &value.to_be_bytes()].concat()
}

fn key(record: &[u8]) -> u32 {
    u32::from_be_bytes(record[..4].try_into().unwrap())
}

fn looking_for(wanted: u32) -> impl FnMut(&Output, &[u8]) -> Result<Ordering> {
    move |_, record| Ok(key(record).cmp(&wanted))
}

/// What is beyond `seed`, evenly spread.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

/// Nodes of a subtree. Counts, totals and bounds are checked on the way.
fn check_node(tree: &Tree, out: &Output, place: Child, depth: u16, is_root: bool) -> u64 {
    let node = tree.read(out, place, depth).unwrap();
    let records = tree.records(&node);
    let most = tree.geometry.max_records(depth).unwrap() as usize;
    assert!(records <= most);
    assert!(records >= if is_root { 1 } else { most * 40 / 100 }, "{records} of {most} at depth {depth}");
    assert_eq!(tree.place(place.address, &node), place);
    let below = node.children.iter().map(|child| check_node(tree, out, *child, depth - 1, false));
    1 + below.sum::<u64>()
}

/// Everything that readers of the file rely on.
fn check(tree: &Tree, out: &Output, model: &BTreeMap<u32, u64>) {
    let bytes = out.medium.read(tree.address, Header::size(out.medium.ctx) as u64).unwrap();
    assert_eq!(Header::decode(&mut out.medium.reader(&bytes, tree.address)).unwrap(), tree.header);
    assert_eq!(tree.len(), model.len() as u64);
    let nodes = tree.root().map_or(0, |root| check_node(tree, out, root, tree.header.depth, true));
    let reading = tree2::Tree::open(&out.medium, tree.address, &[KIND]).unwrap();
    let mut seen = Vec::new();
    reading
        .each(&out.medium, &mut |r| {
            seen.push(r.to_vec());
            Ok(())
        })
        .unwrap();
    assert!(seen.iter().eq(&model.iter().map(|(k, v)| record(*k, *v)).collect::<Vec<_>>()));
    assert_eq!(reading.nodes(&out.medium).unwrap().len() as u64, nodes);
    // Nothing but the superblock, the header and the nodes takes space.
    let taken = out.space.end() - out.space.unused() - 96;
    assert_eq!(taken, Header::size(out.medium.ctx) as u64 + nodes * u64::from(tree.header.node_size));
}

/// `rounds` random changes with keys below `keys`; more records come than go in every other phase.
fn random(ctx: Ctx, node: u32, rounds: u64, keys: u64, every: u64) {
    let mut out = output(ctx);
    let mut dice = Dice(u64::from(node) + keys);
    let mut tree = Tree::create(&mut out, KIND, RECORD, node).unwrap();
    let mut model = BTreeMap::new();
    for round in 0..rounds {
        let k = dice.below(keys) as u32;
        let grows = (round / (rounds / 4).max(1)).is_multiple_of(2);
        if dice.below(4) < if grows { 3 } else { 1 } {
            let inserted = tree.insert(&mut out, &record(k, round), &mut looking_for(k));
            if let std::collections::btree_map::Entry::Vacant(place) = model.entry(k) {
                inserted.unwrap();
                place.insert(round);
            } else {
                assert!(inserted.is_err());
                assert!(tree.update(&mut out, &record(k, round), &mut looking_for(k)).unwrap());
                model.insert(k, round);
            }
        } else {
            let removed = tree.remove(&mut out, &mut looking_for(k)).unwrap();
            assert_eq!(removed, model.remove(&k).map(|v| record(k, v)));
        }
        if round % every == 0 {
            check(&tree, &out, &model);
            let tree = Tree::open(&out, tree.address(), &[KIND], RECORD).unwrap();
            let found = tree.find(&out, &mut looking_for(k)).unwrap();
            assert_eq!(found, model.get(&k).map(|v| record(k, *v)));
        }
    }
    check(&tree, &out, &model);
    for k in model.keys() {
        assert!(tree.remove(&mut out, &mut looking_for(*k)).unwrap().is_some());
    }
    check(&tree, &out, &BTreeMap::new());
    assert!(!tree.update(&mut out, &record(1, 1), &mut looking_for(1)).unwrap());
    tree.release(&mut out).unwrap();
    assert_eq!(out.space.end(), 96);
}

#[test]
fn random_changes() {
    let narrow = Ctx { addr_width: 4, len_width: 4 };
    random(Ctx::WIDE, 512, 12000, 20000, 397);
    random(narrow, 512, 6000, 1000, 97);
    random(Ctx::WIDE, 2048, 12000, 50000, 397);
    // Three records to a leaf, and to every other node.
    random(Ctx::WIDE, 10 + 9 + 3 * 24, 3000, 700, 7);
    random(Ctx::WIDE, 160, 6000, 5000, 41);
}

#[test]
fn in_order_and_in_reverse() {
    let keys: Vec<u32> = (0..3000).collect();
    for backwards in [false, true] {
        let mut out = output(Ctx::WIDE);
        let mut tree = Tree::create(&mut out, KIND, RECORD, 512).unwrap();
        let mut model = BTreeMap::new();
        for k in &keys {
            let k = if backwards { 2999 - k } else { *k };
            tree.insert(&mut out, &record(k, 1), &mut looking_for(k)).unwrap();
            model.insert(k, 1);
        }
        check(&tree, &out, &model);
        let full = 3000 * u64::from(RECORD);
        assert!(out.space.end() < 2 * full, "{} bytes for {full}", out.space.end());
        for k in &keys[..2500] {
            tree.remove(&mut out, &mut looking_for(*k)).unwrap();
            model.remove(k);
        }
        check(&tree, &out, &model);
    }
}

#[test]
fn built_at_once() {
    for node in [512, 2048, 10 + 9 + 3 * 24] {
        for count in (0..60).chain([100, 166, 167, 500, 4000]) {
            let mut out = output(Ctx::WIDE);
            let mut model: BTreeMap<u32, u64> = (0..count).map(|k| (2 * k, 5)).collect();
            let records: Vec<u8> = model.iter().flat_map(|(k, v)| record(*k, *v)).collect();
            let mut tree = Tree::build(&mut out, KIND, RECORD, node, &records).unwrap();
            check(&tree, &out, &model);
            for k in [0, 7, 2 * count + 9] {
                model.remove(&(k & !1));
                tree.remove(&mut out, &mut looking_for(k & !1)).unwrap();
                model.insert(k | 1, 6);
                tree.insert(&mut out, &record(k | 1, 6), &mut looking_for(k | 1)).unwrap();
                check(&tree, &out, &model);
            }
        }
    }
}

#[test]
fn what_is_taken_back_leaves_no_trace() {
    let mut out = output(Ctx::WIDE);
    let records: Vec<u8> = (0..500).flat_map(|k| record(k, 0)).collect();
    let address = Tree::build(&mut out, KIND, RECORD, 512, &records).unwrap().address();
    let before = out.medium.storage().as_bytes().unwrap().to_vec();
    let mark = out.mark();
    let mut tree = Tree::open(&out, address, &[KIND], RECORD).unwrap();
    for k in 0..400 {
        tree.remove(&mut out, &mut looking_for(k)).unwrap();
    }
    out.back_to(mark).unwrap();
    assert!(out.medium.storage().as_bytes().unwrap() == before);
    let model = (0..500).map(|k| (k, 0)).collect();
    check(&Tree::open(&out, address, &[KIND], RECORD).unwrap(), &out, &model);
}

#[test]
fn lies_are_noticed() {
    let mut out = output(Ctx::WIDE);
    let records: Vec<u8> = (0..500).flat_map(|k| record(k, 0)).collect();
    let tree = Tree::build(&mut out, KIND, RECORD, 512, &records).unwrap();
    let address = tree.address();
    assert!(Tree::open(&out, address, &[5], RECORD).is_err());
    assert!(Tree::open(&out, address, &[KIND], 11).is_err());
    // Two children in one place: they would be given back twice.
    let root = tree.root().unwrap();
    let mut node = tree.read(&out, root, tree.header.depth).unwrap();
    node.children[1] = node.children[0];
    tree.write(&mut out, root.address, &node).unwrap();
    assert!(tree.release(&mut out).is_err());
    // Nodes that the file is too small for.
    let mut tree = Tree::open(&out, address, &[KIND], RECORD).unwrap();
    (tree.header.node_size, tree.header.root) = (1 << 30, None);
    tree.write_header(&mut out).unwrap();
    assert!(Tree::open(&out, address, &[KIND], RECORD).is_err());
    // A total that is no total.
    (tree.header.node_size, tree.header.root, tree.header.total_records) = (512, Some(root.address), 0);
    tree.write_header(&mut out).unwrap();
    let mut tree = Tree::open(&out, address, &[KIND], RECORD).unwrap();
    assert!(tree.remove(&mut out, &mut looking_for(400)).is_err());
}
