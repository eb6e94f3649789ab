//! Copies a file: `repack SOURCE TARGET [LEVEL [SUBTREE]]`, level `keep` to keep filters. Exit status 3 and the error where something cannot be
//! carried over.

use hyperslab::limits::Limits;
use hyperslab::object::superblock;
use hyperslab::storage::Memory;
use hyperslab::write::{Repack, RepackOptions};
use hyperslab::{Kind, Result};

fn copy(bytes: Vec<u8>, options: RepackOptions) -> Result<Memory> {
    let (source, superblock) = superblock::open(Box::new(Memory::new(bytes)), Limits::default())?;
    let mut repack = Repack::new(options)?;
    while !repack.step(&source, superblock.root)?.finished {}
    repack.finish()
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: repack SOURCE TARGET [LEVEL [SUBTREE]]");
        std::process::exit(2);
    };
    let gzip = match rest.first().map(String::as_str) {
        Some("keep") => None,
        level => Some(level.and_then(|level| level.parse().ok()).unwrap_or(4)),
    };
    let options = RepackOptions { gzip, subtree: rest.get(1).cloned(), drop: Vec::new() };
    match copy(std::fs::read(source)?, options) {
        Ok(file) => std::fs::write(target, file.as_bytes()),
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(if matches!(e.kind(), Kind::Unsupported | Kind::Limit) { 3 } else { 1 });
        }
    }
}
