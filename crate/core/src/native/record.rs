//! Structs as compounds.

/// Declares a struct whose values are elements of a compound type: it can be read and written like a number.
///
/// Members are found by their names when it is read; those that the struct does not have are left out.
///
/// ```
/// hyperslab::record! {
///     #[derive(Clone, Debug, PartialEq)]
///     pub struct Star {
///         pub name: String,
///         pub magnitude: f32,
///     }
/// }
///
/// let file = hyperslab::File::in_memory()?;
/// let stars = [Star { name: "Vega".into(), magnitude: 0.03 }];
/// let dataset = file.create_dataset("stars").write(&stars)?;
/// assert_eq!(dataset.read::<Star>()?, stars);
/// # hyperslab::Result::Ok(())
/// ```
#[macro_export]
macro_rules! record {
    ($(#[$about:meta])* $vis:vis struct $name:ident {
        $($(#[$about_member:meta])* $member_vis:vis $member:ident: $type:ty),+ $(,)?
    }) => {
        $(#[$about])* $vis struct $name { $($(#[$about_member])* $member_vis $member: $type),+ }

        impl $crate::FromColumn for $name {
            fn extend(column: &$crate::Column, into: &mut Vec<Self>) -> $crate::Result<()> {
                let columns = $crate::Columns::from_column(column.clone())?;
                $(let mut $member = columns.get::<$type>(stringify!($member))?.into_iter();)+
                // Members of one column have as many values.
                while let ($(Some($member),)+) = ($($member.next(),)+) {
                    into.push($name { $($member),+ });
                }
                Ok(())
            }
        }

        impl $crate::ToColumn for $name {
            fn datatype() -> $crate::Datatype {
                let members = [$((
                    stringify!($member).as_bytes().to_vec(),
                    <$type as $crate::ToColumn>::datatype(),
                )),+];
                $crate::Datatype::compound(members)
            }

            fn column(values: &[Self]) -> $crate::Result<$crate::Column> {
                Ok($crate::Column::Compound(vec![$((
                    stringify!($member).as_bytes().to_vec(),
                    <$type as $crate::ToColumn>::column(
                        &values.iter().map(|v| v.$member.clone()).collect::<Vec<$type>>(),
                    )?,
                )),+]))
            }
        }
    };
}
