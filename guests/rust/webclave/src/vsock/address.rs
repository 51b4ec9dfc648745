//! Addresses of vsock, and the numbers with a meaning of their own.

use super::imports;
use std::{fmt, io};

/// Any CID of this machine: what a listener is usually bound to.
pub const VMADDR_CID_ANY: u32 = u32::MAX;
/// The hypervisor. Nothing listens there.
pub const VMADDR_CID_HYPERVISOR: u32 = 0;
/// This machine itself. An enclave has no connections to itself.
pub const VMADDR_CID_LOCAL: u32 = 1;
/// The host of a virtual machine. The parent instance of an enclave is not this one, but [`PARENT_CID`].
pub const VMADDR_CID_HOST: u32 = 2;
/// Any free port.
pub const VMADDR_PORT_ANY: u32 = u32::MAX;
/// The parent instance: the only one that an enclave can connect to.
pub const PARENT_CID: u32 = 3;

/// A CID and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VsockAddr {
    cid: u32,
    port: u32,
}

impl VsockAddr {
    /// The address of `port` at `cid`.
    pub const fn new(cid: u32, port: u32) -> Self {
        VsockAddr { cid, port }
    }

    /// Its CID.
    pub const fn cid(&self) -> u32 {
        self.cid
    }

    /// Its port.
    pub const fn port(&self) -> u32 {
        self.port
    }
}

impl fmt::Display for VsockAddr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cid: {} port: {}", self.cid, self.port)
    }
}

/// An address as the releases of `vsock` before 0.3 take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SockAddr {
    /// Of vsock: there is no other.
    Vsock(VsockAddr),
}

impl SockAddr {
    /// The address of `port` at `cid`.
    pub const fn new_vsock(cid: u32, port: u32) -> Self {
        SockAddr::Vsock(VsockAddr::new(cid, port))
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::VsockAddr {}
    impl Sealed for super::SockAddr {}
}

/// What can be bound and connected to.
pub trait SockaddrLike: sealed::Sealed {
    #[doc(hidden)]
    fn to_vsock(&self) -> VsockAddr;
}

impl SockaddrLike for VsockAddr {
    fn to_vsock(&self) -> VsockAddr {
        *self
    }
}

impl SockaddrLike for SockAddr {
    fn to_vsock(&self) -> VsockAddr {
        let SockAddr::Vsock(address) = self;
        *address
    }
}

/// The CID of this enclave. It is a `Result` because it is one on Linux; it does not fail here.
///
/// # Errors
/// None.
pub fn get_local_cid() -> io::Result<u32> {
    Ok(unsafe { imports::local_cid() })
}
