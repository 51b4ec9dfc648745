//! What an enclave of webclave has, for programs in Rust: the [`vsock`] to its parent instance, and its security module
//! by QingTian's calls ([`qtsm`]) and by the API of AWS's ([`nsm`]). The crate has no dependencies, and is for
//! `wasm32-wasip1` and its older name `wasm32-wasi`; a program for another target does not link with it.
//!
//! With the feature `c-library` it also has calls of a KMS (`kms`), cryptography (`crypto`), and services for the clients
//! of `serve` (`service`): Rust over the library for programs in C, `libwebclave.a`, which its build script links.
//!
//! The standard library works as far as WASI preview 1 has what it needs. In an enclave files can only be read, and
//! there are no threads, no processes and no network: `std::thread::Builder::spawn`, `std::net` and
//! `std::process::Command` return an error of the kind [`Unsupported`](std::io::ErrorKind::Unsupported).
//!
//! ```no_run
//! use std::io::{Read, Write};
//! use webclave::vsock::{VsockListener, VMADDR_CID_ANY};
//!
//! let listener = VsockListener::bind_with_cid_port(VMADDR_CID_ANY, 5000)?;
//! for stream in listener.incoming() {
//!     let mut stream = stream?;
//!     let mut text = String::new();
//!     stream.read_to_string(&mut text)?;
//!     stream.write_all(text.to_uppercase().as_bytes())?;
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

#![deny(missing_docs)]

mod abi;
#[cfg(feature = "c-library")]
pub mod crypto;
#[cfg(feature = "c-library")]
pub mod kms;
#[cfg_attr(feature = "c-library", path = "c_lists.rs")]
mod lists;
pub mod nsm;
pub mod qtsm;
#[cfg(feature = "c-library")]
pub mod service;
mod start;
pub mod vsock;
