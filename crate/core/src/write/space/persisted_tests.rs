use super::*;
use crate::format::Libver;
use crate::format::message::flag;
use crate::format::space::{Client, Manager, Section, class, encode, stored_size};
use crate::format::superblock::{Form, Superblock};
use crate::storage::Memory;
use crate::write::extension;
use crate::write::space::{FileSpaceOptions, FileSpaceStrategy, Pool, Stretch};

fn options(page_size: Option<u64>) -> FileSpaceOptions {
    let strategy = if page_size.is_some() { FileSpaceStrategy::Page } else { FileSpaceStrategy::FsmAggr };
    FileSpaceOptions { strategy, persist: true, threshold: 1, page_size: page_size.unwrap_or(4096) }
}

/// A file with nothing but a superblock and its extension.
fn file(options: &FileSpaceOptions, low: Libver) -> (Output, Addr) {
    let mut superblock = Superblock::earliest(Addr(0), crate::format::symbol_table::Cache::None, 0);
    (superblock.version, superblock.form) = (2, Form::New { extension: None });
    let mut out = Output::new(&superblock).unwrap();
    out.low = low;
    let settings = options.message().unwrap().unwrap();
    out.space.follow(&settings).unwrap();
    let message = out.message(kind::FILE_SPACE, flag::MARK_IF_UNKNOWN, &settings).unwrap();
    let extension = extension::create(&mut out, vec![message]).unwrap().unwrap();
    load(&mut out, Some(extension)).unwrap();
    (out, extension)
}

/// The file as it is found by whoever opens it.
fn reopened(out: &Output, extension: Addr) -> Output {
    let mut bytes = out.medium.storage().as_bytes().unwrap().to_vec();
    bytes.resize(out.space.end() as usize, 0);
    let superblock = Superblock::earliest(Addr(0), crate::format::symbol_table::Cache::None, 0);
    let mut again = Output::new(&superblock).unwrap();
    again.medium = Medium::new(Box::new(Memory::new(bytes)), crate::limits::Limits::default());
    again.space = Space::of_file(48, out.space.end(), u64::MAX);
    load(&mut again, Some(extension)).unwrap();
    again
}

fn said(out: &Output, extension: Addr) -> FileSpace {
    let header = ObjectHeader::open(&out.medium, extension).unwrap();
    let message = header.find(kind::FILE_SPACE).unwrap();
    FileSpace::decode(&mut header.reader(&out.medium, message)).unwrap()
}

fn free(out: &Output) -> Vec<Stretch> {
    out.space.free.iter().collect()
}

/// Blocks of metadata and raw data, every other of which is given back.
fn fill(out: &mut Output) -> Vec<(Addr, u64, bool)> {
    let sizes = [40, 300, 8, 700, 5000, 90, 1200, 64, 64, 2000, 9000, 33];
    let mut blocks = Vec::new();
    for (i, size) in sizes.into_iter().cycle().take(60).enumerate() {
        let raw = i % 3 == 0;
        let space = &mut out.space;
        let at = if raw { space.allocate_unaligned(size) } else { space.allocate(size) }.unwrap();
        out.medium.write(at, &vec![7; size as usize]).unwrap();
        blocks.push((at, size, raw));
    }
    let (keep, give): (Vec<_>, Vec<_>) = blocks.into_iter().enumerate().partition(|(i, _)| i % 2 == 0);
    give.into_iter().for_each(|(_, block)| release(out, block));
    keep.into_iter().map(|(_, block)| block).collect()
}

fn release(out: &mut Output, (at, size, raw): (Addr, u64, bool)) {
    if raw { out.space.release_raw(at, size) } else { out.space.release(at, size) }.unwrap();
}

#[test]
fn free_space_is_found_again() {
    for page in [None, Some(512), Some(1000), Some(4096)] {
        for low in [Libver::Earliest, Libver::V18] {
            let (mut out, extension) = file(&options(page), low);
            let blocks = fill(&mut out);
            settle(&mut out).unwrap();
            assert!(is_due(&out));
            store(&mut out).unwrap();
            assert!(!is_due(&out));
            let message = said(&out, extension);
            assert_eq!(message.eoa, Some(Addr(out.space.end())));
            let named: Vec<usize> =
                (0..12).filter(|i| message.managers.as_ref().unwrap()[*i].is_some()).collect();
            assert_eq!(named, if page.is_some() { vec![0, 2, 6] } else { vec![0, 2] });

            let mut again = reopened(&out, extension);
            assert_eq!(free(&again), free(&out));
            // Nothing has changed yet: what is there stays.
            assert!(!is_due(&again));
            settle(&mut again).unwrap();
            let message = said(&again, extension);
            assert_eq!(
                (message.managers, message.eoa),
                (Some(vec![None; 12]), Some(Addr(again.space.end())))
            );
            blocks.into_iter().for_each(|block| release(&mut again, block));
            let header = ObjectHeader::open(&again.medium, extension).unwrap();
            let (at, len) = header.chunks[0];
            again.space.release(at, len).unwrap();
            let left = page.map_or((48, 0), |p| (p, p - 48));
            assert_eq!((again.space.end(), again.space.unused()), left);
        }
    }
}

#[test]
fn writing_down_can_be_taken_back() {
    let (mut out, extension) = file(&options(Some(512)), Libver::V18);
    fill(&mut out);
    settle(&mut out).unwrap();
    let before = (out.medium.storage().as_bytes().unwrap().to_vec(), free(&out));
    let mark = out.mark();
    store(&mut out).unwrap();
    out.back_to(mark).unwrap();
    assert_eq!((out.medium.storage().as_bytes().unwrap().to_vec(), free(&out)), before);
    assert_eq!(said(&out, extension).managers, Some(vec![None; 12]));
    store(&mut out).unwrap();
    let mark = out.mark();
    settle(&mut out).unwrap();
    out.back_to(mark).unwrap();
    assert_eq!(free(&reopened(&out, extension)), free(&out));
}

#[test]
fn little_is_not_written_down() {
    let (mut out, extension) = file(&FileSpaceOptions { threshold: 500, ..options(None) }, Libver::Earliest);
    assert!(!is_due(&out));
    fill(&mut out);
    store(&mut out).unwrap();
    let kept = free(&out).into_iter().filter(|s| s.len >= 500).collect::<Vec<_>>();
    assert!(!kept.is_empty() && kept.len() < free(&out).len());
    assert_eq!(free(&reopened(&out, extension)), kept);
}

#[test]
fn managers_may_take_the_last_free_bytes() {
    let (mut out, extension) = file(&options(None), Libver::Earliest);
    let size = Manager::stored_size(out.medium.ctx) as u64;
    let at = out.space.allocate(size).unwrap();
    let last = out.space.allocate(8).unwrap();
    out.space.release(last, 8).unwrap();
    out.space.allocate(8).unwrap();
    for s in free(&out) {
        out.space.cut(s, s.start, s.len);
    }
    out.space.release(at, size).unwrap();
    store(&mut out).unwrap();
    let mut again = reopened(&out, extension);
    assert!(said(&again, extension).managers.unwrap()[0].is_some());
    settle(&mut again).unwrap();
    assert_eq!(free(&again), [Stretch { start: at.0, len: size, pool: Pool::Metadata }]);
}

#[test]
fn messages_of_version_0() {
    let (mut out, _) = file(&options(None), Libver::V18);
    let body = [[0, 1, 1, 0, 0, 0, 0, 0, 0, 0].as_slice(), &[0xff; 48]].concat();
    let message = crate::format::header::RawMessage::new(kind::FILE_SPACE, 0, body);
    let extension = extension::create(&mut out, vec![message]).unwrap().unwrap();
    load(&mut out, Some(extension)).unwrap();
    fill(&mut out);
    settle(&mut out).unwrap();
    store(&mut out).unwrap();
    let named = said(&out, extension).managers.unwrap();
    assert!(named[0].is_some() && named[2].is_some());
    assert_eq!(free(&reopened(&out, extension)), free(&out));
}

#[test]
fn other_strategies() {
    for strategy in [FileSpaceStrategy::Aggr, FileSpaceStrategy::None] {
        let (mut out, _) = file(&FileSpaceOptions { strategy, ..options(None) }, Libver::V18);
        let [a, _] = [out.space.allocate(16).unwrap(), out.space.allocate(16).unwrap()];
        out.space.release(a, 16).unwrap();
        assert_eq!(out.space.unused(), 0);
        settle(&mut out).unwrap();
        assert!(!is_due(&out));
    }
    let mut space = Space::new(48);
    let mut settings = options(Some(512)).message().unwrap().unwrap();
    for page in [0, 511, u64::MAX] {
        settings.page_size = page;
        assert_eq!(space.follow(&settings).unwrap_err().kind(), Kind::Malformed);
    }
}

/// Writes a manager of these sections where nobody else is, and names it.
fn forge(
    out: &mut Output,
    slot: usize,
    sections: &[Section],
    change: impl FnOnce(&mut Manager, &mut Vec<u8>),
) {
    let mut manager = Manager::new(Client::File, 63, i64::MAX.unsigned_abs());
    manager.total = sections.iter().map(|s| s.size).fold(0, u64::wrapping_add);
    (manager.count, manager.serialized) = (sections.len() as u64, sections.len() as u64);
    manager.used = stored_size(&manager, sections, out.medium.ctx) as u64;
    manager.allocated = manager.used;
    let header = Manager::stored_size(out.medium.ctx) as u64;
    let (owner, list) = (out.space.allocate(header).unwrap(), out.space.allocate(manager.used).unwrap());
    manager.sections = Some(list);
    let mut w = out.writer();
    encode(&manager, owner, sections, &mut w).unwrap();
    let mut bytes = w.into_bytes();
    change(&mut manager, &mut bytes);
    out.medium.write(list, &bytes).unwrap();
    let mut w = out.writer();
    manager.encode(&mut w);
    out.medium.write(owner, w.as_bytes()).unwrap();
    let persisted = out.space.persisted.clone().unwrap();
    let mut managers = persisted.managers.clone();
    managers.addresses[slot] = Some(owner);
    managers.blocks.extend([(owner, header), (list, manager.allocated)]);
    write(out, &persisted, managers).unwrap();
}

fn section(offset: u64, size: u64, class: u8) -> Section {
    Section { offset, size, class, rows: None }
}

type Lie<'a> = &'a dyn Fn(&mut Manager, &mut Vec<u8>);

/// A file with managers that somebody else wrote: how much of it is believed to be free.
fn believed(
    page: Option<u64>,
    forged: &[(usize, Vec<Section>)],
    change: impl Fn(&mut Manager, &mut Vec<u8>),
) -> u64 {
    let (mut out, extension) = file(&options(page), Libver::V18);
    out.space.allocate(10_000).unwrap();
    for (slot, sections) in forged {
        forge(&mut out, *slot, sections, &change);
    }
    let mut again = reopened(&out, extension);
    let unused = again.space.unused();
    let end = again.space.end();
    settle(&mut again).unwrap();
    assert_eq!(said(&again, extension).managers, Some(vec![None; 12]));
    assert!(again.space.end() <= end && (unused > 0 || again.space.end() == end));
    unused
}

#[test]
fn managers_that_lie_are_not_believed() {
    use class::{LARGE, SIMPLE, SMALL};
    let nothing = |_: &mut Manager, _: &mut Vec<u8>| {};
    let one = |offset, size| vec![(0, vec![section(offset, size, SIMPLE)])];
    assert_eq!(believed(None, &one(1000, 100), nothing), 100);
    assert_eq!(
        believed(None, &[(0, vec![section(300, 10, SIMPLE)]), (2, vec![section(310, 5, SIMPLE)])], nothing),
        15
    );
    // In the superblock, beyond the end, twice, in a manager.
    for (offset, size) in [(40, 100), (10_000, 5000), (u64::MAX, 10), (1000, u64::MAX), (10_100, 150)] {
        assert_eq!(believed(None, &one(offset, size), nothing), 0, "{size} bytes at {offset}");
    }
    let twice = vec![section(300, 100, SIMPLE), section(399, 100, SIMPLE)];
    assert_eq!(believed(None, &[(0, twice)], nothing), 0);
    assert_eq!(
        believed(None, &[(0, vec![section(300, 9, SIMPLE)]), (2, vec![section(300, 9, SIMPLE)])], nothing),
        0
    );
    assert_eq!(believed(None, &[(0, vec![section(300, 9, SMALL)])], nothing), 0);
    // Sums, checksums, clients, lists that are elsewhere.
    let lies: [Lie; 5] = [
        &|m, _| m.total += 1,
        &|_, list| list[20] ^= 1,
        &|m, _| m.client = Client::Heap,
        &|m, _| m.sections = Some(Addr(64)),
        &|m, _| m.sections = Some(Addr(u64::MAX - 9)),
    ];
    for lie in lies {
        assert_eq!(believed(None, &one(1000, 100), lie), 0);
    }
    let paged = |slot, s| believed(Some(512), &[(slot, vec![s])], nothing);
    assert_eq!(paged(0, section(1100, 100, SMALL)), 100);
    assert_eq!(paged(6, section(1100, 1000, LARGE)), 1000);
    for (slot, s) in
        [(0, section(1100, 500, SMALL)), (0, section(1100, 10, SIMPLE)), (6, section(1100, 10, SMALL))]
    {
        assert_eq!(paged(slot, s), 0);
    }
}

#[test]
fn managers_of_an_older_state_are_not_believed() {
    let (mut out, extension) = file(&options(None), Libver::Earliest);
    fill(&mut out);
    store(&mut out).unwrap();
    assert!(reopened(&out, extension).space.unused() > 0);
    out.space.end += 100;
    let mut again = reopened(&out, extension);
    assert_eq!(again.space.unused(), 0);
    settle(&mut again).unwrap();
    assert_eq!(said(&again, extension).eoa, Some(Addr(again.space.end())));
}
