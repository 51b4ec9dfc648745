//! The API of AWS's crate `aws-nitro-enclaves-nsm-api` in an enclave of webclave, so that a program that is written
//! for a Nitro enclave compiles with another path in its Cargo.toml. What it is and how it fails: [`webclave::nsm`].

pub use webclave::nsm::{api, driver};
