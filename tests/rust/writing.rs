//! Writing files and reading them back.

use crate::written::{Dice, Written, doubles, longs, strings};
use hyperslab::format::datatype::{Class, Datatype};
use hyperslab::format::message::{Dataspace, Extent, Layout};
use hyperslab::value::{Column, Number};
use hyperslab::write::dtype::{packed, parse};
use hyperslab::write::{Chunks, Data, DatasetSpec, Editor, Fill};
use hyperslab::{Kind, Result};
use std::collections::BTreeSet;

fn dtype(text: &str) -> Datatype {
    parse(text).unwrap()
}

fn simple(dims: &[u64]) -> Dataspace {
    Dataspace::simple(dims.to_vec())
}

fn spec(text: &str, dims: &[u64]) -> DatasetSpec {
    DatasetSpec::new(dtype(text), simple(dims))
}

fn set_long(file: &mut Editor, path: &str, name: &str, value: i64) -> Result<()> {
    file.set_attribute(path, name, &dtype("<i8"), &simple(&[]), &longs([value]))
}

fn text_attribute(file: &mut Editor, path: &str, name: &str, value: &str) -> Result<()> {
    file.set_attribute(path, name, &dtype("string"), &simple(&[]), &strings([value]))
}

#[test]
fn values_of_every_kind_come_back() {
    let mut file = Editor::create().unwrap();
    let grid = Datatype {
        size: 32,
        class: Class::Array { dims: vec![2, 2], base: Box::new(Datatype::integer(8, true)) },
    };
    let ragged = |base: Datatype| Datatype { size: 16, class: Class::VlenSequence { base: Box::new(base) } };
    let record = packed([
        (b"n".to_vec(), dtype("<i8")),
        (b"text".to_vec(), dtype("string")),
        (b"grid".to_vec(), grid.clone()),
        (b"ragged".to_vec(), ragged(dtype("<i8"))),
    ])
    .unwrap();
    let grids = Column::Array { each: 4, base: Box::new(longs(0..12)) };
    let rows = Column::Vlen { ends: vec![2, 2, 3], base: Box::new(longs([7, 8, 9])) };
    let words = Column::Vlen { ends: vec![1, 3, 3], base: Box::new(strings(["a", "", "é"])) };
    let records = Column::Compound(vec![
        (b"n".to_vec(), longs([1, -2, i64::MIN])),
        (b"text".to_vec(), strings(["one", "", "drei: ü"])),
        (b"grid".to_vec(), grids.clone()),
        (b"ragged".to_vec(), rows.clone()),
    ]);
    let opaque = Column::Opaque { size: 2, bytes: b"abcdef".to_vec() };
    let cases = [
        ("doubles", dtype("<f8"), doubles([1.5, f64::NEG_INFINITY, -0.0])),
        ("swapped", dtype(">i8"), longs([1, 256, -3])),
        ("text", dtype("string"), strings(["", "äöü", &"long ".repeat(3000)])),
        ("fixed", dtype("S4"), strings(["abcd", "", "x"])),
        ("opaque", dtype("V2"), opaque),
        ("grid", grid, grids),
        ("ragged", ragged(dtype("<i8")), rows),
        ("words", ragged(dtype("string")), words),
        ("records", record, records),
    ];
    for (name, datatype, values) in &cases {
        let spec = DatasetSpec::new(datatype.clone(), simple(&[3]));
        file.create_dataset(name, &spec, Data::Column(values)).unwrap();
        let chunked = DatasetSpec { chunks: Chunks::Shape(vec![2]), gzip: Some(4), ..spec };
        file.create_dataset(&format!("chunked/{name}"), &chunked, Data::Column(values)).unwrap();
        file.set_attribute("/", name, datatype, &simple(&[3]), values).unwrap();
    }
    let file = Written::open(file.into_bytes().unwrap());
    for (name, datatype, values) in &cases {
        assert_eq!(file.parts(name).datatype, *datatype);
        assert_eq!(file.values(name), *values, "{name}");
        assert_eq!(file.values(&format!("chunked/{name}")), *values, "chunked {name}");
        assert_eq!(file.attribute("/", name), *values, "attribute {name}");
    }
}

#[test]
fn any_shape_in_any_chunks() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut file = Editor::create().unwrap();
    let mut expected = Vec::new();
    for i in 0..120 {
        let rank = 1 + dice.below(4);
        let dims: Vec<u64> = (0..rank).map(|_| dice.below(12)).collect();
        let chunk: Vec<u64> = dims.iter().map(|d| 1 + dice.below(d + 1)).collect();
        let count: u64 = dims.iter().product();
        let bytes: Vec<u8> = (0..count * 4).map(|_| dice.below(256).to_le_bytes()[0]).collect();
        let max = dims.iter().map(|d| if dice.below(2) == 0 { None } else { Some(d + 20) }).collect();
        let spec = DatasetSpec {
            dataspace: Dataspace { extent: Extent::Simple { dims, max: Some(max) } },
            chunks: Chunks::Shape(chunk),
            gzip: (dice.below(2) == 0).then_some(4),
            shuffle: dice.below(2) == 0,
            fletcher32: dice.below(2) == 0,
            fill: if dice.below(2) == 0 { Fill::Bytes(vec![1, 2, 3, 4]) } else { Fill::Zeros },
            ..spec("<i4", &[])
        };
        let path = format!("d{i}");
        file.create_dataset(&path, &spec, Data::Bytes(&bytes)).unwrap();
        expected.push((path, spec, bytes));
    }
    let file = Written::open(file.into_bytes().unwrap());
    for (path, spec, bytes) in expected {
        let parts = file.parts(&path);
        assert_eq!(parts.dataspace, spec.dataspace);
        assert_eq!(file.bytes(&parts), bytes, "{path} {spec:?}");
    }
}

#[test]
fn a_chunk_tree_of_three_levels() {
    let bytes: Vec<u8> = (0..5000u32).map(|i| i.to_le_bytes()[0]).collect();
    let mut file = Editor::create().unwrap();
    let spec = DatasetSpec { chunks: Chunks::Shape(vec![1]), ..spec("u1", &[5000]) };
    file.create_dataset("d", &spec, Data::Bytes(&bytes)).unwrap();
    let file = Written::open(file.into_bytes().unwrap());
    assert_eq!(file.bytes(&file.parts("d")), bytes);
}

#[test]
fn nothing_is_stored_before_there_are_values() {
    let mut file = Editor::create().unwrap();
    let filled = DatasetSpec { fill: Fill::Bytes((-1i16).to_le_bytes().to_vec()), ..spec("<i2", &[1, 2]) };
    file.create_dataset("filled", &filled, Data::Late).unwrap();
    file.create_dataset("big", &spec("<f4", &[1024, 1024]), Data::Late).unwrap();
    let packed = DatasetSpec { gzip: Some(4), ..spec("<f4", &[1024, 1024]) };
    file.create_dataset("packed", &packed, Data::Late).unwrap();
    let bytes = file.into_bytes().unwrap();
    assert!(bytes.len() < 2000, "{} bytes", bytes.len());
    let file = Written::open(bytes);
    assert_eq!(file.bytes(&file.parts("filled")), [255; 4]);
    assert!(file.bytes(&file.parts("big")).iter().all(|b| *b == 0));
    assert!(matches!(file.parts("packed").layout, Layout::Chunked { address: None, .. }));
}

#[test]
fn links_in_any_order_and_number() {
    let mut dice = Dice(88_172_645_463_325_252);
    let mut file = Editor::create().unwrap();
    let mut names = BTreeSet::new();
    for i in 0..4000 {
        let name = format!("{:x}", dice.below(1 << 40));
        if i % 10 == 0 {
            file.link_soft(&format!("g/{name}"), "/somewhere").unwrap();
        } else {
            file.create_group(&format!("g/{name}")).unwrap();
        }
        names.insert(name);
        // At first many at a time, then one by one.
        if i > 3000 || dice.below(300) == 0 {
            file.commit().unwrap();
        }
    }
    let file = Written::open(file.into_bytes().unwrap());
    assert_eq!(file.names("g"), names.iter().cloned().collect::<Vec<_>>());
    for name in names.iter().step_by(97) {
        let found = hyperslab::object::links::find(&file.medium, &file.header("g"), name.as_bytes());
        assert!(found.unwrap().is_some());
    }
}

#[test]
fn names_beyond_ascii_turn_a_group_into_one_of_messages() {
    let mut file = Editor::create().unwrap();
    file.create_group("g/a").unwrap();
    file.link_soft("g/s", "a").unwrap();
    file.commit().unwrap();
    let before = Written::open(file.to_bytes().unwrap());
    for i in 0..20 {
        file.create_group(&format!("g/ü{i:02}")).unwrap();
        file.commit().unwrap();
    }
    let after = Written::open(file.into_bytes().unwrap());
    assert_eq!(before.address("g"), after.address("g"));
    assert_eq!(before.address("g/a"), after.address("g/a"));
    assert_eq!(after.names("g").len(), 22);
    assert_eq!(after.address("g/s"), after.address("g/a"));
}

#[test]
fn headers_grow_where_they_are() {
    let mut file = Editor::create().unwrap();
    file.create_dataset("d", &spec("<i8", &[]), Data::Column(&longs([42]))).unwrap();
    file.commit().unwrap();
    let address = Written::open(file.to_bytes().unwrap()).address("d");
    for i in 0..200 {
        set_long(&mut file, "d", &format!("a{i}"), i).unwrap();
        file.commit().unwrap();
    }
    for i in (0..200).step_by(2) {
        file.delete_attribute("d", &format!("a{i}")).unwrap();
        file.commit().unwrap();
    }
    text_attribute(&mut file, "d", "a1", "text now").unwrap();
    let written = Written::open(file.to_bytes().unwrap());
    assert_eq!(written.address("d"), address);
    assert_eq!(written.values("d"), longs([42]));
    assert_eq!(written.attributes("d").len(), 100);
    assert_eq!(written.attribute("d", "a1"), strings(["text now"]));
    assert_eq!(written.attribute("d", "a199"), longs([199]));
}

#[test]
fn changing_the_same_again_does_not_make_the_file_grow() {
    let mut file = Editor::create().unwrap();
    let mut lengths = Vec::new();
    for i in 0..300 {
        set_long(&mut file, "/", "again", i).unwrap();
        if i % 3 == 0 {
            file.set_attribute("/", "long", &dtype("<f8"), &simple(&[50]), &doubles((0..50).map(f64::from)))
                .unwrap();
        } else if i % 3 == 2 {
            file.delete_attribute("/", "long").unwrap();
        }
        file.commit().unwrap();
        lengths.push(file.medium().storage_len());
    }
    assert_eq!(lengths[299], lengths[5], "{lengths:?}");
}

#[test]
fn a_new_link_costs_what_it_costs() {
    let mut file = Editor::create().unwrap();
    for i in 0..5000 {
        file.create_group(&format!("g{i}")).unwrap();
    }
    file.commit().unwrap();
    let before = file.medium().storage_len();
    file.create_dataset("new", &spec("<i8", &[]), Data::Column(&longs([1]))).unwrap();
    file.commit().unwrap();
    // At most a node that is split and names that move once to have room for as many again.
    let after = file.medium().storage_len();
    assert!(after - before < 256 * 1024, "{before} to {after}");
    file.create_dataset("newer", &spec("<i8", &[]), Data::Column(&longs([1]))).unwrap();
    file.commit().unwrap();
    assert!(file.medium().storage_len() - after < 1024);
}

#[test]
fn mistakes_are_told_and_change_nothing() {
    let good = |file: &mut Editor| {
        file.create_dataset("d", &spec("<i8", &[2]), Data::Column(&longs([1, 2]))).unwrap();
        file.create_group("g").unwrap();
    };
    let mut file = Editor::create().unwrap();
    good(&mut file);
    let expected = file.into_bytes().unwrap();

    let mut file = Editor::create().unwrap();
    good(&mut file);
    let two = longs([1, 2]);
    let number = spec("<i8", &[2]);
    let growing = |dims: &[u64], max: &[u64]| {
        let extent =
            Extent::Simple { dims: dims.to_vec(), max: Some(max.iter().map(|m| Some(*m)).collect()) };
        DatasetSpec { dataspace: Dataspace { extent }, ..number.clone() }
    };
    let attempts: Vec<(&str, DatasetSpec, Data<'_>)> = vec![
        ("d", number.clone(), Data::Column(&two)),
        ("g", number.clone(), Data::Column(&two)),
        ("d/below", number.clone(), Data::Column(&two)),
        ("d/far/below", number.clone(), Data::Column(&two)),
        ("", number.clone(), Data::Column(&two)),
        ("/", number.clone(), Data::Column(&two)),
        ("g/.", number.clone(), Data::Column(&two)),
        ("new/n\0", number.clone(), Data::Column(&two)),
        ("new/wrong count", spec("<i8", &[3]), Data::Column(&two)),
        ("new/too few bytes", number.clone(), Data::Bytes(&[0; 15])),
        ("new/numbers as text", spec("string", &[2]), Data::Column(&two)),
        ("new/bytes as text", spec("string", &[1]), Data::Bytes(&[0; 16])),
        ("new/level", DatasetSpec { gzip: Some(10), ..number.clone() }, Data::Column(&two)),
        ("new/scalar", DatasetSpec { gzip: Some(4), ..spec("<i8", &[]) }, Data::Late),
        ("new/rank", DatasetSpec { chunks: Chunks::Shape(vec![1, 1]), ..number.clone() }, Data::Late),
        ("new/zero", DatasetSpec { chunks: Chunks::Shape(vec![0]), ..number.clone() }, Data::Late),
        ("new/large", DatasetSpec { chunks: Chunks::Shape(vec![3]), ..number.clone() }, Data::Late),
        ("new/fill", DatasetSpec { fill: Fill::Bytes(vec![0; 4]), ..number.clone() }, Data::Late),
        ("new/max", growing(&[2], &[1]), Data::Late),
        ("new/max rank", growing(&[2], &[2, 2]), Data::Late),
    ];
    for (path, spec, data) in attempts {
        let e = file.create_dataset(path, &spec, data).unwrap_err();
        assert_eq!(e.kind(), Kind::Argument, "{path}: {e}");
    }
    let long = strings(["short", "much too long"]);
    let chunked = DatasetSpec { chunks: Chunks::Shape(vec![1]), ..spec("S5", &[2]) };
    let e = file.create_dataset("new/text", &chunked, Data::Column(&long)).unwrap_err();
    assert_eq!(e.to_string(), "\"much too long\" takes 13 bytes, the datatype holds 5 (new/text)");

    let scalar = simple(&[]);
    assert_eq!(set_long(&mut file, "nowhere", "a", 1).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(set_long(&mut file, "d", "", 1).unwrap_err().kind(), Kind::Argument);
    assert_eq!(file.delete_attribute("d", "a").unwrap_err().kind(), Kind::NotFound);
    let large = doubles((0..10_000).map(f64::from));
    let e = file.set_attribute("g", "large", &dtype("<f8"), &simple(&[10_000]), &large).unwrap_err();
    assert_eq!(e.kind(), Kind::Argument);
    let e = file.set_attribute("g", "text", &dtype("S3"), &scalar, &strings(["long"])).unwrap_err();
    assert_eq!(e.kind(), Kind::Argument);
    assert_eq!(file.link_hard("again", "nowhere").unwrap_err().kind(), Kind::NotFound);
    assert_eq!(file.link_soft("g", "d").unwrap_err().kind(), Kind::Argument);
    assert_eq!(file.link_soft("soft", "").unwrap_err().kind(), Kind::Argument);
    assert_eq!(file.create_group("g").unwrap_err().kind(), Kind::Argument);
    assert!(file.into_bytes().unwrap() == expected, "something was left behind");
}

#[test]
fn paths_lead_through_soft_links() {
    let mut file = Editor::create().unwrap();
    file.create_group("a/b").unwrap();
    file.link_soft("short", "/a/b").unwrap();
    file.link_soft("loop", "loop").unwrap();
    file.link_soft("gone", "nowhere").unwrap();
    file.create_group("short/c").unwrap();
    file.commit().unwrap();
    file.create_group("short/c/./d").unwrap();
    assert_eq!(file.create_group("loop/x").unwrap_err().kind(), Kind::Limit);
    assert_eq!(file.create_group("gone/x").unwrap_err().kind(), Kind::NotFound);
    let file = Written::open(file.into_bytes().unwrap());
    assert_eq!(file.names("/a/b/c"), ["d"]);
}

#[test]
fn one_object_has_as_many_names_as_links() {
    let mut file = Editor::create().unwrap();
    file.create_dataset("d", &spec("<i8", &[]), Data::Column(&longs([5]))).unwrap();
    file.link_hard("g/e", "d").unwrap();
    file.link_hard("g/root", "/").unwrap();
    file.commit().unwrap();
    file.link_hard("f", "g/root/g/e").unwrap();
    let file = Written::open(file.into_bytes().unwrap());
    assert_eq!(file.address("d"), file.address("f"));
    assert_eq!(file.address("g/root"), file.block.root);
    assert_eq!(file.header("d").reference_count, 3);
    assert_eq!(file.header("/").reference_count, 2);
}

#[test]
fn heap_collections_are_filled_and_grow() {
    let mut file = Editor::create().unwrap();
    let lines: Vec<String> = (0..5000).map(|i| format!("line {i}")).collect();
    file.create_dataset("lines", &spec("string", &[5000]), Data::Column(&strings(&lines))).unwrap();
    for i in 0..50 {
        text_attribute(&mut file, "lines", &format!("a{i}"), &format!("value {i}")).unwrap();
        file.commit().unwrap();
    }
    // 16 bytes of id and 16 + 16 of object each, and little else.
    let bytes = file.into_bytes().unwrap();
    assert!(bytes.len() < 5000 * 48 + 16_000, "{} bytes", bytes.len());
    let file = Written::open(bytes);
    assert_eq!(file.values("lines"), strings(&lines));
    assert_eq!(file.attribute("lines", "a17"), strings(["value 17"]));
}

#[test]
fn booleans_are_those_of_h5py() {
    let mut file = Editor::create().unwrap();
    let flags = Column::Numbers { kind: Number::U8, bytes: vec![1, 0, 1] };
    file.create_dataset("flags", &spec("bool", &[3]), Data::Column(&flags)).unwrap();
    let file = Written::open(file.into_bytes().unwrap());
    assert_eq!(file.bytes(&file.parts("flags")), [1, 0, 1]);
    assert_eq!(file.parts("flags").datatype, dtype("bool"));
}
