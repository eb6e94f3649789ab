//! Layers point one way: reads what every source file imports and proves it.
//!
//! `bytes <- format <- {object, chunk} <- layout <- write <- api <- native`; `format`, `select`, `filter` and `value` are pure: they never
//! see storage.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer with the layers it may import. A layer may always import itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("limits", &["error"]),
    ("order", &[]),
    ("places", &[]),
    ("bytes", &["error", "limits"]),
    ("storage", &["error", "limits", "order", "places", "bytes"]),
    ("format", &["error", "limits", "order", "bytes"]),
    ("select", &["error", "limits", "order", "bytes", "format"]),
    ("filter", &["error", "limits", "bytes", "format"]),
    ("value", &["error", "limits", "places", "bytes", "format", "select"]),
    // Fractal heaps may be filtered, as chunks are.
    ("object", &["error", "limits", "order", "places", "bytes", "storage", "format", "filter"]),
    // The B-trees that find chunks are walked where the other B-trees are: in `object`.
    (
        "chunk",
        &["error", "limits", "order", "places", "bytes", "storage", "format", "select", "filter", "object"],
    ),
    (
        "layout",
        &[
            "error", "limits", "order", "places", "bytes", "storage", "format", "select", "filter", "value",
            "object", "chunk",
        ],
    ),
    (
        "write",
        &[
            "error", "limits", "order", "places", "bytes", "storage", "format", "select", "filter", "value",
            "object", "chunk", "layout",
        ],
    ),
    (
        "api",
        &[
            "error", "limits", "order", "places", "bytes", "storage", "format", "select", "filter", "value",
            "object", "chunk", "layout", "write",
        ],
    ),
    (
        "native",
        &["error", "limits", "bytes", "storage", "format", "select", "value", "object", "write", "api"],
    ),
];

/// Lines of code beyond which a file is worth a second look (a habit, so only a warning).
const LONG: usize = 400;

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs")
            && path.file_stem().is_some_and(|n| n != "tests")
        {
            found.push(path);
        }
    }
}

/// The source without its tests (they may reach for whatever makes them short) and without comments.
fn code(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let tests =
        lines.windows(2).position(|w| w[0].trim() == "#[cfg(test)]" && w[1].trim_start().starts_with("mod "));
    lines
        .iter()
        .take(tests.unwrap_or(lines.len()))
        .enumerate()
        .map(|(n, line)| (n + 1, line.split("//").next().unwrap_or("")))
        .collect()
}

/// Modules named after `crate::` in a line, `use crate::{a::X, b}` included.
fn imported(line: &str) -> Vec<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for rest in line.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            found.extend(top_level(list).iter().map(|item| word(item.trim())));
        } else {
            found.push(word(rest));
        }
    }
    // `crate::Error` and `crate::Result` are re-exports of the error layer.
    found.iter_mut().for_each(|m| {
        if m.chars().next().is_some_and(char::is_uppercase) {
            *m = "error".to_string();
        }
    });
    found
}

/// The items of a brace list, not those of nested ones.
fn top_level(list: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0, 0);
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&list[start..i]);
                return items;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&list[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    items.push(&list[start..]);
    items
}

#[test]
fn layers_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crate/core/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 10, "found only {} source files below {}", files.len(), root.display());

    let mut wrong = Vec::new();
    let mut imports = 0;
    for file in &files {
        let inside = file.strip_prefix(&root).unwrap();
        let layer = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        if layer == "lib" {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == layer) else {
            wrong.push(format!("{}: the layer {layer} has no place in this test's table", inside.display()));
            continue;
        };
        let text = fs::read_to_string(file).unwrap();
        let lines = code(&text);
        if lines.len() > LONG {
            println!(
                "warning: {} has {} lines of code: is it one room or several?",
                inside.display(),
                lines.len()
            );
        }
        // A `use` may run over several lines: join them, keeping the number of the first.
        let mut statement: Option<(usize, String)> = None;
        for (n, line) in lines {
            let (first, mut whole) = statement.take().unwrap_or((n, String::new()));
            whole.push_str(line);
            let start = whole.trim_start();
            if (start.starts_with("use ") || start.starts_with("pub use ")) && !whole.contains(';') {
                statement = Some((first, whole));
                continue;
            }
            for module in imported(&whole) {
                imports += 1;
                if module != layer && !allowed.contains(&module.as_str()) {
                    wrong.push(format!("{}:{first}: {layer} must not import {module}", inside.display()));
                }
            }
        }
    }
    assert!(imports > 20, "only {imports} imports found: is the test still reading them?");
    assert!(wrong.is_empty(), "imports against the direction of the layers:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_them() {
    assert_eq!(imported("use crate::format::superblock;"), ["format"]);
    assert_eq!(
        imported("use crate::{Error, bytes::{Reader, Writer}, storage};"),
        ["error", "bytes", "storage"]
    );
    assert_eq!(imported("let x = crate::layout::read(crate::Result::Ok(1));"), ["layout", "error"]);
    assert!(imported("use super::crates;").is_empty());
}
