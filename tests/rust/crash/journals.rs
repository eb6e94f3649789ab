//! Journals that no power cut leaves: damaged ones, those of other files, and what is no journal at all.

use super::devices::{Log, Recorder, Verb};
use crate::written::Dice;
use hyperslab::bytes::lookup3;
use hyperslab::storage::{Journaled, Storage};
use hyperslab::{Kind, Result};
use std::cell::RefCell;
use std::rc::Rc;

const OLD: usize = 9000;

/// Opens a file with a journal; what both are afterwards.
fn open(disks: [Vec<u8>; 2]) -> (Result<()>, [Vec<u8>; 2]) {
    let log = Rc::new(RefCell::new(Log { bytes: disks, ..Log::default() }));
    let device = |n| Box::new(Recorder(n, log.clone()));
    let opened = Journaled::open(device(0), Some(device(1)), 1 << 20);
    let bytes = log.borrow().bytes.clone();
    (opened.map(|_| ()), bytes)
}

fn old() -> Vec<u8> {
    (0..OLD).map(|i| (i / 7).to_le_bytes()[0]).collect()
}

/// A file whose flush was interrupted just before the journal was emptied.
fn interrupted() -> [Vec<u8>; 2] {
    let log = Rc::new(RefCell::new(Log { bytes: [old(), Vec::new()], ..Log::default() }));
    let device = |n| Box::new(Recorder(n, log.clone()));
    let mut file = Journaled::open(device(0), Some(device(1)), 1 << 20).unwrap();
    let writer = file.writer().unwrap();
    writer.write_at(100, &[1; 5000]).unwrap();
    writer.write_at(8999, &[2; 5000]).unwrap();
    // The journal's header and pages, and that they are there; the file, and that it is there.
    log.borrow_mut().patience = Some(6);
    writer.flush().unwrap_err();
    let bytes = log.borrow().bytes.clone();
    assert_eq!(log.borrow().done.iter().filter(|(_, verb)| matches!(verb, Verb::Sync)).count(), 2);
    assert!(bytes[0].len() == 13_999 && bytes[1].len() > 12_000);
    bytes
}

/// The header as it is written, but for one field.
fn with_field(mut disks: [Vec<u8>; 2], at: usize, value: u32) -> [Vec<u8>; 2] {
    disks[1][at..at + 4].copy_from_slice(&value.to_le_bytes());
    let checksum = lookup3(&disks[1][..32], 0).to_le_bytes();
    disks[1][32..36].copy_from_slice(&checksum);
    disks
}

fn refused(disks: [Vec<u8>; 2], kind: Kind) {
    let (result, after) = open(disks.clone());
    let e = result.unwrap_err();
    assert_eq!(e.kind(), kind, "{e}");
    assert!(e.trail().eq(["journal"]), "{e}");
    assert!(after == disks, "{e}: something was touched");
}

#[test]
fn an_interrupted_flush_is_taken_back() {
    let (result, after) = open(interrupted());
    result.unwrap();
    assert!(after[0] == old() && after[1].is_empty());
}

#[test]
fn damaged_pages_are_noticed() {
    let disks = interrupted();
    let pages = disks[1].len() - 3 * 4096;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for i in 0..disks[1].len() * 8 {
        // All of what says what is what, some of the pages.
        let byte = i / 8;
        if byte >= pages && dice.below(50) > 0 {
            continue;
        }
        let mut damaged = disks.clone();
        damaged[1][byte] ^= 1 << (i % 8);
        let (result, after) = open(damaged.clone());
        match result {
            Err(_) => assert!(after == damaged, "bit {i}: something was touched"),
            // As if it had not arrived: a disk that loses what it had is not what journals are for.
            Ok(()) if (1024..pages).contains(&byte) => assert_eq!(after[0].len(), OLD),
            Ok(()) if byte < pages => {
                assert!(after[0] == old() || after[0] == disks[0], "bit {i} makes a mix")
            }
            Ok(()) => assert!(after[0] == old(), "bit {i} of a page was not noticed"),
        }
    }
}

#[test]
fn a_damaged_page_that_the_file_still_has_is_not_needed() {
    let mut disks = interrupted();
    disks[0] = old();
    let last = disks[1].len() - 5000;
    disks[1][last] ^= 1;
    let (result, after) = open(disks);
    result.unwrap();
    assert!(after[0] == old() && after[1].is_empty());
}

#[test]
fn what_is_no_journal_stays() {
    let with = |bytes: &[u8]| [old(), bytes.to_vec()];
    refused(with(b"Dear diary, today I wrote nothing."), Kind::Malformed);
    refused(with(b"x"), Kind::Malformed);
    refused(with(&old()), Kind::Malformed);
    for torn in [&[0; 3][..], &[0; 5000], b"\x8aHS", b"\x8aHSJ\r\n\x1a\n\x01", b"\x8aHSJ\0\0\0\0\0\0"] {
        let (result, after) = open(with(torn));
        result.unwrap();
        assert_eq!(after, [old(), Vec::new()]);
    }
}

#[test]
fn journals_that_cannot_be_right() {
    let disks = interrupted();
    refused(with_field(disks.clone(), 8, 2), Kind::Unsupported); // version
    refused(with_field(disks.clone(), 12, 512), Kind::Unsupported); // page size
    refused(with_field(disks.clone(), 20, 7), Kind::Malformed); // state
    refused(with_field(disks.clone(), 28, 1), Kind::Malformed); // a length of 2^32 and more
    refused(with_field(disks.clone(), 24, 5000), Kind::Malformed); // pages beyond the end
    // Another file: it is too short.
    refused([vec![5; 8000], disks[1].clone()], Kind::Malformed);
    // A cut that makes longer.
    let mut longer = disks.clone();
    let mut cut = b"CUT\0".to_vec();
    cut.extend_from_slice(&disks[1][16..20]);
    cut.extend_from_slice(&9001u64.to_le_bytes());
    cut.extend_from_slice(&lookup3(&cut, 0).to_le_bytes());
    longer[1][512..532].copy_from_slice(&cut);
    refused(longer, Kind::Malformed);
    // More pages than a segment has are none.
    let mut many = disks.clone();
    many[1][1036..1040].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(open(many).0.is_ok());
}

#[test]
fn random_bytes_behind_a_header() {
    let disks = interrupted();
    let mut dice = Dice(0x1234_5678_9abc_def1);
    for _ in 0..2000 {
        let mut random = disks.clone();
        let len = usize::try_from(dice.below(14_000)).unwrap();
        random[1].truncate(len);
        let from = usize::try_from(dice.below(len as u64 + 1)).unwrap();
        random[1][from..].iter_mut().for_each(|b| *b = dice.below(256).to_le_bytes()[0]);
        let (result, after) = open(random.clone());
        assert!(result.is_ok() || after == random);
    }
}
