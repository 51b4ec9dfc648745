//! A port that accepts connections, with the API of the crate `vsock`.

use super::failure::{address_not_available, checked, would_block};
use super::poll::{Interest, Pollable};
use super::{get_local_cid, imports, SockaddrLike, VsockAddr, VsockStream, VMADDR_CID_ANY, VMADDR_PORT_ANY};
use crate::abi::Area;
use std::io::{Error, ErrorKind, Result};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Arc;

/// How many connections may wait to be accepted, as for the crate `vsock`.
const BACKLOG: u32 = 128;
/// The ports that are tried for [`VMADDR_PORT_ANY`]: more than can be listened on.
const ANY_PORTS: std::ops::Range<u32> = 1024..1536;

/// A port of this enclave that the parent instance can connect to. It is closed when its last clone is dropped.
#[derive(Debug)]
pub struct VsockListener {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    listener: i32,
    /// Dropped by hand, because it must go before the listener.
    waiting: ManuallyDrop<Pollable>,
    address: VsockAddr,
    nonblocking: AtomicBool,
}

impl VsockListener {
    /// Listens on an address, whose CID is [`VMADDR_CID_ANY`] or the enclave's own. The port [`VMADDR_PORT_ANY`] means
    /// a free one.
    ///
    /// # Errors
    /// `AddrInUse` if the port is listened on already, `AddrNotAvailable` for another CID. Of ports there is a limit.
    pub fn bind(addr: &impl SockaddrLike) -> Result<Self> {
        let addr = addr.to_vsock();
        if addr.cid() != VMADDR_CID_ANY && addr.cid() != get_local_cid()? {
            return Err(address_not_available());
        }
        if addr.port() != VMADDR_PORT_ANY {
            return Self::listen(addr);
        }
        let mut outcome = Err(address_not_available());
        for port in ANY_PORTS {
            outcome = Self::listen(VsockAddr::new(addr.cid(), port));
            if !matches!(&outcome, Err(error) if error.kind() == ErrorKind::AddrInUse) {
                break;
            }
        }
        outcome
    }

    /// Listens on `port`.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn bind_with_cid_port(cid: u32, port: u32) -> Result<Self> {
        Self::bind(&VsockAddr::new(cid, port))
    }

    fn listen(address: VsockAddr) -> Result<Self> {
        let call = |area| unsafe { imports::listen(address.port(), BACKLOG, area) };
        let listener = checked(Area::filled(call), 4)?.handle(4);
        let waiting = Pollable(unsafe { imports::subscribe_listener(listener) });
        let shared = Shared {
            listener,
            waiting: ManuallyDrop::new(waiting),
            address,
            nonblocking: AtomicBool::new(false),
        };
        Ok(VsockListener { shared: Arc::new(shared) })
    }

    /// The address that it is bound to.
    ///
    /// # Errors
    /// None.
    pub fn local_addr(&self) -> Result<VsockAddr> {
        Ok(self.shared.address)
    }

    /// Another handle of the same port, which shares its mode.
    ///
    /// # Errors
    /// None.
    pub fn try_clone(&self) -> Result<Self> {
        Ok(VsockListener { shared: Arc::clone(&self.shared) })
    }

    /// The connection that has waited longest, and its peer's address; waits for one. Connections that their peer has
    /// reset meanwhile are left out.
    ///
    /// # Errors
    /// `WouldBlock` in nonblocking mode if none waits. Of sockets there is a limit.
    pub fn accept(&self) -> Result<(VsockStream, VsockAddr)> {
        let Shared { listener, waiting, nonblocking, .. } = &*self.shared;
        loop {
            let area = Area::filled(|area| unsafe { imports::accept(*listener, area) });
            match checked(area, 4) {
                Ok(area) => {
                    if let Ok(stream) = VsockStream::of(area.handle(4)) {
                        let peer = stream.peer_addr()?;
                        return Ok((stream, peer));
                    }
                }
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                Err(_) if nonblocking.load(Relaxed) => return Err(would_block()),
                Err(_) => {
                    waiting.wait(None);
                }
            }
        }
    }

    /// The connections that are accepted, without end.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming { listener: self }
    }

    /// A listener has no errors of its own.
    ///
    /// # Errors
    /// None.
    pub fn take_error(&self) -> Result<Option<Error>> {
        Ok(None)
    }

    /// Whether [`accept`](Self::accept) fails with `WouldBlock` instead of waiting.
    ///
    /// # Errors
    /// None.
    pub fn set_nonblocking(&self, nonblocking: bool) -> Result<()> {
        self.shared.nonblocking.store(nonblocking, Relaxed);
        Ok(())
    }

    /// For [`poll`](super::poll()): ready while a connection waits.
    pub fn acceptable(&self) -> Interest<'_> {
        self.shared.waiting.interest()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        unsafe {
            ManuallyDrop::drop(&mut self.waiting);
            imports::drop_listener(self.listener);
        }
    }
}

/// The connections of a [`VsockListener`].
#[derive(Debug)]
pub struct Incoming<'a> {
    listener: &'a VsockListener,
}

impl Iterator for Incoming<'_> {
    type Item = Result<VsockStream>;

    fn next(&mut self) -> Option<Result<VsockStream>> {
        Some(self.listener.accept().map(|(stream, _)| stream))
    }
}
