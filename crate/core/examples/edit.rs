//! Changes a file as a script says: `edit FILE < SCRIPT`.
//!
//! One change a line, words apart by one tab:
//!
//! ```text
//! group    PATH
//! dataset  PATH  DTYPE  SHAPE  VALUES     shape and values with commas, "-" for a scalar
//! attr     PATH  NAME  DTYPE  SHAPE  VALUES
//! delattr  PATH  NAME
//! hard     PATH  TARGET
//! soft     PATH  TARGET
//! unlink   PATH
//! move     PATH  PATH
//! copy     PATH  PATH
//! copyfrom FILE  PATH  PATH
//! flush
//! ```
//!
//! Lines that fail are reported and change nothing.

use hyperslab::format::message::{Dataspace, Extent};
use hyperslab::limits::Limits;
use hyperslab::object::superblock;
use hyperslab::storage::Memory;
use hyperslab::value::{Column, Number};
use hyperslab::write::{CopyOptions, Data, DatasetSpec, Editor, dtype};
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
        _ => Err(Error::argument("a change that is not known")),
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: edit FILE < SCRIPT")?;
    let storage = Box::new(Memory::new(std::fs::read(&path)?));
    let (medium, block) = superblock::open(storage, Limits::default())?;
    let mut editor = Editor::open(medium, block, None)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if let Err(e) = change(&mut editor, &line) {
            println!("{e:?}: {line}");
        }
    }
    std::fs::write(&path, editor.into_bytes()?)?;
    Ok(())
}
