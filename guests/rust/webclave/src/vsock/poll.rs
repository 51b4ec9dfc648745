//! Waiting for several sockets at once. It is not part of the crate `vsock`, whose users call `poll` of the system.

use super::imports;
use crate::abi::Area;
use std::io::{Error, ErrorKind, Result};
use std::marker::PhantomData;
use std::time::Duration;

/// The most that [`poll`] can wait for.
pub const MAX_INTERESTS: usize = 4096;

/// Something to wait for. A socket that it is of cannot be dropped meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Interest<'a> {
    pollable: i32,
    socket: PhantomData<&'a ()>,
}

/// A handle that tells when something is ready.
#[derive(Debug)]
pub(super) struct Pollable(pub i32);

impl Pollable {
    pub fn interest(&self) -> Interest<'_> {
        Interest { pollable: self.0, socket: PhantomData }
    }

    /// Waits at most for `timeout`, if there is one; whether it is ready.
    pub fn wait(&self, timeout: Option<Duration>) -> bool {
        match timeout {
            None => unsafe { imports::block(self.0) },
            Some(timeout) => return ready(vec![self.0], Some(timeout)).contains(&0),
        }
        true
    }
}

impl Drop for Pollable {
    fn drop(&mut self) {
        unsafe { imports::drop_pollable(self.0) }
    }
}

/// Waits until at least one of `interests` is ready, or until `timeout` is over; the indexes of those that are ready,
/// ascending, and none after the timeout. A timeout of zero only looks.
///
/// ```no_run
/// use std::time::Duration;
/// use webclave::vsock::{poll, VsockListener, VMADDR_CID_ANY};
///
/// let listener = VsockListener::bind_with_cid_port(VMADDR_CID_ANY, 5000)?;
/// let ready = poll(&[listener.acceptable()], Some(Duration::from_secs(1)))?;
/// assert!(ready.is_empty() || ready == [0]);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// `InvalidInput` for no interests without a timeout, which would wait for ever, and for more than [`MAX_INTERESTS`].
pub fn poll(interests: &[Interest<'_>], timeout: Option<Duration>) -> Result<Vec<usize>> {
    if interests.len() > MAX_INTERESTS || (interests.is_empty() && timeout.is_none()) {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            format!("poll waits for 1 to {} sockets, not for {}", MAX_INTERESTS, interests.len()),
        ));
    }
    let handles = interests.iter().map(|interest| interest.pollable).collect();
    Ok(ready(handles, timeout))
}

/// The indexes of the ready ones of `handles`.
fn ready(mut handles: Vec<i32>, timeout: Option<Duration>) -> Vec<usize> {
    let count = handles.len();
    let timer = timeout.map(|timeout| {
        let nanoseconds = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
        Pollable(unsafe { imports::subscribe_duration(nanoseconds) })
    });
    handles.extend(timer.iter().map(|timer| timer.0));
    let area = Area::filled(|area| unsafe { imports::poll(handles.as_ptr(), handles.len(), area) });
    let indexes: Vec<u32> = unsafe { area.list(0) };
    indexes.into_iter().map(|index| index as usize).filter(|index| *index < count).collect()
}
