//! Objects that come, change and go: files of every form, edited under a journal.

use super::recording::{Recording, seed};
use crate::written::{Dice, Written, doubles, strings};
use hyperslab::format::Libver;
use hyperslab::format::message::{Dataspace, Extent};
use hyperslab::limits::Limits;
use hyperslab::object::superblock;
use hyperslab::select::Selection;
use hyperslab::storage::{Memory, Storage};
use hyperslab::write::dtype::parse;
use hyperslab::write::{Chunks, CreateOptions, Data, DatasetSpec, Editor};
use hyperslab::{Kind, Result};
use std::fs;
use std::path::Path;

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/engine").join(name);
    fs::read(path).unwrap()
}

fn open(storage: Box<dyn Storage>) -> Editor {
    let (medium, block) = superblock::open(storage, Limits::default()).unwrap();
    Editor::open(medium, block, None).unwrap()
}

fn bytes(editor: &Editor) -> Vec<u8> {
    let storage = editor.medium().storage();
    let mut bytes = vec![0; usize::try_from(storage.len()).unwrap()];
    storage.read_at(0, &mut bytes).unwrap();
    bytes
}

/// An edit that can be made more than once.
#[derive(Clone, Debug)]
enum Edit {
    Dataset { path: String, values: u64, chunk: Option<u64> },
    Attribute { path: String, name: String, text: String },
    Write { path: String, selection: String, value: f64 },
    Append { path: String, values: u64 },
    Resize { path: String, len: u64 },
    Group(String),
    Move(String, String),
    Unlink(String),
    Commit,
}

/// A random edit in one of few groups, so that names are taken, and there is something to take away.
fn random(dice: &mut Dice) -> Edit {
    let mut path = || format!("edited {}/object {}", dice.below(3), dice.below(14));
    let (path, other) = (path(), path());
    match dice.below(20) {
        0..5 => {
            let values = if dice.below(20) == 0 { 10_000 } else { 1 + dice.below(600) };
            Edit::Dataset { path, values, chunk: (dice.below(2) == 0).then(|| 1 + dice.below(values)) }
        }
        5..8 => {
            let (n, len) = (dice.below(4), usize::try_from(dice.below(900)).unwrap());
            Edit::Attribute { path, name: format!("a{n}"), text: "x".repeat(len) }
        }
        8 => Edit::Group(path),
        9 => Edit::Move(path, other),
        10..13 => Edit::Unlink(path),
        13..15 => {
            let (from, n) = (dice.below(300), 1 + dice.below(300));
            Edit::Write { path, selection: format!("{from}:{}", from + n), value: 0.5 }
        }
        15..17 => Edit::Append { path, values: 1 + dice.below(400) },
        17..19 => Edit::Resize { path, len: dice.below(1200) },
        _ => Edit::Commit,
    }
}

fn make(editor: &mut Editor, edit: &Edit) -> Result<()> {
    match edit {
        Edit::Dataset { path, values, chunk } => {
            let numbers = doubles((0..*values).map(|v| f64::from(u32::try_from(v).unwrap())));
            let extent = Extent::Simple { dims: vec![*values], max: chunk.map(|_| vec![None]) };
            let spec = DatasetSpec::new(parse("<f8").unwrap(), Dataspace { extent });
            let spec = match chunk {
                Some(chunk) => {
                    DatasetSpec { chunks: Chunks::Shape(vec![(*chunk).max(*values / 20)]), ..spec }
                }
                None => spec,
            };
            editor.create_dataset(path, &spec, Data::Column(&numbers))
        }
        Edit::Attribute { path, name, text } => {
            let scalar = Dataspace::simple(vec![1]);
            editor.set_attribute(path, name, &parse("string").unwrap(), &scalar, &strings([text]))
        }
        Edit::Write { path, selection, value } => {
            let selection = Selection::parse(selection)?;
            editor.write(path, &selection, Data::Column(&doubles([*value])), Some(&[]))
        }
        Edit::Append { path, values } => {
            let numbers = doubles((0..*values).map(|v| -f64::from(u32::try_from(v).unwrap())));
            editor.append(path, 0, Data::Column(&numbers), &[*values])
        }
        Edit::Resize { path, len } => editor.resize(path, &[*len]),
        Edit::Group(path) => editor.create_group(path),
        Edit::Move(from, to) => editor.move_link(from, to),
        Edit::Unlink(path) => editor.unlink(path),
        Edit::Commit => editor.commit(),
    }
}

/// Files to begin with; an empty one is to be made, for this library.
fn starts() -> Vec<(Vec<u8>, CreateOptions)> {
    let new = |low| (Vec::new(), CreateOptions { low, ..CreateOptions::default() });
    let there = |name| (fixture(name), CreateOptions::default());
    let names = ["earliest.h5", "latest.h5", "userblock.h5", "filtered.h5", "values.h5"];
    names.into_iter().map(there).chain([new(Libver::Earliest), new(Libver::V110)]).collect()
}

#[test]
fn every_moment_of_random_edits() {
    let mut dice = Dice(seed("every moment of random edits"));
    let mut cuts = 0;
    for (start, options) in starts() {
        let budget = [8192, 1 << 20][usize::try_from(dice.below(2)).unwrap()];
        let mut recording = Recording::new(start.clone(), budget);
        let file = Box::new(recording.open());
        let mut editor =
            if start.is_empty() { Editor::create_in(file, &options).unwrap() } else { open(file) };
        for _ in 0..12 {
            for _ in 0..1 + dice.below(6) {
                // Names may be taken or not there: then nothing is done.
                let _ = make(&mut editor, &random(&mut dice));
            }
            if let Err(e) = editor.commit() {
                assert_eq!(e.kind(), Kind::Unsupported, "{e}");
                break;
            }
            let (from, bytes) = (recording.done(), bytes(&editor));
            editor.flush().unwrap();
            recording.flushed(from, bytes);
        }
        Written::open(recording.last().to_vec()).facts();
        cuts += recording.replay(&mut dice);
    }
    println!("{cuts} power cuts");
}

/// An edit that fails because the device does leaves what was there, and the next one can succeed.
#[test]
fn edits_over_a_device_that_fails() {
    let mut dice = Dice(seed("edits over a device that fails"));
    let mut failures = 0;
    for (start, options) in starts().into_iter().cycle().take(42) {
        let recording = Recording::new(start.clone(), 8192);
        let (file, twin): (Box<dyn Storage>, Box<dyn Storage>) =
            (Box::new(recording.open()), Box::new(Memory::new(start.clone())));
        let [mut editor, mut twin] = [file, twin].map(|storage| {
            if start.is_empty() { Editor::create_in(storage, &options).unwrap() } else { open(storage) }
        });
        for _ in 0..40 {
            let edit = random(&mut dice);
            let patience = (dice.below(3) == 0).then(|| usize::try_from(dice.below(4)).unwrap());
            recording.log.borrow_mut().patience = patience;
            let made = make(&mut editor, &edit);
            recording.log.borrow_mut().patience = None;
            if made.as_ref().is_err_and(|e| e.kind() == Kind::Io) {
                failures += 1;
                continue;
            }
            assert_eq!(make(&mut twin, &edit).map_err(|e| e.kind()), made.map_err(|e| e.kind()), "{edit:?}");
        }
        let flushed = editor.flush();
        assert_eq!(flushed.as_ref().map_err(|e| e.kind()), twin.commit().as_ref().map_err(|e| e.kind()));
        if flushed.is_err_and(|e| e.kind() == Kind::Unsupported) {
            continue;
        }
        let [found, wanted] = [bytes(&editor), twin.to_bytes().unwrap()].map(|b| Written::open(b).facts());
        assert_eq!(found, wanted);
        assert_eq!(Written::open(recording.log.borrow().bytes[0].clone()).facts(), wanted);
    }
    assert!(failures > 0, "nothing failed");
    println!("{failures} failures");
}
