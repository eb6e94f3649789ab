//! Numbers that do not fit are stored as the reference library stores them (tests/fixtures/engine/make_created.py).

use crate::created::{editor, fixture};
use crate::written::{Written, strings};
use hyperslab::format::Libver;
use hyperslab::format::message::{AllocTime, Dataspace, Extent};
use hyperslab::value::{Column, Number};
use hyperslab::write::{Chunks, Data, DatasetSpec, Fill, dtype};
use std::collections::BTreeSet;

const DOUBLES: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    1.5,
    2.5,
    -1.5,
    -2.5,
    100.999,
    -100.999,
    65504.0,
    65519.0,
    65520.0,
    1e5,
    -1e5,
    8_388_607.0,
    8_388_608.0,
    1e10,
    -1e10,
    9_223_372_036_854_775_808.0,
    18_446_744_073_709_551_616.0,
    -9_223_372_036_854_775_808.0,
    1e30,
    -1e30,
    1e300,
    6e-8,
    3e-8,
    1e-45,
    1e-300,
    5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
const LONGS: &[i64] = &[
    0,
    1,
    -1,
    100,
    -100,
    127,
    128,
    -128,
    -129,
    255,
    256,
    65535,
    65536,
    -65536,
    (1 << 23) - 1,
    1 << 23,
    -(1 << 23),
    -(1 << 23) - 1,
    (1 << 53) + 1,
    i64::MAX,
    i64::MIN,
];
const SHORTS: &[i16] = &[0, 1, -1, 300, -300, 32767, -32768];

fn source(name: &str) -> Column {
    let longs = || LONGS.iter().flat_map(|v| v.to_le_bytes()).collect();
    match name {
        "f8" => Column::Numbers {
            kind: Number::F64,
            bytes: DOUBLES.iter().flat_map(|v| v.to_le_bytes()).collect(),
        },
        "i8" => Column::Numbers { kind: Number::I64, bytes: longs() },
        "u8" => Column::Numbers { kind: Number::U64, bytes: longs() },
        _ => Column::Numbers {
            kind: Number::I16,
            bytes: SHORTS.iter().flat_map(|v| v.to_le_bytes()).collect(),
        },
    }
}

#[test]
fn numbers_are_stored_as_the_library_stores_them() {
    let theirs = fixture(Libver::Earliest);
    let mut ours = editor(Libver::Earliest);
    for name in theirs.names("values") {
        let path = format!("values/{name}");
        let spec = DatasetSpec::like(&theirs.parts(&path));
        let values = source(name.rsplit(' ').next().unwrap());
        ours.create_dataset(&path, &spec, Data::Column(&values)).unwrap();
    }
    let ours = Written::open(ours.into_bytes().unwrap());
    // Where the library's own conversion goes wrong: an integer of the same size and the other byte order keeps its bits
    // whatever its sign, 2^63 and NaN become what the processor makes of them, the least number forgets its offset.
    let wrong = |name: &str, i: usize| match name {
        "u2 be from i2" => true,
        "i8 from f8" => matches!(i, 18 | 31),
        "17 bits at 5 from f8" => i == 30,
        _ => false,
    };
    let mut different = Vec::new();
    for name in theirs.names("values") {
        let path = format!("values/{name}");
        let (parts, theirs_parts) = (ours.parts(&path), theirs.parts(&path));
        let size = parts.datatype.size as usize;
        let (a, b) = (ours.bytes(&parts), theirs.bytes(&theirs_parts));
        for (i, (x, y)) in a.chunks(size).zip(b.chunks(size)).enumerate() {
            if x != y && !wrong(&name, i) {
                different.push(format!("{name} [{i}]: {x:02x?}, the library's is {y:02x?}"));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Elements that nobody wrote have a fill value of their own in the heap: who overwrites one may give it back.
#[test]
fn fill_values_of_any_length() {
    let text = dtype::parse("string").unwrap();
    let record =
        dtype::packed([(b"n".to_vec(), dtype::parse("<i4").unwrap()), (b"t".to_vec(), text.clone())]);
    let record_fill = Column::Compound(vec![
        (b"n".to_vec(), Column::Numbers { kind: Number::I32, bytes: (-1i32).to_le_bytes().to_vec() }),
        (b"t".to_vec(), strings(["nothing"])),
    ]);
    let (dims, max) = (vec![5], Some(vec![None]));
    let space = Dataspace { extent: Extent::Simple { dims, max } };
    for low in [Libver::Earliest, Libver::V110] {
        let mut file = editor(low);
        for (name, datatype, fill) in
            [("text", &text, strings(["nothing"])), ("record", record.as_ref().unwrap(), record_fill.clone())]
        {
            let spec = DatasetSpec {
                chunks: Chunks::Shape(vec![4]),
                gzip: Some(1),
                fill: Fill::Value(fill.clone()),
                ..DatasetSpec::new(datatype.clone(), space.clone())
            };
            file.create_dataset(&format!("{name} late"), &spec, Data::Late).unwrap();
            let early = DatasetSpec { alloc_time: Some(AllocTime::Early), ..spec.clone() };
            file.create_dataset(&format!("{name} early"), &early, Data::Late).unwrap();
            let flat = DatasetSpec {
                dataspace: Dataspace::simple(vec![5]),
                chunks: Chunks::AsNeeded,
                gzip: None,
                ..early.clone()
            };
            file.create_dataset(&format!("{name} flat"), &flat, Data::Late).unwrap();
            let compact = DatasetSpec { compact: true, ..flat };
            file.create_dataset(&format!("{name} compact"), &compact, Data::Late).unwrap();
        }
        let words = strings(["a", "b", "c", "d", "e"]);
        let spec = DatasetSpec {
            chunks: Chunks::Shape(vec![4]),
            fill: Fill::Value(strings(["nothing"])),
            ..DatasetSpec::new(text.clone(), space.clone())
        };
        file.create_dataset("written", &spec, Data::Column(&words)).unwrap();
        let file = Written::open(file.into_bytes().unwrap());
        for name in ["late", "early", "flat", "compact"] {
            let path = format!("text {name}");
            assert_eq!(file.values(&path), strings(["nothing"; 5]), "{low:?} {path}");
            let Column::Compound(members) = file.values(&format!("record {name}")) else { panic!("{name}") };
            assert_eq!(members[1].1, strings(["nothing"; 5]));
        }
        let bytes = file.bytes(&file.parts("text early"));
        let ids: BTreeSet<&[u8]> = bytes.chunks(16).collect();
        assert_eq!(ids.len(), 5);
        assert_eq!(file.values("written"), words);
        // Beyond its end there are fill values, too.
        let mut parts = file.parts("written");
        parts.dataspace = Dataspace { extent: Extent::Simple { dims: vec![8], max: Some(vec![None]) } };
        let nothing = ["nothing"; 3];
        let longer: Vec<&str> = ["a", "b", "c", "d", "e"].into_iter().chain(nothing).collect();
        assert_eq!(file.values_of(&parts), strings(longer), "{low:?}");
    }
}
