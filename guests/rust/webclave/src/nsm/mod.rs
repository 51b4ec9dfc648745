//! The Nitro Security Module by the API of AWS's crate `aws-nitro-enclaves-nsm-api`: requests and responses in [`api`],
//! and in [`driver`] the functions that exchange them. The module behind it is the enclave's QTSM, whose answers are
//! translated: names, codes and the meaning of `LockPCRs` are the NSM's.
//!
//! What is limited by the enclave's profile stays so: user data and nonce have at most 512 bytes in an enclave of
//! QingTian, and 1024 in one of Nitro.

pub mod api;
mod byte_buf;
pub mod driver;

pub use byte_buf::ByteBuf;
