//! The QingTian Security Module: the seven calls of the QTSM library (`qtsm_lib.h`), with its limits and error numbers.

use crate::abi::Area;
use std::fmt;

mod imports;

/// The largest request in bytes, so also a limit of what any argument can have.
pub const MAX_REQUEST: usize = 0x1000;
/// The number of PCRs.
pub const MAX_PCRS: u16 = 32;
/// The most random bytes of one call.
pub const MAX_RANDOM: u32 = 256;

/// An error of the module. `as u8` is the QTSM's number, which is not the NSM's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Error {
    /// There is no such PCR.
    InvalidIndex = 1,
    /// The response could not be made or read.
    InvalidResponse = 2,
    /// An argument is malformed or absent.
    InvalidArgument = 3,
    /// The PCR is locked.
    ReadOnlyIndex = 4,
    /// The request is not understood.
    InvalidOperation = 5,
    /// The response is larger than the buffer for it.
    BufferTooSmall = 6,
    /// An argument is longer than its limit.
    InputTooLarge = 7,
    /// The module failed.
    InternalError = 8,
    /// The module's own certificate is not valid.
    InvalidQtsmCert = 9,
}

impl Error {
    /// The error-code of the world, which counts from 0.
    fn from_world(code: u8) -> Error {
        use Error::*;
        const ALL: [Error; 9] = [
            InvalidIndex,
            InvalidResponse,
            InvalidArgument,
            ReadOnlyIndex,
            InvalidOperation,
            BufferTooSmall,
            InputTooLarge,
            InternalError,
            InvalidQtsmCert,
        ];
        ALL.get(usize::from(code)).copied().unwrap_or(InvalidResponse)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "qtsm: {:?} ({})", self, *self as u8)
    }
}

impl std::error::Error for Error {}

/// A platform configuration register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pcr {
    /// Whether it can no longer be extended.
    pub locked: bool,
    /// Its value, 48 bytes.
    pub value: Vec<u8>,
}

/// The digest of the PCRs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// What the module says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Major, minor and patch.
    pub version: (u16, u16, u16),
    /// The name of this module: the parent's instance id and the enclave's.
    pub module_id: String,
    /// The number of PCRs.
    pub max_pcrs: u16,
    /// The indexes of the locked PCRs, ascending.
    pub locked_pcrs: Vec<u16>,
    /// The digest of the PCRs.
    pub digest: Digest,
}

/// The result of a call whose error is at `at`.
fn checked(area: Area, at: usize) -> Result<Area, Error> {
    if area.failed() {
        return Err(Error::from_world(area.byte(at)));
    }
    Ok(area)
}

/// The PCR at `index`, 0 to 31.
///
/// # Errors
/// [`Error::InvalidIndex`].
pub fn describe_pcr(index: u16) -> Result<Pcr, Error> {
    let area = Area::filled(|area| unsafe { imports::describe_pcr(index.into(), area) });
    let area = checked(area, 4)?;
    Ok(Pcr { locked: area.byte(4) != 0, value: unsafe { area.list(8) } })
}

/// Replaces the PCR at `index`, 16 to 31, by SHA-384 of its value and `data`; its new value, 48 bytes.
///
/// # Errors
/// [`Error::InvalidIndex`], [`Error::ReadOnlyIndex`] if it is locked, [`Error::InputTooLarge`].
pub fn extend_pcr(index: u16, data: &[u8]) -> Result<Vec<u8>, Error> {
    limit(data)?;
    let area =
        Area::filled(|area| unsafe { imports::extend_pcr(index.into(), data.as_ptr(), data.len(), area) });
    Ok(unsafe { checked(area, 4)?.list(4) })
}

/// Locks the PCR at `index` for good.
///
/// # Errors
/// [`Error::InvalidIndex`], [`Error::ReadOnlyIndex`] if it is locked already.
pub fn lock_pcr(index: u16) -> Result<(), Error> {
    checked(Area::filled(|area| unsafe { imports::lock_pcr(index.into(), area) }), 1)?;
    Ok(())
}

/// Locks all PCRs of `indexes`, or none.
///
/// # Errors
/// [`Error::InvalidIndex`], [`Error::ReadOnlyIndex`] if one is locked already, [`Error::InputTooLarge`] for more
/// indexes than there are PCRs.
pub fn lock_pcrs(indexes: &[u16]) -> Result<(), Error> {
    if indexes.len() > usize::from(MAX_PCRS) {
        return Err(Error::InputTooLarge);
    }
    let call = |area| unsafe { imports::lock_pcrs(indexes.as_ptr(), indexes.len(), area) };
    checked(Area::filled(call), 1)?;
    Ok(())
}

/// What the module says of itself.
///
/// # Errors
/// [`Error::InternalError`], [`Error::InvalidResponse`].
pub fn get_describe() -> Result<Description, Error> {
    let area = checked(Area::filled(|area| unsafe { imports::get_describe(area) }), 4)?;
    // All lists are taken before anything can fail, so that none is lost.
    let (module_id, locked_pcrs) = unsafe { (area.list(12), area.list(24)) };
    Ok(Description {
        version: (area.half(4), area.half(6), area.half(8)),
        module_id: String::from_utf8(module_id).map_err(|_| Error::InvalidResponse)?,
        max_pcrs: area.half(20),
        locked_pcrs,
        digest: match area.byte(32) {
            0 => Digest::Sha256,
            1 => Digest::Sha384,
            _ => Digest::Sha512,
        },
    })
}

/// A signed attestation document (COSE_Sign1) with the locked PCRs and what is given.
///
/// # Errors
/// [`Error::InputTooLarge`] for more than 512 bytes of user data or nonce (1024 in an enclave of the profile `nitro`),
/// or more than 1024 bytes of public key.
pub fn get_attestation(
    user_data: Option<&[u8]>,
    nonce: Option<&[u8]>,
    public_key: Option<&[u8]>,
) -> Result<Vec<u8>, Error> {
    let given = [user_data, nonce, public_key];
    for bytes in given.into_iter().flatten() {
        limit(bytes)?;
    }
    let [user_data, nonce, public_key] = given.map(|field| {
        let bytes = field.unwrap_or(&[]);
        (u32::from(field.is_some()), bytes.as_ptr(), bytes.len())
    });
    let area = Area::filled(|area| unsafe {
        imports::get_attestation(
            user_data.0,
            user_data.1,
            user_data.2,
            nonce.0,
            nonce.1,
            nonce.2,
            public_key.0,
            public_key.1,
            public_key.2,
            area,
        )
    });
    Ok(unsafe { checked(area, 4)?.list(4) })
}

/// `length` random bytes of the module, 1 to [`MAX_RANDOM`].
///
/// # Errors
/// [`Error::InvalidArgument`] for 0, [`Error::InputTooLarge`] for more.
pub fn get_random(length: u32) -> Result<Vec<u8>, Error> {
    let area = Area::filled(|area| unsafe { imports::get_random(length, area) });
    Ok(unsafe { checked(area, 4)?.list(4) })
}

/// What cannot be in any request is refused before the host sees it.
fn limit(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() > MAX_REQUEST {
        return Err(Error::InputTooLarge);
    }
    Ok(())
}
