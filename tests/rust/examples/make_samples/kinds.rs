//! Samples of every way to keep and share things.

use super::{doubles, growing, longs, parse, sequence, simple, strings};
use hyperslab::Result;
use hyperslab::format::datatype::{Class, Datatype, ReferenceKind};
use hyperslab::format::message::{AllocTime, FillTime};
use hyperslab::format::reference::Reference;
use hyperslab::format::selection::{Chosen, Pattern};
use hyperslab::object::header::ExternalFile;
use hyperslab::value::Column;
use hyperslab::write::{
    Chunks, Data, DatasetSpec, Editor, Fill, GroupOptions, HeaderOptions, Order, VirtualSource, dtype,
};

/// Every layout and index of chunks, with values.
pub fn storage(f: &mut Editor) -> Result<()> {
    let values = longs(sequence(35 * 50).map(|v| i64::try_from(v).expect("small")));
    let grid = simple(&[35, 50]);
    let plain = DatasetSpec::new(parse("<i4"), grid);
    let cut = |chunk: &[u64]| DatasetSpec { chunks: Chunks::Shape(chunk.to_vec()), ..plain.clone() };
    let grow =
        |chunk: &[u64], max: &[Option<u64>]| DatasetSpec { dataspace: growing(&[35, 50], max), ..cut(chunk) };
    let gzip = |spec: DatasetSpec| DatasetSpec { gzip: Some(6), shuffle: true, ..spec };
    let early = |spec: DatasetSpec| DatasetSpec { alloc_time: Some(AllocTime::Early), ..spec };
    let small = DatasetSpec::new(parse("<i4"), simple(&[5, 50]));
    let compact = DatasetSpec { compact: true, ..small };
    let first = longs(sequence(250).map(|v| i64::try_from(v).expect("small")));
    f.create_dataset("compact", &compact, Data::Column(&first))?;
    for (name, spec) in [
        ("contiguous", plain.clone()),
        ("early", early(plain.clone())),
        ("incremental", DatasetSpec { alloc_time: Some(AllocTime::Incremental), ..plain.clone() }),
        ("single", cut(&[35, 50])),
        ("single_gzip", gzip(cut(&[35, 50]))),
        ("implicit", early(cut(&[7, 9]))),
        ("fixed", cut(&[7, 9])),
        ("fixed_gzip", gzip(cut(&[7, 9]))),
        ("fixed_paged", cut(&[1, 1])),
        ("growing", grow(&[3, 4], &[None, Some(60)])),
        ("growing_gzip", gzip(grow(&[3, 4], &[Some(35), None]))),
        ("growing_paged", grow(&[1, 1], &[None, Some(50)])),
        ("growing_both", grow(&[3, 4], &[None, None])),
        ("growing_both_gzip", gzip(grow(&[2, 2], &[None, None]))),
    ] {
        f.create_dataset(name, &spec, Data::Column(&values))?;
    }
    let fill = Fill::Bytes(vec![7, 0, 0, 0]);
    for (name, spec) in [
        ("late/early", DatasetSpec { fill: fill.clone(), ..early(plain.clone()) }),
        ("late/early_chunks", DatasetSpec { fill: fill.clone(), ..early(cut(&[8, 9])) }),
        ("late/early_gzip", DatasetSpec { fill: fill.clone(), ..gzip(early(cut(&[8, 9]))) }),
        ("late/late_chunks", DatasetSpec { alloc_time: Some(AllocTime::Late), fill, ..cut(&[8, 9]) }),
        ("late/always", DatasetSpec { fill_time: FillTime::OnAllocation, ..cut(&[8, 9]) }),
    ] {
        f.create_dataset(name, &spec, Data::Late)?;
    }
    let text = DatasetSpec {
        fill: Fill::Value(strings(&["nothing"])),
        chunks: Chunks::Shape(vec![4]),
        ..DatasetSpec::new(parse("string"), growing(&[6], &[None]))
    };
    f.create_dataset("late/text", &text, Data::Late)?;
    f.create_dataset("text", &text, Data::Column(&strings(&["a", "", "c", "d", "e", "é"])))
}

/// Committed datatypes, and references.
pub fn shared(f: &mut Editor) -> Result<()> {
    let record = dtype::packed([
        (b"n".to_vec(), parse("<i4")),
        (b"ok".to_vec(), parse("bool")),
        (b"label".to_vec(), parse("string")),
    ])?;
    let options = HeaderOptions::default();
    f.create_datatype("types/record", &record, &options)?;
    f.create_datatype("types/number", &parse(">f8"), &options)?;
    let rows = Column::Compound(vec![
        (b"n".to_vec(), longs([1, 2])),
        (b"ok".to_vec(), longs([0, 1])),
        (b"label".to_vec(), strings(&["one", "zwei"])),
    ]);
    let of = |path: &str, datatype: Datatype, dims: &[u64]| DatasetSpec {
        committed: Some(path.into()),
        ..DatasetSpec::new(datatype, simple(dims))
    };
    f.create_dataset("rows", &of("types/record", record, &[2]), Data::Column(&rows))?;
    f.create_dataset(
        "numbers",
        &of("types/number", parse(">f8"), &[3]),
        Data::Column(&doubles([1.0, -2.5, 1e9])),
    )?;
    f.set_attribute_of("rows", "row", "types/record", &simple(&[2]), &rows)?;
    f.set_attribute_of("/", "number", "types/number", &simple(&[]), &doubles([0.5]))?;
    f.set_attribute("types/number", "unit", &parse("string"), &simple(&[]), &strings(&["m"]))?;

    let reference = |kind, size| Datatype { size, class: Class::Reference(kind) };
    let objects =
        vec![f.reference("rows")?, Reference::default(), f.reference("types/record")?, f.reference("/")?];
    let axis = |start, stride, count| Pattern { start, stride, count: Some(count), block: Some(1) };
    let every = f.region_reference("numbers", &Chosen::Regular(vec![axis(0, 2, 2)]))?;
    let points = f.region_reference("numbers", &Chosen::Points { rank: 1, coordinates: vec![2, 0] })?;
    let regions = vec![every, Reference::default(), points];
    let spec = DatasetSpec::new(reference(ReferenceKind::Object, 8), simple(&[4]));
    f.create_dataset("objects", &spec, Data::Column(&Column::References(objects)))?;
    let spec = DatasetSpec::new(reference(ReferenceKind::Region, 12), simple(&[3]));
    f.create_dataset("regions", &spec, Data::Column(&Column::References(regions)))
}

/// Virtual and external datasets, which name each other and files that are not there.
pub fn elsewhere(f: &mut Editor) -> Result<()> {
    let values = longs(sequence(40).map(|v| i64::try_from(v).expect("small")));
    let spec = DatasetSpec::new(parse("<i4"), simple(&[4, 10]));
    f.create_dataset("source", &spec, Data::Column(&values))?;
    let run = |start, n| Pattern { start, stride: 1, count: Some(1), block: Some(n) };
    let rows = |start, n| Chosen::Regular(vec![run(start, n), run(0, 10)]);
    let source = |file: &str, dataset: &str, source, target| VirtualSource {
        file: file.into(),
        dataset: dataset.into(),
        source,
        target,
    };
    let sources = vec![
        source(".", "/source", Chosen::All, rows(0, 4)),
        source(".", "/source", rows(1, 2), rows(6, 2)),
        source("missing.h5", "/data", rows(0, 1), rows(5, 1)),
    ];
    let spec = DatasetSpec {
        sources: Some(sources),
        fill: Fill::Bytes((-1i32).to_le_bytes().to_vec()),
        ..DatasetSpec::new(parse("<i4"), simple(&[8, 10]))
    };
    f.create_dataset("virtual", &spec, Data::Late)?;
    let every = Pattern { start: 0, stride: 2, count: None, block: Some(1) };
    let growing_rows =
        Chosen::Regular(vec![Pattern { start: 0, stride: 1, count: None, block: Some(1) }, run(0, 10)]);
    let spec = DatasetSpec {
        sources: Some(vec![source(".", "/source", growing_rows, Chosen::Regular(vec![every, run(0, 10)]))]),
        ..DatasetSpec::new(parse("<i4"), growing(&[0, 10], &[None, Some(10)]))
    };
    f.create_dataset("spread", &spec, Data::Late)?;
    let file = |name: &str, offset, size| ExternalFile { name: name.as_bytes().to_vec(), offset, size };
    let spec = DatasetSpec {
        external: vec![file("samples.bin", 4, Some(24)), file("samples.bin", 40, Some(16))],
        ..DatasetSpec::new(parse("<i4"), simple(&[10]))
    };
    f.create_dataset("external", &spec, Data::Late)
}

/// Dimension scales, and headers with properties of their own.
pub fn scales(f: &mut Editor) -> Result<()> {
    let floats = |dims: &[u64]| DatasetSpec::new(parse("<f4"), simple(dims));
    f.create_dataset("data", &floats(&[3, 4]), Data::Column(&doubles((0..12).map(f64::from))))?;
    f.create_dataset("x", &floats(&[3]), Data::Column(&doubles([0.5, 1.5, 2.5])))?;
    f.create_dataset("y", &floats(&[4]), Data::Column(&doubles([1.0, 2.0, 3.0, 4.0])))?;
    f.create_dataset("other", &floats(&[4]), Data::Late)?;
    f.make_scale("x", "x axis")?;
    f.make_scale("y", "")?;
    f.make_scale("other", "other y")?;
    f.attach_scale("data", 0, "x")?;
    f.attach_scale("data", 1, "y")?;
    f.attach_scale("data", 1, "other")?;
    f.detach_scale("data", 1, "y")?;
    f.set_axis_label("data", 1, "ypsilon")?;
    let header = HeaderOptions { attribute_order: Order::Indexed, ..HeaderOptions::default() };
    f.create_dataset("ordered", &DatasetSpec { header, ..floats(&[2]) }, Data::Late)?;
    for name in ["z", "a", "m"] {
        f.set_attribute("ordered", name, &parse("<i8"), &simple(&[]), &longs([1]))?;
    }
    let group = GroupOptions {
        link_phase_change: Some((3, 2)),
        estimates: Some((5, 10)),
        ..GroupOptions::in_order()
    };
    f.create_group_with("group", &group)
}
