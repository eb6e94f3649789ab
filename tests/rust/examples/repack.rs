//! Copies a file: `repack SOURCE TARGET [HOW [SUBTREE [LIBVER]]]`. HOW is a level of gzip, `keep`, `contiguous`, or the extents of
//! chunks with commas between. Exit status 3 and the error where something cannot be carried over.

use hyperslab::format::Libver;
use hyperslab::limits::Limits;
use hyperslab::object::superblock;
use hyperslab::storage::Memory;
use hyperslab::write::{Placing, Repack, RepackOptions, Storing};
use hyperslab::{Kind, Result};

fn copy(bytes: Vec<u8>, options: RepackOptions) -> Result<Vec<u8>> {
    let (source, superblock) = superblock::open(Box::new(Memory::new(bytes)), Limits::default())?;
    let mut repack = Repack::new(options)?;
    while !repack.step(&source, superblock.root)?.finished {}
    repack.finish()?.into_bytes()
}

fn storing(how: &str) -> Storing {
    match how {
        "keep" => Storing::keep(),
        "contiguous" => Storing { placing: Placing::Contiguous, ..Storing::gzip(0) },
        _ => match how.parse() {
            Ok(level) => Storing::gzip(level),
            Err(_) => {
                let extents = how.split(',').filter_map(|n| n.parse().ok()).collect();
                Storing { placing: Placing::Shape(extents), ..Storing::keep() }
            }
        },
    }
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: repack SOURCE TARGET [HOW [SUBTREE [LIBVER]]]");
        std::process::exit(2);
    };
    let mut options = RepackOptions::storing(storing(rest.first().map_or("4", String::as_str)));
    options.own_userblock = true;
    options.subtree = rest.get(1).filter(|s| !s.is_empty()).cloned();
    let known = [Libver::V18, Libver::V110, Libver::V112, Libver::V114, Libver::V200];
    if let Some(low) = rest.get(2).and_then(|name| known.into_iter().find(|v| v.name() == name)) {
        options.file.low = low;
    }
    match copy(std::fs::read(source)?, options) {
        Ok(bytes) => std::fs::write(target, bytes),
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(if matches!(e.kind(), Kind::Unsupported | Kind::Limit) { 3 } else { 1 });
        }
    }
}
