//! The vsock with the API of the crate `vsock`: an enclave listens on ports and connects to its parent instance, which
//! is CID 3 ([`PARENT_CID`]), and to nothing else.
//!
//! Errors are those of the standard library with the kinds that a program sees on Linux; their numbers are WASI's.
//! What differs from the crate for Linux: there are no file descriptors (`AsRawFd` and the like), so the system's
//! `poll` is [`poll`] here, with [`VsockStream::readable`] and its like.

mod address;
mod failure;
mod imports;
mod listener;
mod poll;
mod socket;
mod stream;

pub use address::{
    get_local_cid, SockAddr, SockaddrLike, VsockAddr, PARENT_CID, VMADDR_CID_ANY, VMADDR_CID_HOST,
    VMADDR_CID_HYPERVISOR, VMADDR_CID_LOCAL, VMADDR_PORT_ANY,
};
pub use listener::{Incoming, VsockListener};
pub use poll::{poll, Interest, MAX_INTERESTS};
pub use stream::VsockStream;
