//! Files that are there, changed.

use crate::written::Written;
use hyperslab::format::Libver;
use hyperslab::format::datatype::Datatype;
use hyperslab::format::message::Dataspace;
use hyperslab::limits::Limits;
use hyperslab::object::superblock;
use hyperslab::storage::Memory;
use hyperslab::value::{Column, Number};
use hyperslab::write::{Carry, Chunks, CopyOptions, CreateOptions, Data, DatasetSpec, Editor};
use hyperslab::{Kind, Result};

const BOUNDS: [Libver; 4] = [Libver::Earliest, Libver::V18, Libver::V110, Libver::V200];

fn numbers(n: i32) -> Column {
    Column::Numbers { kind: Number::I32, bytes: (0..n).flat_map(i32::to_le_bytes).collect() }
}

fn spec(dims: &[u64]) -> DatasetSpec {
    DatasetSpec::new(Datatype::integer(4, true), Dataspace::simple(dims.to_vec()))
}

/// A file with groups `a` and `a/b`, datasets in them, attributes, and a second name.
fn start(low: Libver) -> Vec<u8> {
    let mut file = Editor::create_with(&CreateOptions { low, ..CreateOptions::default() }).unwrap();
    file.create_dataset("/a/x", &spec(&[10]), Data::Column(&numbers(10))).unwrap();
    let chunked = DatasetSpec { chunks: Chunks::Shape(vec![3, 4]), gzip: Some(1), ..spec(&[5, 7]) };
    file.create_dataset("/a/b/y", &chunked, Data::Column(&numbers(35))).unwrap();
    file.link_hard("/z", "/a/x").unwrap();
    let one = Dataspace::simple(vec![1]);
    file.set_attribute("/a", "n", &Datatype::integer(4, true), &one, &numbers(1)).unwrap();
    file.into_bytes().unwrap()
}

fn edit(bytes: Vec<u8>) -> Editor {
    let (medium, block) = superblock::open(Box::new(Memory::new(bytes)), Limits::default()).unwrap();
    Editor::open(medium, block, None).unwrap()
}

fn elements(file: &Written, path: &str) -> Vec<i32> {
    let bytes = file.bytes(&file.parts(path));
    bytes.chunks_exact(4).map(|b| i32::from_le_bytes(b.try_into().unwrap())).collect()
}

#[test]
fn names_come_and_go() {
    for low in BOUNDS {
        let mut file = edit(start(low));
        file.create_group("/c/d").unwrap();
        file.move_link("/a/b", "/c/e").unwrap();
        file.unlink("/a/x").unwrap();
        file.link_soft("/c/s", "/z").unwrap();
        let file = Written::open(file.into_bytes().unwrap());
        assert_eq!(file.names("/"), ["a", "c", "z"]);
        assert_eq!(file.names("/a"), [""; 0]);
        assert_eq!(file.names("/c"), ["d", "e", "s"]);
        assert_eq!(elements(&file, "/z"), (0..10).collect::<Vec<i32>>());
        assert_eq!(elements(&file, "/c/e/y"), (0..35).collect::<Vec<i32>>());
        assert_eq!(file.header("/z").reference_count, 1);
    }
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    for low in BOUNDS {
        let before = start(low);
        let mut file = edit(before.clone());
        let refused = |kind: Kind, result: Result<()>| assert_eq!(result.unwrap_err().kind(), kind);
        refused(Kind::NotFound, file.unlink("/a/nothing"));
        refused(Kind::Argument, file.move_link("/a", "/a/b/c"));
        refused(Kind::Argument, file.move_link("/a/x", "/z"));
        refused(Kind::NotFound, file.delete_attribute("/a", "m"));
        refused(Kind::Argument, file.create_dataset("/new/w", &spec(&[3]), Data::Column(&numbers(2))));
        refused(Kind::NotFound, file.copy("/q", "/r", &CopyOptions::default()));
        let expanded = CopyOptions { expand_references: true, ..CopyOptions::default() };
        refused(Kind::Argument, file.copy("/a", "/z", &expanded));
        assert!(!file.is_changed());
        assert_eq!(file.into_bytes().unwrap(), before);
    }
}

#[test]
fn attributes_come_and_go() {
    for low in BOUNDS {
        let mut file = edit(start(low));
        let (integer, three) = (Datatype::integer(4, true), Dataspace::simple(vec![3]));
        for name in ["n", "m", "o"] {
            file.set_attribute("/a", name, &integer, &three, &numbers(3)).unwrap();
            file.set_attribute("/a/x", name, &integer, &three, &numbers(3)).unwrap();
            file.commit().unwrap();
        }
        file.delete_attribute("/a", "m").unwrap();
        let file = Written::open(file.into_bytes().unwrap());
        let names = |path| file.attributes(path).into_keys().collect::<Vec<_>>();
        assert_eq!(names("/a"), ["n", "o"]);
        assert_eq!(names("/z"), ["m", "n", "o"]);
        assert!(file.attributes("/a")["o"].dataspace.dims() == [3]);
    }
}

#[test]
fn copies_are_like_what_they_were_made_of() {
    for low in BOUNDS {
        let first = start(low);
        let mut file = edit(first.clone());
        file.copy("/a", "/copies/one", &CopyOptions::default()).unwrap();
        file.copy("/a", "/shallow", &CopyOptions { shallow: true, ..CopyOptions::default() }).unwrap();
        let bare = CopyOptions { without_attributes: true, ..CopyOptions::default() };
        file.copy("/a", "/bare", &bare).unwrap();
        let (other, block) = superblock::open(Box::new(Memory::new(first)), Limits::default()).unwrap();
        file.copy_from(&other, block.root, "/", "/all", &CopyOptions::default()).unwrap();
        let file = Written::open(file.into_bytes().unwrap());
        assert_eq!(file.names("/copies/one"), ["b", "x"]);
        assert_eq!(file.names("/all"), ["a", "z"]);
        assert_eq!(file.names("/shallow/b"), [""; 0]);
        assert_eq!((file.attributes("/copies/one").len(), file.attributes("/bare").len()), (1, 0));
        for path in ["/a/b/y", "/copies/one/b/y", "/all/a/b/y", "/bare/b/y"] {
            assert_eq!(elements(&file, path), (0..35).collect::<Vec<i32>>(), "{path}");
        }
        assert_eq!(file.address("/all/z"), file.address("/all/a/x"));
        assert_eq!(file.header("/all/z").reference_count, 2);
        assert_ne!(file.address("/all/z"), file.address("/z"));
    }
}

#[test]
fn deleted_space_is_used_again() {
    for low in BOUNDS {
        let mut file = edit(start(low));
        let mut sizes = Vec::new();
        for _ in 0..5 {
            for i in 0..7 {
                file.create_group(&format!("/a/b/group {i}")).unwrap();
                file.commit().unwrap();
            }
            sizes.push(file.to_bytes().unwrap().len());
            for i in 0..7 {
                file.unlink(&format!("/a/b/group {i}")).unwrap();
                file.commit().unwrap();
            }
        }
        assert_eq!(sizes[1..], [sizes[1]; 4], "{low:?}");
    }
}

/// More than one step, in one piece and in chunks, and what cannot be carried as it is.
fn large(low: Libver) -> Vec<u8> {
    let mut file = edit(start(low));
    let (rows, text) = (1200, hyperslab::write::dtype::parse("string").unwrap());
    file.create_dataset("/a/whole", &spec(&[rows, 1000]), Data::Column(&numbers(1_200_000))).unwrap();
    let chunked = DatasetSpec { chunks: Chunks::Shape(vec![400, 300]), ..spec(&[rows, 1000]) };
    file.create_dataset("/a/cut", &chunked, Data::Column(&numbers(1_200_000))).unwrap();
    let zipped = DatasetSpec { gzip: Some(1), ..chunked };
    file.create_dataset("/a/zipped", &zipped, Data::Column(&numbers(1_200_000))).unwrap();
    let lines = Column::Strings { bytes: b"line".repeat(500), ends: (1..=500).map(|i| i * 4).collect() };
    file.create_dataset(
        "/a/lines",
        &DatasetSpec::new(text, Dataspace::simple(vec![500])),
        Data::Column(&lines),
    )
    .unwrap();
    file.into_bytes().unwrap()
}

#[test]
fn copies_in_steps_are_those_in_one() {
    for low in [Libver::Earliest, Libver::V200] {
        let bytes = large(low);
        let (other, block) =
            superblock::open(Box::new(Memory::new(bytes.clone())), Limits::default()).unwrap();
        for there in [false, true] {
            let source = there.then_some((&other, block.root));
            let mut file = edit(bytes.clone());
            let options = CopyOptions::default();
            let mut carry = Carry::of(source.map_or(file.root(), |s| s.1), "/a", "/b", &options);
            carry.look(&mut file, source.map(|s| s.0)).unwrap();
            let (mut steps, mut before) = (0, 0);
            assert!(carry.progress().1 > 2 * 4_800_000);
            while !carry.is_ready() {
                carry.step(&mut file, source.map(|s| s.0)).unwrap();
                assert!(carry.progress().0 > before);
                before = carry.progress().0;
                steps += 1;
            }
            assert!(steps > 2, "{steps} steps");
            carry.finish(&mut file, source.map(|s| s.0)).unwrap();
            let mut plain = edit(bytes.clone());
            match there {
                false => plain.copy("/a", "/b", &options).unwrap(),
                true => plain.copy_from(&other, block.root, "/a", "/b", &options).unwrap(),
            }
            let (stepped, plain) = (file.into_bytes().unwrap(), plain.into_bytes().unwrap());
            assert!(stepped.len() <= plain.len() + 64, "{} and {}", stepped.len(), plain.len());
            let (stepped, plain) = (Written::open(stepped), Written::open(plain));
            for name in ["whole", "cut", "zipped", "b/y"] {
                let path = format!("/b/{name}");
                assert_eq!(elements(&stepped, &path), elements(&plain, &path), "{path}");
            }
            assert_eq!(stepped.names("/b"), plain.names("/b"));
        }
    }
}

#[test]
fn a_copy_that_is_given_up_leaves_nothing() {
    for low in [Libver::Earliest, Libver::V200] {
        let bytes = large(low);
        let mut file = edit(bytes.clone());
        let options = CopyOptions::default();
        let refused =
            |kind: Kind, result: Result<Carry>| assert_eq!(result.map(drop).unwrap_err().kind(), kind);
        let look = |file: &mut Editor, from: &str, to: &str| {
            let mut carry = Carry::of(file.root(), from, to, &options);
            carry.look(file, None).map(|()| carry)
        };
        refused(Kind::NotFound, look(&mut file, "/q", "/r"));
        refused(Kind::Argument, look(&mut file, "/a", "/z"));
        for steps in [0, 1, 2, 99] {
            let mut carry = look(&mut file, "/a", "/b").unwrap();
            for _ in 0..steps {
                carry.step(&mut file, None).unwrap();
            }
            carry.abandon(&mut file).unwrap();
            file.commit().unwrap();
            assert!(file.to_bytes().unwrap() == bytes, "{low:?} after {steps} steps");
        }
        // What somebody else called so meanwhile stays.
        let mut carry = look(&mut file, "/a", "/b").unwrap();
        carry.step(&mut file, None).unwrap();
        file.create_group("/b").unwrap();
        assert_eq!(carry.finish(&mut file, None).unwrap_err().kind(), Kind::Argument);
        carry.abandon(&mut file).unwrap();
        assert!(Written::open(file.into_bytes().unwrap()).names("/b").is_empty());
    }
}
