//! The API of the crate `vsock` in an enclave of webclave, so that a program that is written for Linux compiles with
//! another path in its Cargo.toml. What it is and how it fails: [`webclave::vsock`].

pub use webclave::vsock::*;
