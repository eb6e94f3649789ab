//! Header messages (04-messages): one file per message.

mod dataspace;
mod fill_value;
mod filter_pipeline;
mod layout;

pub use dataspace::{Dataspace, Extent};
pub use fill_value::{AllocTime, FillStatus, FillTime, FillValue};
pub use filter_pipeline::{Filter, FilterPipeline};
pub use layout::{ChunkIndex, Layout};
