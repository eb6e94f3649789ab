//! Values as buffers: the shape of a column as JSON, its contents depth first.

use crate::dtype::by_offset;
use crate::json::Json;
use crate::number;
use hyperslab::format::datatype::{Class, Datatype};
use hyperslab::format::reference::{Reference, Target};
use hyperslab::value::{Column, Number};

/// A buffer of a batch.
pub enum Buffer {
    /// Bytes: numbers, text, opaque elements.
    Bytes(Vec<u8>),
    /// Ends of strings and sequences.
    Ends(Vec<u32>),
}

impl Buffer {
    /// Where it is in memory, and its bytes.
    pub fn place(&self) -> [usize; 2] {
        match self {
            Buffer::Bytes(b) => [b.as_ptr() as usize, b.len()],
            Buffer::Ends(e) => [e.as_ptr() as usize, size_of_val(e.as_slice())],
        }
    }

    /// Appends the bytes to `out` on a boundary of eight, and says how many there are.
    fn append(&self, out: &mut Vec<u8>) -> usize {
        out.resize(out.len().next_multiple_of(8), 0);
        let start = out.len();
        match self {
            Buffer::Bytes(b) => out.extend_from_slice(b),
            Buffer::Ends(e) => e.iter().for_each(|n| out.extend_from_slice(&n.to_le_bytes())),
        }
        out.len() - start
    }
}

/// Writes how a type's elements arrive (`Plan` in crate/js/columns.ts).
pub fn plan(j: &mut Json, datatype: &Datatype, column: &Column) {
    match column {
        Column::Numbers { kind, .. } => j.string(code(*kind, datatype)),
        Column::Wide { size, signed, .. } => j.array(|j| {
            j.string("n");
            j.number(*size as u64);
            j.boolean(*signed);
        }),
        Column::Strings { .. } => j.string("s"),
        Column::Opaque { size, .. } => j.array(|j| {
            j.string("o");
            j.number(*size as u64);
        }),
        Column::Compound(columns) => j.array(|j| {
            j.string("c");
            j.array(|j| {
                for (member, (name, column)) in members(datatype, columns) {
                    j.array(|j| {
                        j.bytes(name);
                        plan(j, member, column);
                    });
                }
            });
        }),
        Column::Array { each, base } => j.array(|j| {
            j.string("a");
            j.number(*each as u64);
            plan(j, inner(datatype), base);
        }),
        Column::Vlen { base, .. } => j.array(|j| {
            j.string("v");
            plan(j, inner(datatype), base);
        }),
        Column::References(_) => j.string("r"),
    }
}

fn code(kind: Number, datatype: &Datatype) -> &'static str {
    match kind {
        // h5py's bool is an enumeration of signed bytes; as flags they are unsigned.
        Number::I8 if hyperslab::write::dtype::boolean() == *datatype => "u1",
        Number::I8 => "i1",
        Number::U8 => "u1",
        Number::I16 => "i2",
        Number::U16 => "u2",
        Number::I32 => "i4",
        Number::U32 => "u4",
        Number::I64 => "i8",
        Number::U64 => "u8",
        Number::F16 => "f2",
        Number::F32 => "f4",
        Number::F64 => "f8",
    }
}

fn inner(datatype: &Datatype) -> &Datatype {
    match &datatype.class {
        Class::Array { base, .. }
        | Class::VlenSequence { base }
        | Class::Enum { base, .. }
        | Class::Complex { base } => base,
        _ => datatype,
    }
}

/// Columns with the types of their members, by increasing offset.
fn members<'a>(
    datatype: &'a Datatype,
    columns: &'a [(Vec<u8>, Column)],
) -> impl Iterator<Item = (&'a Datatype, &'a (Vec<u8>, Column))> {
    let members = match &datatype.class {
        Class::Compound { members } => members.as_slice(),
        _ => &[],
    };
    let order = by_offset(members).into_iter();
    order.filter_map(move |i| Some((&members.get(i)?.datatype, columns.get(i)?)))
}

/// The buffers of a column, in the order of its plan.
pub fn buffers(datatype: &Datatype, column: Column, out: &mut Vec<Buffer>) {
    match column {
        Column::Numbers { bytes, .. } | Column::Wide { bytes, .. } | Column::Opaque { bytes, .. } => {
            out.push(Buffer::Bytes(bytes));
        }
        Column::Strings { bytes, ends } => strings(bytes, ends, out),
        Column::Compound(columns) => {
            let Class::Compound { members } = &datatype.class else { return };
            let mut columns: Vec<Option<Column>> = columns.into_iter().map(|(_, c)| Some(c)).collect();
            for i in by_offset(members) {
                if let Some(column) = columns.get_mut(i).and_then(Option::take) {
                    buffers(&members[i].datatype, column, out);
                }
            }
        }
        Column::Array { base, .. } => buffers(inner(datatype), *base, out),
        Column::Vlen { ends, base } => {
            out.push(Buffer::Ends(ends));
            buffers(inner(datatype), *base, out);
        }
        Column::References(all) => references(&all, out),
    }
}

/// Addresses, 0 for null ones; what is chosen of each object, and where that ends (`ReferenceColumn` in
/// crate/js/columns.ts).
fn references(all: &[Reference], out: &mut Vec<Buffer>) {
    let mut addresses = Vec::with_capacity(all.len() * 8);
    let (mut details, mut ends) = (Vec::new(), Vec::new());
    for Reference { address, target, file } in all {
        addresses.extend_from_slice(&number::to_f64(address.map_or(0, |a| a.0)).to_le_bytes());
        let (kind, chosen) = match target {
            Target::Object => (0, &[][..]),
            Target::Region(selection) => (1, selection.as_slice()),
            Target::Attribute(name) => (2, name.as_slice()),
        };
        let file = file.as_deref().unwrap_or_default();
        // Both lengths were two bytes in the file.
        details.push(kind);
        details.extend_from_slice(&u16::try_from(file.len()).unwrap_or(0).to_le_bytes());
        details.extend_from_slice(file);
        details.extend_from_slice(chosen);
        ends.push(u32::try_from(details.len()).unwrap_or(u32::MAX));
    }
    out.extend([Buffer::Bytes(addresses), Buffer::Bytes(details), Buffer::Ends(ends)]);
}

fn each_string(bytes: &[u8], ends: &[u32], mut each: impl FnMut(&[u8])) {
    let mut from = 0usize;
    for end in ends {
        let to = usize::try_from(*end).unwrap_or(bytes.len());
        each(bytes.get(from..to).unwrap_or(&[]));
        from = to;
    }
}

/// Text as valid UTF-8, where each string ends in it, and where each ends in UTF-16 (nothing if that is the same).
fn strings(bytes: Vec<u8>, ends: Vec<u32>, out: &mut Vec<Buffer>) {
    if bytes.is_ascii() {
        return out.extend([Buffer::Bytes(bytes), Buffer::Ends(ends), Buffer::Ends(Vec::new())]);
    }
    let mut text = String::with_capacity(bytes.len());
    let mut clean = Vec::with_capacity(ends.len());
    let mut utf16 = Vec::with_capacity(ends.len());
    let mut units = 0u32;
    each_string(&bytes, &ends, |piece| {
        // Each on its own: half a character at the end of one must not join the next.
        let piece = String::from_utf8_lossy(piece);
        units = piece.chars().fold(units, |n, c| n.saturating_add(if c.len_utf16() == 1 { 1 } else { 2 }));
        text.push_str(&piece);
        clean.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        utf16.push(units);
    });
    out.extend([Buffer::Bytes(text.into_bytes()), Buffer::Ends(clean), Buffer::Ends(utf16)]);
}

/// Puts a value into a payload and describes it (`ValueRecord` in crate/js/records.ts).
pub fn value(j: &mut Json, datatype: &Datatype, column: Column, payload: &mut Vec<u8>) {
    j.object(|j| {
        if let Column::Strings { bytes, ends } = &column {
            // Short text is best off in the description itself.
            return j.key("text").array(|j| each_string(bytes, ends, |text| j.bytes(text)));
        }
        plan(j.key("plan"), datatype, &column);
        let mut parts = Vec::new();
        buffers(datatype, column, &mut parts);
        j.key("at").array(|j| {
            j.number(payload.len().next_multiple_of(8) as u64);
            for part in &parts {
                j.number(part.append(payload) as u64);
            }
        });
    });
}
