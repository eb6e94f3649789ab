//! Files that others change while they are open.

use hyperslab::api::{Dataset, File, Object};
use hyperslab::format::Libver;
use hyperslab::format::datatype::Datatype;
use hyperslab::format::message::{Dataspace, Extent};
use hyperslab::limits::Limits;
use hyperslab::select::Selection;
use hyperslab::storage::{Medium, Memory, Storage};
use hyperslab::value::{Column, Number};
use hyperslab::write::{Chunks, CreateOptions, Data, DatasetSpec, Editor, clear_flags};
use hyperslab::{Kind, Result};
use std::cell::RefCell;
use std::rc::Rc;

/// Bytes that are somebody else's, too.
#[derive(Clone, Default)]
struct Shared {
    bytes: Rc<RefCell<Vec<u8>>>,
    len: u64,
}

impl Storage for Shared {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let at = usize::try_from(at).unwrap();
        buf.copy_from_slice(&self.bytes.borrow()[at..at + buf.len()]);
        Ok(())
    }

    fn refresh(&mut self) {
        self.len = self.bytes.borrow().len() as u64;
    }
}

fn numbers(n: i32) -> Column {
    Column::Numbers { kind: Number::I32, bytes: (0..n).flat_map(i32::to_le_bytes).collect() }
}

fn start() -> Vec<u8> {
    let options = CreateOptions { low: Libver::V110, ..CreateOptions::default() };
    let mut file = Editor::create_with(&options).unwrap();
    let dataspace = Dataspace { extent: Extent::Simple { dims: vec![5], max: Some(vec![None]) } };
    let spec = DatasetSpec {
        chunks: Chunks::Shape(vec![2]),
        gzip: Some(1),
        ..DatasetSpec::new(Datatype::integer(4, true), dataspace)
    };
    file.create_dataset("/d", &spec, Data::Column(&numbers(5))).unwrap();
    file.into_bytes().unwrap()
}

fn editor(bytes: Vec<u8>) -> Editor {
    let mut medium = Medium::new(Box::new(Memory::new(bytes)), Limits::default());
    let block = hyperslab::object::superblock::read(&mut medium).unwrap();
    Editor::open(medium, block, None).unwrap()
}

fn dataset(file: &File) -> Dataset {
    match file.root().unwrap().get("d").unwrap() {
        Some(Object::Dataset(dataset)) => dataset,
        _ => panic!("there is no dataset"),
    }
}

fn values(dataset: &Dataset) -> Vec<u8> {
    let mut reading = dataset.read(&Selection::parse(":").unwrap()).unwrap();
    let mut all = Vec::new();
    while let Some((_, Column::Numbers { bytes, .. })) = reading.next().unwrap() {
        all.extend(bytes);
    }
    all
}

#[test]
fn what_others_have_changed_is_seen_after_a_refresh() {
    let mut shared = Shared { bytes: Rc::new(RefCell::new(start())), len: 0 };
    shared.refresh();
    let file = File::open(Box::new(shared.clone()), Limits::default()).unwrap();
    let before = dataset(&file);
    assert_eq!(values(&before).len(), 20);
    let mut writer = editor(start());
    writer.append("/d", 0, Data::Column(&numbers(3)), &[3]).unwrap();
    *shared.bytes.borrow_mut() = writer.into_bytes().unwrap();
    assert_eq!(before.dataspace().dims(), [5]);
    let after = before.refresh().unwrap();
    assert_eq!((after.dataspace().dims(), values(&after).len()), (&[8][..], 32));
    assert_eq!(file.info().unwrap().size, shared.bytes.borrow().len() as u64);

    let good = shared.bytes.replace(vec![0; 4000]);
    assert_eq!(file.refresh().unwrap_err().kind(), Kind::Malformed);
    *shared.bytes.borrow_mut() = good;
    file.refresh().unwrap();
    assert_eq!(values(&dataset(&file)).len(), 32);
}

/// The file with these consistency flags.
fn marked(mut bytes: Vec<u8>, flags: u8) -> Vec<u8> {
    bytes[11] = flags;
    let sum = hyperslab::bytes::lookup3(&bytes[..44], 0).to_le_bytes();
    bytes[44..48].copy_from_slice(&sum);
    bytes
}

#[test]
fn a_mark_is_taken_away() {
    for flags in [1, 4, 5] {
        let bytes = marked(start(), flags);
        let open = |bytes: &[u8]| File::open(Box::new(Memory::new(bytes.to_vec())), Limits::default());
        assert_eq!(open(&bytes).is_ok(), flags == 5);
        let mut medium = Some(Medium::new(Box::new(Memory::new(bytes)), Limits::default()));
        let error = File::edit_medium(&mut medium, None).err().unwrap();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(error.what().contains("h5clear -s"), "{error}");
        clear_flags(medium.as_mut().unwrap()).unwrap();
        let cleared = medium.take().unwrap().into_storage().into_bytes().unwrap();
        assert_eq!(cleared, start());
    }
    // What was written behind the end that the superblock knows is kept.
    let mut bytes = marked(start(), 5);
    let len = bytes.len();
    bytes.resize(len + 100, 7);
    let mut medium = Some(Medium::new(Box::new(Memory::new(bytes)), Limits::default()));
    clear_flags(medium.as_mut().unwrap()).unwrap();
    let file = File::edit_medium(&mut medium, None).unwrap();
    file.edit().unwrap().append("/d", 0, Data::Column(&numbers(3)), &[3]).unwrap();
    let medium = file.medium().unwrap();
    assert_eq!(medium.storage().as_bytes().unwrap()[len..len + 100], [7; 100]);
}
