//! Datatype message 0x0003 (05-datatypes): what one element is.

mod adapt;
mod decode;
mod encode;
mod version;

/// Byte order of an atomic type. One-byte types are `Little`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
    /// Little-endian 16-bit words, most significant word first (floats only).
    Vax,
}

/// How the leading mantissa bit of a float is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Normalization {
    /// Stored, and may be zero.
    None,
    /// Stored, and always set.
    MsbSet,
    /// Not stored.
    Implied,
}

/// How a string fills its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StringPadding {
    /// Ends at the first NUL.
    NullTerminated,
    /// Padded with NULs, may fill all bytes.
    NullPadded,
    /// Padded with spaces, as Fortran does.
    SpacePadded,
}

/// Character set of a string or name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CharacterSet {
    /// ASCII; old files keep Latin-1 or UTF-8 bytes under this flag.
    Ascii,
    /// UTF-8.
    Utf8,
}

/// Field positions of a floating-point type, in bits from the least significant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FloatLayout {
    /// First bit used.
    pub offset: u16,
    /// Bits used.
    pub precision: u16,
    /// Position of the sign bit.
    pub sign: u8,
    /// Position of the exponent.
    pub exponent_position: u8,
    /// Bits of the exponent.
    pub exponent_size: u8,
    /// Position of the mantissa.
    pub mantissa_position: u8,
    /// Bits of the mantissa.
    pub mantissa_size: u8,
    /// Added to the exponent.
    pub bias: u32,
    /// Leading mantissa bit.
    pub normalization: Normalization,
}

impl FloatLayout {
    const fn ieee(precision: u16, exponent_size: u8, mantissa_size: u8, bias: u32) -> Self {
        FloatLayout {
            offset: 0,
            precision,
            sign: exponent_size.saturating_add(mantissa_size),
            exponent_position: mantissa_size,
            exponent_size,
            mantissa_position: 0,
            mantissa_size,
            bias,
            normalization: Normalization::Implied,
        }
    }
    /// IEEE binary16.
    pub const F16: Self = Self::ieee(16, 5, 10, 15);
    /// IEEE binary32.
    pub const F32: Self = Self::ieee(32, 8, 23, 127);
    /// IEEE binary64.
    pub const F64: Self = Self::ieee(64, 11, 52, 1023);
}

/// One member of a compound type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Name, as stored (usually UTF-8).
    pub name: Vec<u8>,
    /// Byte offset in the element.
    pub offset: u32,
    /// Type of the member.
    pub datatype: Datatype,
}

/// Which reference a reference type holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// Address of an object header.
    Object,
    /// Heap id of a dataset region.
    Region,
    /// The HDF5 1.12 reference; what it points at is stored with each value.
    Standard,
}

/// Class and properties.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Class 0.
    Integer {
        /// Byte order.
        order: ByteOrder,
        /// Two's complement.
        signed: bool,
        /// First bit used.
        offset: u16,
        /// Bits used.
        precision: u16,
    },
    /// Class 1.
    Float {
        /// Byte order.
        order: ByteOrder,
        /// Field positions.
        layout: FloatLayout,
    },
    /// Class 2.
    Time {
        /// Byte order.
        order: ByteOrder,
        /// Bits used.
        precision: u16,
    },
    /// Class 3: a string of the type's size.
    String {
        /// Padding.
        padding: StringPadding,
        /// Character set.
        charset: CharacterSet,
    },
    /// Class 4.
    Bitfield {
        /// Byte order.
        order: ByteOrder,
        /// First bit used.
        offset: u16,
        /// Bits used.
        precision: u16,
    },
    /// Class 5.
    Opaque {
        /// What the bytes are, without padding.
        tag: Vec<u8>,
    },
    /// Class 6.
    Compound {
        /// In file order.
        members: Vec<Member>,
    },
    /// Class 7.
    Reference(ReferenceKind),
    /// Class 8.
    Enum {
        /// An integer type.
        base: Box<Datatype>,
        /// Name and value (in the base type's bytes), in file order.
        members: Vec<(Vec<u8>, Vec<u8>)>,
    },
    /// Class 9, a sequence.
    VlenSequence {
        /// Element type.
        base: Box<Datatype>,
    },
    /// Class 9, a string.
    VlenString {
        /// Padding.
        padding: StringPadding,
        /// Character set.
        charset: CharacterSet,
    },
    /// Class 10.
    Array {
        /// Extents.
        dims: Vec<u32>,
        /// Element type.
        base: Box<Datatype>,
    },
    /// Class 11.
    Complex {
        /// A float type.
        base: Box<Datatype>,
    },
}

/// A datatype as stored in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Datatype {
    /// Bytes of one element in the file, at least 1.
    pub size: u32,
    /// Class and properties.
    pub class: Class,
}

impl Datatype {
    /// As many bytes, of which nothing is known.
    pub fn opaque(&self) -> Self {
        Datatype { size: self.size, class: Class::Opaque { tag: Vec::new() } }
    }

    /// A little-endian integer of `size` bytes using all its bits.
    pub fn integer(size: u32, signed: bool) -> Self {
        let precision = u16::try_from(size.saturating_mul(8)).unwrap_or(u16::MAX);
        Datatype { size, class: Class::Integer { order: ByteOrder::Little, signed, offset: 0, precision } }
    }

    /// A little-endian IEEE float of 2, 4 or 8 bytes.
    pub fn float(size: u32) -> Option<Self> {
        let layout = match size {
            2 => FloatLayout::F16,
            4 => FloatLayout::F32,
            8 => FloatLayout::F64,
            _ => return None,
        };
        Some(Datatype { size, class: Class::Float { order: ByteOrder::Little, layout } })
    }

    /// Whether elements hold ids into the global heap (vlen anywhere inside, or references stored there).
    pub fn uses_heap(&self) -> bool {
        match &self.class {
            Class::VlenSequence { .. } | Class::VlenString { .. } => true,
            Class::Reference(kind) => *kind != ReferenceKind::Object,
            Class::Compound { members } => members.iter().any(|m| m.datatype.uses_heap()),
            Class::Array { base, .. } => base.uses_heap(),
            _ => false,
        }
    }

    /// Whether elements hold text or sequences of variable length anywhere inside.
    pub fn varies(&self) -> bool {
        match &self.class {
            Class::VlenSequence { .. } | Class::VlenString { .. } => true,
            Class::Compound { members } => members.iter().any(|m| m.datatype.varies()),
            Class::Array { base, .. } => base.varies(),
            _ => false,
        }
    }

    /// Whether elements hold addresses of objects anywhere inside.
    pub fn holds_references(&self) -> bool {
        match &self.class {
            Class::Reference(_) => true,
            Class::Compound { members } => members.iter().any(|m| m.datatype.holds_references()),
            Class::Array { base, .. } | Class::VlenSequence { base } => base.holds_references(),
            _ => false,
        }
    }
}
