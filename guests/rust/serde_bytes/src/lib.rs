//! `serde_bytes::ByteBuf`, the type of the byte strings in the NSM's API, without serde. It is for programs that only
//! make values of it; one that serializes them needs the real crate, and `ByteBuf::from(theirs.into_vec())`.

pub use webclave::nsm::ByteBuf;
