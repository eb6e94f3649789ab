//! Power cuts, devices that fail, and journals that nobody wrote: whatever happens, a file is what it was at its last flush or
//! at the one under way.

mod changes;
mod devices;
mod edits;
mod journals;
mod recording;
