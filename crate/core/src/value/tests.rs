use super::*;
use crate::bytes::Addr;
use crate::format::datatype::{ByteOrder, CharacterSet, FloatLayout, Member, StringPadding};
use crate::format::heap::global::{HeapId, NoHeap};
use std::collections::HashMap;

fn integer(size: u32, order: ByteOrder, signed: bool, offset: u16, precision: u16) -> Datatype {
    Datatype { size, class: Class::Integer { order, signed, offset, precision } }
}

fn numbers(kind: Number, bytes: &[u8]) -> Column {
    Column::Numbers { kind, bytes: bytes.to_vec() }
}

#[test]
fn integers_of_all_sorts() {
    let d = |t: &Datatype, b: &[u8]| decode(t, b, &mut NoHeap).unwrap();
    let plain = Datatype::integer(2, true);
    assert_eq!(native(&plain), Some(Number::I16));
    assert_eq!(d(&plain, &[1, 2, 3, 4]), numbers(Number::I16, &[1, 2, 3, 4]));
    let big = integer(4, ByteOrder::Big, false, 0, 32);
    assert_eq!(native(&big), None);
    assert_eq!(d(&big, &[1, 2, 3, 4]), numbers(Number::U32, &[4, 3, 2, 1]));
    // 4 bits at 2 in a byte: 0b1101 is -3, whatever is around it.
    let bits = integer(1, ByteOrder::Little, true, 2, 4);
    assert_eq!(d(&bits, &[0b1111_0111, 0b0001_0100]), numbers(Number::I8, &[0xfd, 5]));
    let unsigned = integer(1, ByteOrder::Little, false, 2, 4);
    assert_eq!(d(&unsigned, &[0b1111_0111]), numbers(Number::U8, &[0b1101]));
    let three = integer(3, ByteOrder::Big, true, 0, 24);
    assert_eq!(
        d(&three, &[0xff, 0xff, 0xfe, 0, 1, 2]),
        numbers(Number::I32, &[0xfe, 0xff, 0xff, 0xff, 2, 1, 0, 0])
    );
    assert!(decode(&integer(2, ByteOrder::Little, true, 9, 8), &[0, 0], &mut NoHeap).is_err());
    assert!(decode(&plain, &[0; 3], &mut NoHeap).is_err());
}

#[test]
fn halves_stay_halves() {
    let half = |order| Datatype { size: 2, class: Class::Float { order, layout: FloatLayout::F16 } };
    let (little, big) = (half(ByteOrder::Little), half(ByteOrder::Big));
    let expected = numbers(Number::F16, &[0, 0x3e, 1, 0x7e]);
    // Nothing has to be decoded of what is in the machine's order, and nothing is lost of what is no number.
    assert_eq!((native(&little), native(&big)), (Some(Number::F16), None));
    assert_eq!(decode(&little, &[0, 0x3e, 1, 0x7e], &mut NoHeap).unwrap(), expected);
    assert_eq!(decode(&big, &[0x3e, 0, 0x7e, 1], &mut NoHeap).unwrap(), expected);
    let mut out = Vec::new();
    store::store(&big, &expected, 0..2, &mut store::no_heap, &mut out).unwrap();
    assert_eq!(out, [0x3e, 0, 0x7e, 1]);
    // bfloat16 has no such number.
    let layout = FloatLayout {
        exponent_size: 8,
        exponent_position: 7,
        mantissa_size: 7,
        bias: 127,
        ..FloatLayout::F16
    };
    let brain = Datatype { size: 2, class: Class::Float { order: ByteOrder::Little, layout } };
    assert_eq!(native(&brain), None);
    assert_eq!(
        decode(&brain, &[0xc0, 0x3f], &mut NoHeap).unwrap(),
        numbers(Number::F64, &1.5f64.to_le_bytes())
    );
}

#[test]
fn compounds_become_columns() {
    let member = |name: &str, offset, datatype| Member { name: name.into(), offset, datatype };
    let array = Datatype {
        size: 4,
        class: Class::Array { dims: vec![2], base: Box::new(integer(2, ByteOrder::Big, false, 0, 16)) },
    };
    let text = Datatype {
        size: 3,
        class: Class::String { padding: StringPadding::SpacePadded, charset: CharacterSet::Ascii },
    };
    let members =
        vec![member("a", 1, array), member("t", 5, text), member("f", 8, Datatype::float(4).unwrap())];
    let compound = Datatype { size: 12, class: Class::Compound { members } };
    let bytes = [
        [9, 0, 1, 0, 2, b'x', b' ', b' ', 0, 0, 0x80, 0x3f],
        [9, 0, 3, 0, 4, b'y', b'z', b' ', 0, 0, 0, 0x40],
    ];
    let Column::Compound(columns) = decode(&compound, &bytes.concat(), &mut NoHeap).unwrap() else {
        panic!()
    };
    let base = Box::new(numbers(Number::U16, &[1, 0, 2, 0, 3, 0, 4, 0]));
    assert_eq!(columns[0], (b"a".to_vec(), Column::Array { each: 2, base }));
    assert_eq!(columns[1].1, Column::Strings { bytes: b"xyz".to_vec(), ends: vec![1, 3] });
    assert_eq!(columns[2].1, numbers(Number::F32, &[0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]));
    let members = vec![member("a", 9, Datatype::integer(4, true))];
    let leaving = Datatype { size: 12, class: Class::Compound { members } };
    assert!(decode(&leaving, &[0; 12], &mut NoHeap).is_err());
}

struct Heap(HashMap<HeapId, Vec<u8>>);

impl Objects for Heap {
    fn announce(&mut self, _: &[Addr]) -> Result<()> {
        Ok(())
    }
    fn object(&mut self, id: HeapId) -> Result<&[u8]> {
        self.0.get(&id).map(Vec::as_slice).ok_or_else(|| Error::malformed("no such object"))
    }
    fn most_bytes(&self) -> u64 {
        1000
    }
}

fn id(count: u32, collection: u64, index: u32) -> Vec<u8> {
    [&count.to_le_bytes()[..], &collection.to_le_bytes(), &index.to_le_bytes()].concat()
}

#[test]
fn variable_length() {
    let mut heap = Heap(HashMap::new());
    let mut put = |collection, index, bytes: &[u8]| {
        heap.0.insert(HeapId { collection: Addr(collection), index }, bytes.to_vec());
    };
    put(96, 1, b"hello\0padding");
    put(96, 2, &[1, 0, 2, 0]);
    put(96, 3, &[id(1, 96, 2), id(0, 0, 0)].concat());
    put(96, 4, &[0; 600]);
    let text = Datatype {
        size: 16,
        class: Class::VlenString { padding: StringPadding::NullTerminated, charset: CharacterSet::Utf8 },
    };
    let ids = [id(5, 96, 1), id(0, 96, 1), id(9, 0, 0), id(8, 96, 1), id(3, u64::MAX, 1)].concat();
    let strings = Column::Strings { bytes: b"hellohello".to_vec(), ends: vec![5, 5, 5, 10, 10] };
    assert_eq!(decode(&text, &ids, &mut heap).unwrap(), strings);
    let sequence = |base| Datatype { size: 16, class: Class::VlenSequence { base: Box::new(base) } };
    let inner = sequence(Datatype::integer(2, true));
    let outer = sequence(inner.clone());
    let ids = [id(2, 96, 3), id(0, 0, 0)].concat();
    let base = Column::Vlen { ends: vec![1, 1], base: Box::new(numbers(Number::I16, &[1, 0])) };
    let expected = Column::Vlen { ends: vec![2, 2], base: Box::new(base) };
    assert_eq!(decode(&outer, &ids, &mut heap).unwrap(), expected);
    // Longer than the object, no such object, and more than the file can hold.
    for bad in [id(3, 96, 2), id(1, 96, 9), [id(300, 96, 4), id(300, 96, 4)].concat()] {
        assert_eq!(decode(&inner, &bad, &mut heap).unwrap_err().kind(), crate::Kind::Malformed);
    }
}

#[test]
fn columns_can_be_joined() {
    let mut a = Column::Strings { bytes: b"ab".to_vec(), ends: vec![1, 2] };
    let more = Column::Strings { bytes: b"cdefg".to_vec(), ends: vec![0, 3, 5] };
    a.append(&more, 0..2).unwrap();
    assert_eq!(a, Column::Strings { bytes: b"abcde".to_vec(), ends: vec![1, 2, 2, 5] });
    a.append(&more, 2..3).unwrap();
    a.append(&more, 1..1).unwrap();
    assert_eq!(a, Column::Strings { bytes: b"abcdefg".to_vec(), ends: vec![1, 2, 2, 5, 7] });
    assert!(a.append(&more, 2..4).is_err());
    assert!(a.append(&numbers(Number::I8, &[1]), 0..1).is_err());
    let vlen = |ends: &[u32], base: &[u8]| Column::Vlen {
        ends: ends.to_vec(),
        base: Box::new(numbers(Number::I8, base)),
    };
    let mut v = vlen(&[1, 2], &[7, 8]);
    v.append(&vlen(&[2, 2, 3], &[5, 6, 9]), 1..3).unwrap();
    assert_eq!(v, vlen(&[1, 2, 2, 3], &[7, 8, 9]));
    let references = |files: &[Option<&[u8]>]| {
        let reference = |file: &Option<&[u8]>| Reference {
            address: Some(crate::bytes::Addr(96)),
            file: file.map(<[u8]>::to_vec),
            ..Reference::default()
        };
        let mut all: Vec<Reference> = files.iter().map(reference).collect();
        all.push(Reference::default());
        Column::Array { each: 1, base: Box::new(Column::References(all)) }
    };
    let mut r = references(&[None, Some(b"there")]);
    r.belong_to(b"here");
    assert_eq!(r, references(&[Some(b"here"), Some(b"there")]));
}

#[test]
fn complex_numbers_are_pairs() {
    let complex = Datatype { size: 8, class: Class::Complex { base: Box::new(Datatype::float(4).unwrap()) } };
    let base = Box::new(numbers(Number::F32, &[1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!(
        decode(&complex, &[1, 2, 3, 4, 5, 6, 7, 8], &mut NoHeap).unwrap(),
        Column::Array { each: 2, base }
    );
}
