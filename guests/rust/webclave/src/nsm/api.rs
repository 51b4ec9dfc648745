//! Requests to the NSM and its responses. The types derive no more than AWS's do, so that what compiles here compiles
//! there. They have no serde, and an [`AttestationDoc`] is not read from CBOR here.

use super::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};

/// Why a request failed. `as i32` is the NSM's number.
#[repr(C)]
#[derive(Debug)]
pub enum ErrorCode {
    /// No error.
    Success,
    /// An argument is invalid.
    InvalidArgument,
    /// There is no such PCR.
    InvalidIndex,
    /// The response does not belong to the request.
    InvalidResponse,
    /// The PCR is locked.
    ReadOnlyIndex,
    /// The request is not understood, or cannot be fulfilled.
    InvalidOperation,
    /// The response is larger than the buffer for it.
    BufferTooSmall,
    /// The request, or a part of it, is longer than its limit.
    InputTooLarge,
    /// The module failed, or the descriptor is none of the module.
    InternalError,
}

/// A request to the module.
#[derive(Debug)]
#[non_exhaustive]
pub enum Request {
    /// Reads a PCR.
    DescribePCR {
        /// Its index, 0 to 31.
        index: u16,
    },
    /// Extends a PCR by data.
    ExtendPCR {
        /// Its index, 16 to 31.
        index: u16,
        /// The data.
        data: Vec<u8>,
    },
    /// Locks a PCR for good.
    LockPCR {
        /// Its index.
        index: u16,
    },
    /// Locks the PCRs from 0 up to but not including `range`, also if some are locked already.
    LockPCRs {
        /// Their number, at most 32.
        range: u16,
    },
    /// Describes the module.
    DescribeNSM,
    /// Makes a signed attestation document.
    Attestation {
        /// Data to be signed.
        user_data: Option<ByteBuf>,
        /// A value of the verifier, which shows that the document is new.
        nonce: Option<ByteBuf>,
        /// A public key, at most 1024 bytes.
        public_key: Option<ByteBuf>,
    },
    /// Gets 256 random bytes.
    GetRandom,
}

/// The module's response to the request of the same name.
#[derive(Debug)]
#[non_exhaustive]
pub enum Response {
    /// A PCR.
    DescribePCR {
        /// Whether it is locked.
        lock: bool,
        /// Its value.
        data: Vec<u8>,
    },
    /// A PCR was extended.
    ExtendPCR {
        /// Its new value.
        data: Vec<u8>,
    },
    /// The PCR is locked.
    LockPCR,
    /// The PCRs are locked.
    LockPCRs,
    /// The description of the module.
    DescribeNSM {
        /// First part of its version.
        version_major: u16,
        /// Second part of its version.
        version_minor: u16,
        /// Third part of its version.
        version_patch: u16,
        /// Its name.
        module_id: String,
        /// The number of PCRs.
        max_pcrs: u16,
        /// The indexes of the locked PCRs.
        locked_pcrs: BTreeSet<u16>,
        /// The digest of the PCRs.
        digest: Digest,
    },
    /// An attestation document.
    Attestation {
        /// COSE_Sign1 over the document.
        document: Vec<u8>,
    },
    /// Random bytes.
    GetRandom {
        /// 256 bytes.
        random: Vec<u8>,
    },
    /// The request failed.
    Error(ErrorCode),
}

/// The digest of the PCRs.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq)]
pub enum Digest {
    /// SHA-256.
    SHA256,
    /// SHA-384.
    SHA384,
    /// SHA-512.
    SHA512,
}

/// The content of an attestation document.
#[derive(Debug, Clone, PartialEq)]
pub struct AttestationDoc {
    /// The module's name.
    pub module_id: String,
    /// The digest of the PCRs.
    pub digest: Digest,
    /// Milliseconds since 1970.
    pub timestamp: u64,
    /// The locked PCRs.
    pub pcrs: BTreeMap<usize, ByteBuf>,
    /// The certificate whose key has signed the document, in DER.
    pub certificate: ByteBuf,
    /// The certificates up to it, the root first.
    pub cabundle: Vec<ByteBuf>,
    /// The public key of the request.
    pub public_key: Option<ByteBuf>,
    /// The user data of the request.
    pub user_data: Option<ByteBuf>,
    /// The nonce of the request.
    pub nonce: Option<ByteBuf>,
}
