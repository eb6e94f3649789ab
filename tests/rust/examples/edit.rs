//! Changes a file as a script says: `edit FILE < SCRIPT`.
//!
//! One change a line, words apart by one tab:
//!
//! ```text
//! create   BOUND  STRATEGY  PERSIST  THRESHOLD  PAGE     as the first line: a new file
//! group    PATH
//! dataset  PATH  DTYPE  SHAPE  VALUES     shape and values with commas, "-" for a scalar
//! attr     PATH  NAME  DTYPE  SHAPE  VALUES
//! delattr  PATH  NAME
//! write    PATH  SELECTION  SHAPE  BYTES  selection as NumPy's text; bytes of the file's datatype in hexadecimal
//! text     PATH  SELECTION  SHAPE  TEXTS  each in hexadecimal, with commas
//! slab     PATH  AXES  SHAPE  BYTES       start:stride:count:block for each axis, with commas
//! points   PATH  COORDINATES  SHAPE  BYTES
//! mask     PATH  MASK  SHAPE  BYTES       a byte for each element, in hexadecimal
//! resize   PATH  SHAPE
//! append   PATH  AXIS  SHAPE  BYTES
//! hard     PATH  TARGET
//! soft     PATH  TARGET
//! unlink   PATH
//! move     PATH  PATH
//! copy     PATH  PATH
//! copyfrom FILE  PATH  PATH
//! flush
//! free                                    prints how many bytes of the file hold nothing
//! ```
//!
//! Lines that fail are reported and change nothing.

use hyperslab::format::Libver;
use hyperslab::format::message::{Dataspace, Extent};
use hyperslab::limits::Limits;
use hyperslab::object::header::ObjectHeader;
use hyperslab::object::{path, superblock};
use hyperslab::select::{Axis, Hyperslab, Region, Selection};
use hyperslab::storage::Memory;
use hyperslab::value::{Column, Number};
use hyperslab::write::{
    CopyOptions, CreateOptions, Data, DatasetSpec, Editor, FileSpaceOptions, FileSpaceStrategy, dtype,
};
use hyperslab::{Error, Result};
use std::io::BufRead;

fn space(text: &str) -> Result<Dataspace> {
    if text == "-" {
        return Ok(Dataspace { extent: Extent::Scalar });
    }
    let dims = text.split(',').map(|n| n.parse().map_err(|_| Error::argument("a shape")));
    Ok(Dataspace::simple(dims.collect::<Result<_>>()?))
}

fn values(text: &str) -> Result<Column> {
    if let Some(text) = text.strip_prefix('"') {
        let ends = vec![u32::try_from(text.len()).unwrap_or(u32::MAX)];
        return Ok(Column::Strings { bytes: text.as_bytes().to_vec(), ends });
    }
    let mut bytes = Vec::new();
    for n in text.split(',').filter(|n| !n.is_empty()) {
        let n: f64 = n.parse().map_err(|_| Error::argument("a number"))?;
        bytes.extend(n.to_le_bytes());
    }
    Ok(Column::Numbers { kind: Number::F64, bytes })
}

fn numbers(text: &str) -> Result<Vec<u64>> {
    let words = text.split(',').filter(|word| !word.is_empty() && *word != "-");
    words.map(|word| word.parse().map_err(|_| Error::argument("a number"))).collect()
}

fn hex(text: &str) -> Result<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or(""));
    digits.map(|pair| u8::from_str_radix(pair, 16).map_err(|_| Error::argument("digits"))).collect()
}

fn strings(texts: &str) -> Result<Column> {
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for text in texts.split(',') {
        bytes.extend(hex(text)?);
        ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    }
    Ok(Column::Strings { bytes, ends })
}

/// Extents of a dataset as they are after all changes so far.
fn extents(editor: &mut Editor, path: &str) -> Result<Vec<u64>> {
    editor.commit()?;
    let (medium, root) = (editor.medium(), editor.root());
    let address = path::resolve(medium, root, root, path)?.address;
    Ok(ObjectHeader::open(medium, address)?.dataspace(medium)?.dims().to_vec())
}

fn change(editor: &mut Editor, line: &str) -> Result<()> {
    let words: Vec<&str> = line.split('\t').collect();
    match words[..] {
        ["group", path] => editor.create_group(path),
        ["dataset", path, dtype, shape, data] => {
            let spec = DatasetSpec::new(dtype::parse(dtype)?, space(shape)?);
            editor.create_dataset(path, &spec, Data::Column(&values(data)?))
        }
        ["attr", path, name, dtype, shape, data] => {
            editor.set_attribute(path, name, &dtype::parse(dtype)?, &space(shape)?, &values(data)?)
        }
        ["delattr", path, name] => editor.delete_attribute(path, name),
        ["write", path, selection, shape, bytes] => {
            let selection = Selection::parse(selection)?;
            editor.write(path, &selection, Data::Bytes(&hex(bytes)?), Some(&numbers(shape)?))
        }
        ["text", path, selection, shape, texts] => {
            let selection = Selection::parse(selection)?;
            editor.write(path, &selection, Data::Column(&strings(texts)?), Some(&numbers(shape)?))
        }
        ["slab", path, axes, shape, bytes] => {
            let dims = extents(editor, path)?;
            let axis = |text: &str| match numbers(&text.replace(':', ","))?[..] {
                [start, stride, count, block] => Ok(Axis { start, stride, count, block }),
                _ => Err(Error::argument("an axis")),
            };
            let axes = axes.split(',').map(axis).collect::<Result<_>>()?;
            let region = Region::slab(Hyperslab::new(axes, &dims)?, &dims)?;
            editor.write_region(path, &region, Data::Bytes(&hex(bytes)?), Some(&numbers(shape)?))
        }
        ["points", path, coordinates, shape, bytes] => {
            let region = Region::points(&numbers(coordinates)?, &extents(editor, path)?)?;
            editor.write_region(path, &region, Data::Bytes(&hex(bytes)?), Some(&numbers(shape)?))
        }
        ["mask", path, mask, shape, bytes] => {
            let region = Region::mask(&hex(mask)?, &extents(editor, path)?)?;
            editor.write_region(path, &region, Data::Bytes(&hex(bytes)?), Some(&numbers(shape)?))
        }
        ["resize", path, shape] => editor.resize(path, &numbers(shape)?),
        ["append", path, axis, shape, bytes] => {
            let axis = axis.parse().map_err(|_| Error::argument("an axis"))?;
            editor.append(path, axis, Data::Bytes(&hex(bytes)?), &numbers(shape)?)
        }
        ["hard", path, target] => editor.link_hard(path, target),
        ["soft", path, target] => editor.link_soft(path, target),
        ["unlink", path] => editor.unlink(path),
        ["move", from, to] => editor.move_link(from, to),
        ["copy", from, to] => editor.copy(from, to, &CopyOptions::default()),
        ["copyfrom", file, from, to] => {
            let bytes = std::fs::read(file).map_err(|e| Error::io(e.to_string()))?;
            let (medium, block) = superblock::open(Box::new(Memory::new(bytes)), Limits::default())?;
            editor.copy_from(&medium, block.root, from, to, &CopyOptions::default())
        }
        ["flush"] => editor.flush(),
        ["free"] => {
            println!("{}", editor.free_space());
            Ok(())
        }
        _ => Err(Error::argument("a change that is not known")),
    }
}

/// The file that is there, or the one that the first line describes.
fn start(path: &str, first: Option<&String>) -> Result<Editor> {
    let words: Vec<&str> = first.map_or("", String::as_str).split('\t').collect();
    let ["create", bound, strategy, persist, threshold, page] = words[..] else {
        let bytes = std::fs::read(path).map_err(|e| Error::io(e.to_string()))?;
        let (medium, block) = superblock::open(Box::new(Memory::new(bytes)), Limits::default())?;
        return Editor::open(medium, block, None);
    };
    let number = |text: &str| text.parse().map_err(|_| Error::argument("a number"));
    let strategy = match strategy {
        "page" => FileSpaceStrategy::Page,
        "aggregate" => FileSpaceStrategy::Aggr,
        "none" => FileSpaceStrategy::None,
        _ => FileSpaceStrategy::FsmAggr,
    };
    let (threshold, page_size) = (number(threshold)?, number(page)?);
    let space = FileSpaceOptions { strategy, persist: persist == "1", threshold, page_size };
    let bounds = [Libver::Earliest, Libver::V18, Libver::V110, Libver::V112, Libver::V114, Libver::V200];
    let low = bounds.into_iter().find(|b| b.name() == bound).unwrap_or_default();
    Editor::create_with(&CreateOptions { low, space, ..CreateOptions::default() })
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: edit FILE < SCRIPT")?;
    let lines = std::io::stdin().lock().lines().collect::<std::io::Result<Vec<_>>>()?;
    let mut editor = start(&path, lines.first())?;
    for line in lines.into_iter().filter(|line| !line.starts_with("create\t")) {
        if let Err(e) = change(&mut editor, &line) {
            println!("{e:?}: {line}");
        }
    }
    std::fs::write(&path, editor.into_bytes()?)?;
    Ok(())
}
