//! Writes sample files of everything the writing side can make into the folder given as argument;
//! `tests/interop/check_samples.py` opens them with h5py and the HDF5 tools and compares them with twins that
//! h5py makes.

mod kinds;

use hyperslab::Result;
use hyperslab::format::Libver;
use hyperslab::format::datatype::{Class, Datatype};
use hyperslab::format::message::{Dataspace, Extent};
use hyperslab::value::{Column, Number};
use hyperslab::write::dtype;
use hyperslab::write::{Chunks, CreateOptions, Data, DatasetSpec, Editor, Fill, GroupOptions};
use std::path::Path;

type Make = fn(&mut Editor) -> Result<()>;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let samples: &[(&str, Make)] = &[
        ("empty", empty),
        ("late", late),
        ("float64", |f| random(f, 8)),
        ("float32", |f| random(f, 4)),
        ("weather", weather),
        ("types", types),
        ("chunked", chunked),
        ("guess", guess),
        ("many", many),
        ("names", names),
        ("attributes", attributes),
        ("grown", grown),
        ("text", text),
    ];
    let write = |name: &str, low: Libver, make: Make| {
        let file = Editor::create_with(&CreateOptions { low, ..CreateOptions::default() });
        let bytes = file.and_then(|mut file| make(&mut file).and_then(|()| file.into_bytes()));
        let bytes = bytes.unwrap_or_else(|e| panic!("{name}: {e}"));
        std::fs::write(Path::new(&folder).join(format!("{name}.h5")), bytes)
            .expect("the folder can be written");
    };
    for (name, make) in samples {
        write(name, Libver::Earliest, *make);
    }
    let bounded: &[(&str, Make)] = &[
        ("types", types),
        ("chunked", chunked),
        ("names", names),
        ("attributes", attributes),
        ("text", text),
        ("order", order),
        ("storage", kinds::storage),
        ("shared", kinds::shared),
        ("elsewhere", kinds::elsewhere),
        ("scales", kinds::scales),
    ];
    for low in [Libver::Earliest, Libver::V18, Libver::V110, Libver::V112, Libver::V200] {
        for (name, make) in bounded {
            write(&format!("{name}.{}", low.name()), low, *make);
        }
    }
}

fn numbers<T: Copy, const N: usize>(
    kind: Number,
    values: impl IntoIterator<Item = T>,
    bytes: fn(T) -> [u8; N],
) -> Column {
    Column::Numbers { kind, bytes: values.into_iter().flat_map(bytes).collect() }
}

fn doubles(values: impl IntoIterator<Item = f64>) -> Column {
    numbers(Number::F64, values, f64::to_le_bytes)
}

fn longs(values: impl IntoIterator<Item = i64>) -> Column {
    numbers(Number::I64, values, i64::to_le_bytes)
}

fn strings(values: &[&str]) -> Column {
    let mut end = 0;
    let ends = values.iter().map(|s| {
        end += u32::try_from(s.len()).expect("short");
        end
    });
    Column::Strings { ends: ends.collect(), bytes: values.concat().into_bytes() }
}

fn parse(text: &str) -> Datatype {
    dtype::parse(text).expect("a datatype")
}

fn simple(dims: &[u64]) -> Dataspace {
    Dataspace::simple(dims.to_vec())
}

fn growing(dims: &[u64], max: &[Option<u64>]) -> Dataspace {
    Dataspace { extent: Extent::Simple { dims: dims.to_vec(), max: Some(max.to_vec()) } }
}

fn null() -> Dataspace {
    Dataspace { extent: Extent::Null }
}

/// A reproducible sequence: the checker computes the same.
fn sequence(n: u64) -> impl Iterator<Item = u64> {
    (0..n).map(|i| i.wrapping_mul(2_654_435_761) % 65_521)
}

fn empty(_: &mut Editor) -> Result<()> {
    Ok(())
}

fn late(f: &mut Editor) -> Result<()> {
    f.create_dataset("big", &DatasetSpec::new(parse("float32"), simple(&[1024, 1024])), Data::Late)?;
    Ok(())
}

fn random(f: &mut Editor, size: u32) -> Result<()> {
    let values = doubles(sequence(10_000).map(|v| v as f64 / 65_521.0));
    let datatype = parse(&format!("float{}", size * 8));
    f.create_dataset("arr", &DatasetSpec::new(datatype, simple(&[100, 100])), Data::Column(&values))?;
    Ok(())
}

fn weather(f: &mut Editor) -> Result<()> {
    let scalar = simple(&[]);
    for station in 1..=10i64 {
        for (name, value) in [("temperature", 60 + station), ("wind_speed", station)] {
            let path = format!("/{station}/{name}");
            let spec = DatasetSpec::new(parse("<i8"), scalar.clone());
            f.create_dataset(&path, &spec, Data::Column(&longs([value])))?;
            f.set_attribute(&path, "date", &parse("<i8"), &scalar, &longs([1]))?;
            f.set_attribute(&path, "month", &parse("string"), &scalar, &strings(&["Jan"]))?;
            f.set_attribute(&path, "year", &parse("<i8"), &scalar, &longs([2017]))?;
        }
    }
    Ok(())
}

fn types(f: &mut Editor) -> Result<()> {
    let values = doubles([0.0, 1.5, -2.5, 300.0, 1e300, -1e300]);
    for text in ["i1", "u1", "<i2", ">i2", "<u4", ">u8", "<i8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"] {
        let name = format!("numbers/{}", text.replace('<', "le_").replace('>', "be_"));
        f.create_dataset(&name, &DatasetSpec::new(parse(text), simple(&[6])), Data::Column(&values))?;
    }
    let flags = Column::Numbers { kind: Number::U8, bytes: vec![1, 0, 1] };
    f.create_dataset("bool", &DatasetSpec::new(parse("bool"), simple(&[3])), Data::Column(&flags))?;
    f.create_dataset("bool_scalar", &DatasetSpec::new(parse("bool"), simple(&[])), Data::Bytes(&[1]))?;
    let colours = Datatype {
        size: 2,
        class: Class::Enum {
            base: Box::new(Datatype::integer(2, false)),
            members: vec![(b"GREEN".to_vec(), vec![1, 1]), (b"RED".to_vec(), vec![0, 0])],
        },
    };
    let codes = longs([0, 257, 0]);
    f.create_dataset("enum", &DatasetSpec::new(colours, simple(&[3])), Data::Column(&codes))?;
    f.create_dataset(
        "fixed",
        &DatasetSpec::new(parse("S5"), simple(&[3])),
        Data::Column(&strings(&["a", "", "abcde"])),
    )?;
    f.create_dataset("opaque", &DatasetSpec::new(parse("V3"), simple(&[2])), Data::Bytes(b"abcdef"))?;
    f.create_dataset("null", &DatasetSpec::new(parse("<f4"), null()), Data::Late)?;
    f.create_dataset(
        "no_elements",
        &DatasetSpec::new(parse("<f4"), simple(&[0, 3])),
        Data::Column(&doubles([])),
    )?;
    let array = Datatype {
        size: 24,
        class: Class::Array { dims: vec![2, 3], base: Box::new(Datatype::integer(4, true)) },
    };
    let arrays = Column::Array { each: 6, base: Box::new(longs(0..12)) };
    f.create_dataset("array", &DatasetSpec::new(array.clone(), simple(&[2])), Data::Column(&arrays))?;
    let record = dtype::packed([
        (b"id".to_vec(), parse("<i4")),
        (b"name".to_vec(), parse("S4")),
        (b"label".to_vec(), parse("string")),
        (b"grid".to_vec(), array),
        (b"ok".to_vec(), parse("bool")),
    ])?;
    let records = Column::Compound(vec![
        (b"name".to_vec(), strings(&["one", "two"])),
        (b"id".to_vec(), longs([1, 2])),
        (b"label".to_vec(), strings(&["première", ""])),
        (b"grid".to_vec(), arrays),
        (b"ok".to_vec(), Column::Numbers { kind: Number::U8, bytes: vec![0, 1] }),
    ]);
    f.create_dataset("compound", &DatasetSpec::new(record, simple(&[2])), Data::Column(&records))?;
    let z =
        Column::Compound(vec![(b"r".to_vec(), doubles([1.0, 2.0])), (b"i".to_vec(), doubles([0.5, -1.0]))]);
    f.create_dataset("complex", &DatasetSpec::new(parse("complex128"), simple(&[2])), Data::Column(&z))?;
    let ragged =
        Datatype { size: 16, class: Class::VlenSequence { base: Box::new(Datatype::integer(4, true)) } };
    let rows = Column::Vlen { ends: vec![3, 3, 4], base: Box::new(longs([1, 2, 3, 4])) };
    f.create_dataset("ragged", &DatasetSpec::new(ragged, simple(&[3])), Data::Column(&rows))?;
    Ok(())
}

fn chunked(f: &mut Editor) -> Result<()> {
    let values = longs(sequence(35 * 50).map(|v| i64::try_from(v).expect("small")));
    let base = DatasetSpec {
        chunks: Chunks::Shape(vec![7, 9]),
        ..DatasetSpec::new(parse("<i4"), simple(&[35, 50]))
    };
    let variants = [
        ("plain", base.clone()),
        ("gzip", DatasetSpec { gzip: Some(4), ..base.clone() }),
        ("gzip0", DatasetSpec { gzip: Some(0), ..base.clone() }),
        ("gzip1", DatasetSpec { gzip: Some(1), ..base.clone() }),
        ("shuffle", DatasetSpec { shuffle: true, ..base.clone() }),
        ("fletcher32", DatasetSpec { fletcher32: true, ..base.clone() }),
        ("all", DatasetSpec { gzip: Some(9), shuffle: true, fletcher32: true, ..base.clone() }),
        ("guess", DatasetSpec { chunks: Chunks::AsNeeded, gzip: Some(4), ..base.clone() }),
        ("fill", DatasetSpec { fill: Fill::Bytes(vec![7, 0, 0, 0]), ..base.clone() }),
        ("growing", DatasetSpec { dataspace: growing(&[35, 50], &[None, Some(60)]), ..base.clone() }),
    ];
    for (name, spec) in variants {
        f.create_dataset(name, &spec, Data::Column(&values))?;
    }
    let fill = vec![0, 0, 192, 127];
    let unwritten = DatasetSpec {
        fill: Fill::Bytes(fill.clone()),
        gzip: Some(4),
        ..DatasetSpec::new(parse("<f4"), simple(&[100]))
    };
    f.create_dataset("unwritten", &unwritten, Data::Late)?;
    let late = DatasetSpec { fill: Fill::Bytes(fill), ..DatasetSpec::new(parse("<f4"), simple(&[1, 2])) };
    f.create_dataset("late_fill", &late, Data::Late)?;
    let nothing = DatasetSpec::new(parse("<f8"), growing(&[0], &[None]));
    f.create_dataset("nothing", &nothing, Data::Late)?;
    // More chunks than one level, and then two levels, of a B-tree hold.
    let deep =
        DatasetSpec { chunks: Chunks::Shape(vec![1, 1]), ..DatasetSpec::new(parse("u1"), simple(&[90, 50])) };
    let bytes: Vec<u8> = sequence(4500).map(|v| v.to_le_bytes()[0]).collect();
    f.create_dataset("deep", &deep, Data::Bytes(&bytes))?;
    Ok(())
}

fn guess(f: &mut Editor) -> Result<()> {
    let mut x = 88_172_645_463_325_252u64;
    let mut next = |n: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % n
    };
    for i in 0..600 {
        let rank = 1 + next(4);
        let dims: Vec<u64> = (0..rank)
            .map(|_| match next(5) {
                0 => next(20),
                1 => next(3000),
                2 => 1 << next(15),
                3 => 1,
                _ => next(200_000),
            })
            .collect();
        let text = ["u1", "<i2", "<f4", "<f8", "complex128", "S3", "S100", "string"]
            [usize::try_from(next(8)).unwrap_or(0)];
        let max = vec![None; dims.len()];
        f.create_dataset(&format!("d{i}"), &DatasetSpec::new(parse(text), growing(&dims, &max)), Data::Late)?;
    }
    Ok(())
}

fn many(f: &mut Editor) -> Result<()> {
    for i in 0..3000 {
        f.create_group(&format!("at_once/g{i}"))?;
    }
    f.commit()?;
    for i in 0..1500 {
        f.create_group(&format!("one_by_one/{:05}", (i * 7919) % 100_003))?;
        f.create_group(&format!("in_order/{i:05}"))?;
        if i % 3 == 0 {
            f.commit()?;
        }
    }
    f.link_soft("one_by_one/soft", "/at_once")?;
    Ok(())
}

fn names(f: &mut Editor) -> Result<()> {
    let one = DatasetSpec::new(parse("<i8"), simple(&[]));
    for i in 0..12 {
        f.create_dataset(&format!("grüße/é{i}"), &one, Data::Column(&longs([i])))?;
    }
    f.create_dataset("plain", &one, Data::Column(&longs([5])))?;
    f.link_hard("again", "plain")?;
    f.link_soft("soft", "/plain")?;
    f.link_soft("dangling", "nowhere")?;
    f.link_external("mixed/outside", "other.h5", "/there")?;
    f.create_group("mixed/inside")?;
    f.link_soft("mixed/soft", "../plain")?;
    f.create_group("later/ascii")?;
    f.link_soft("later/soft", "/plain")?;
    f.commit()?;
    f.create_group("later/ü")?;
    f.create_group("later/z")?;
    f.link_hard("later/z/deep/again", "/plain")?;
    Ok(())
}

fn attributes(f: &mut Editor) -> Result<()> {
    f.create_group("g")?;
    let scalar = simple(&[]);
    f.set_attribute("/", "title", &parse("string"), &scalar, &strings(&["Überschrift"]))?;
    f.set_attribute("g", "text", &parse("bytes"), &scalar, &strings(&["ascii"]))?;
    f.set_attribute("g", "fixed", &parse("S6"), &simple(&[2]), &strings(&["one", "three"]))?;
    f.set_attribute("g", "list", &parse("string"), &simple(&[3]), &strings(&["a", "", "c"]))?;
    f.set_attribute("g", "ключ", &parse("<f4"), &simple(&[2, 2]), &doubles([1.0, 2.0, 3.0, 4.5]))?;
    f.set_attribute(
        "g",
        "flag",
        &parse("bool"),
        &scalar,
        &Column::Numbers { kind: Number::U8, bytes: vec![1] },
    )?;
    f.set_attribute("g", "nothing", &parse("<f8"), &null(), &doubles([]))?;
    f.set_attribute("g", "large", &parse("<f8"), &simple(&[8000]), &doubles((0..8000).map(f64::from)))?;
    for i in 0..20 {
        f.set_attribute("g", &format!("n{i:02}"), &parse("<i8"), &scalar, &longs([i]))?;
    }
    Ok(())
}

/// Objects that are changed again and again after they were published.
fn grown(f: &mut Editor) -> Result<()> {
    let scalar = simple(&[]);
    f.create_dataset("d", &DatasetSpec::new(parse("<i8"), scalar.clone()), Data::Column(&longs([42])))?;
    f.create_group("g")?;
    f.commit()?;
    for i in 0..40 {
        for path in ["/", "d", "g"] {
            f.set_attribute(path, &format!("a{i}"), &parse("<i8"), &scalar, &longs([i]))?;
        }
        f.commit()?;
    }
    for i in (0..40).step_by(2) {
        f.delete_attribute("d", &format!("a{i}"))?;
        f.set_attribute("g", &format!("a{i}"), &parse("string"), &scalar, &strings(&["now a text"]))?;
        f.commit()?;
    }
    f.link_hard("g/same", "d")?;
    f.create_dataset(
        "g/new",
        &DatasetSpec::new(parse("<i8"), simple(&[3])),
        Data::Column(&longs([1, 2, 3])),
    )?;
    Ok(())
}

fn text(f: &mut Editor) -> Result<()> {
    let long = "x".repeat(10_000);
    let lines: Vec<String> =
        (0..2000).map(|i| if i == 77 { long.clone() } else { format!("line {i} äöü") }).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    f.create_dataset(
        "lines",
        &DatasetSpec::new(parse("string"), simple(&[2000])),
        Data::Column(&strings(&lines)),
    )?;
    let spec = DatasetSpec { gzip: Some(4), ..DatasetSpec::new(parse("string"), simple(&[40, 50])) };
    f.create_dataset("packed", &spec, Data::Column(&strings(&lines)))?;
    f.create_dataset(
        "one",
        &DatasetSpec::new(parse("string"), simple(&[])),
        Data::Column(&strings(&["solo"])),
    )?;
    Ok(())
}

/// Links and attributes in the order of their creation.
fn order(f: &mut Editor) -> Result<()> {
    let scalar = simple(&[]);
    f.create_group_with("few", &GroupOptions::in_order())?;
    f.create_group_with("many", &GroupOptions::in_order())?;
    for i in 0..20 {
        let name = format!("{:02}", i * 7 % 20);
        f.create_group_with(&format!("many/{name}"), &GroupOptions::default())?;
        f.set_attribute("many", &name, &parse("<i8"), &scalar, &longs([i]))?;
        if i < 5 {
            f.link_soft(&format!("few/{name}"), "/many")?;
            f.set_attribute("few", &name, &parse("<i8"), &scalar, &longs([i]))?;
        }
    }
    Ok(())
}
