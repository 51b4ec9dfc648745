//! Exchanges requests and responses with the module. The descriptors are only numbers of this library; the program
//! need not be root, and `/dev/nsm` is not there.

use super::api::{Digest, ErrorCode, Request, Response};
use super::ByteBuf;
use crate::qtsm;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Descriptors begin after those of the standard streams.
const FIRST: i32 = 3;
/// A bit for each open descriptor.
static OPEN: AtomicU32 = AtomicU32::new(0);

/// The bit of `fd`, if it can be a descriptor.
fn bit(fd: i32) -> Option<u32> {
    1_u32.checked_shl(fd.checked_sub(FIRST)?.try_into().ok()?)
}

/// Opens the module: a descriptor of 0 or more, or -1 if 32 are open.
pub fn nsm_init() -> i32 {
    let open = OPEN.load(Relaxed);
    let free = open.trailing_ones();
    match 1_u32.checked_shl(free) {
        Some(bit) => {
            OPEN.store(open | bit, Relaxed);
            FIRST + free as i32
        }
        None => -1,
    }
}

/// Closes the descriptor; one that is not open is ignored.
pub fn nsm_exit(fd: i32) {
    if let Some(bit) = bit(fd) {
        OPEN.store(OPEN.load(Relaxed) & !bit, Relaxed);
    }
}

/// Sends `request` to the module; its response.
///
/// Every failure is a [`Response::Error`]: `InvalidIndex` of a PCR that does not exist, `ReadOnlyIndex` of a locked
/// one, `InputTooLarge` of a request or field beyond its limit, and, as AWS's library does, `InternalError` if `fd` is
/// not open.
pub fn nsm_process_request(fd: i32, request: Request) -> Response {
    // AWS's library measures a request before it uses the descriptor.
    if largest(&request) > qtsm::MAX_REQUEST {
        return Response::Error(ErrorCode::InputTooLarge);
    }
    if bit(fd).map_or(true, |bit| OPEN.load(Relaxed) & bit == 0) {
        return Response::Error(ErrorCode::InternalError);
    }
    perform(request).unwrap_or_else(|error| Response::Error(translated(error)))
}

/// The bytes that a request has at least.
fn largest(request: &Request) -> usize {
    let length = |field: &Option<ByteBuf>| field.as_ref().map_or(0, |bytes| bytes.len());
    match request {
        Request::ExtendPCR { data, .. } => data.len(),
        Request::Attestation { user_data, nonce, public_key } => {
            [user_data, nonce, public_key].into_iter().fold(0, |sum, field| length(field).saturating_add(sum))
        }
        _ => 0,
    }
}

fn perform(request: Request) -> Result<Response, qtsm::Error> {
    Ok(match request {
        Request::DescribePCR { index } => {
            let qtsm::Pcr { locked, value } = qtsm::describe_pcr(index)?;
            Response::DescribePCR { lock: locked, data: value }
        }
        Request::ExtendPCR { index, data } => Response::ExtendPCR { data: qtsm::extend_pcr(index, &data)? },
        Request::LockPCR { index } => {
            qtsm::lock_pcr(index)?;
            Response::LockPCR
        }
        Request::LockPCRs { range } => {
            lock_below(range)?;
            Response::LockPCRs
        }
        Request::DescribeNSM => describe()?,
        Request::Attestation { user_data, nonce, public_key } => {
            let [user_data, nonce, public_key] =
                [&user_data, &nonce, &public_key].map(|field| field.as_ref().map(|bytes| &bytes[..]));
            Response::Attestation { document: qtsm::get_attestation(user_data, nonce, public_key)? }
        }
        Request::GetRandom => Response::GetRandom { random: qtsm::get_random(qtsm::MAX_RANDOM)? },
    })
}

/// The QTSM locks a list of PCRs, and refuses one that is locked already; the NSM does not.
fn lock_below(range: u16) -> Result<(), qtsm::Error> {
    let description = qtsm::get_describe()?;
    if range > description.max_pcrs {
        return Err(qtsm::Error::InvalidIndex);
    }
    let is_unlocked = |index: &u16| !description.locked_pcrs.contains(index);
    let unlocked: Vec<u16> = (0..range).filter(is_unlocked).collect();
    if unlocked.is_empty() {
        return Ok(());
    }
    qtsm::lock_pcrs(&unlocked)
}

fn describe() -> Result<Response, qtsm::Error> {
    let description = qtsm::get_describe()?;
    let (version_major, version_minor, version_patch) = description.version;
    Ok(Response::DescribeNSM {
        version_major,
        version_minor,
        version_patch,
        module_id: description.module_id,
        max_pcrs: description.max_pcrs,
        locked_pcrs: description.locked_pcrs.into_iter().collect(),
        digest: match description.digest {
            qtsm::Digest::Sha256 => Digest::SHA256,
            qtsm::Digest::Sha384 => Digest::SHA384,
            qtsm::Digest::Sha512 => Digest::SHA512,
        },
    })
}

/// The same names have other numbers, and the NSM has no code for its own certificate.
fn translated(error: qtsm::Error) -> ErrorCode {
    match error {
        qtsm::Error::InvalidIndex => ErrorCode::InvalidIndex,
        qtsm::Error::InvalidResponse => ErrorCode::InvalidResponse,
        qtsm::Error::InvalidArgument => ErrorCode::InvalidArgument,
        qtsm::Error::ReadOnlyIndex => ErrorCode::ReadOnlyIndex,
        qtsm::Error::InvalidOperation => ErrorCode::InvalidOperation,
        qtsm::Error::BufferTooSmall => ErrorCode::BufferTooSmall,
        qtsm::Error::InputTooLarge => ErrorCode::InputTooLarge,
        qtsm::Error::InternalError | qtsm::Error::InvalidQtsmCert => ErrorCode::InternalError,
    }
}
