//! Cryptography in constant time where it handles secrets, with keys, signatures and ciphertexts in the same form as in
//! webclave's SDK for TypeScript. It is the C library's (`webclave/crypto.h`); random bytes are the QTSM's.

use std::ffi::c_void;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// The length of a private key on P-256.
pub const P256_KEY_LENGTH: usize = 32;
/// The length of a public key on P-256: SubjectPublicKeyInfo in DER.
pub const P256_PUBLIC_LENGTH: usize = 91;
/// By how much a sealed text is longer: a nonce of 12 bytes before it, and a tag of 16 after it.
pub const AES_GCM_OVERHEAD: usize = 28;

const SIGNATURE_MAX: usize = 72;

extern "C" {
    fn webclave_wipe(at: *mut c_void, length: usize);
    fn webclave_sha256(data: *const u8, length: usize, digest: *mut u8);
    fn webclave_p256_generate(key: *mut u8) -> bool;
    fn webclave_p256_public(key: *const u8, spki: *mut u8) -> bool;
    fn webclave_p256_sign(key: *const u8, message: *const u8, length: usize, signature: *mut u8) -> usize;
    fn webclave_aes_gcm_seal(
        key: *const u8,
        key_length: usize,
        text: *const u8,
        length: usize,
        associated: *const u8,
        associated_length: usize,
        to: *mut u8,
    ) -> bool;
    fn webclave_aes_gcm_open(
        key: *const u8,
        key_length: usize,
        sealed: *const u8,
        length: usize,
        associated: *const u8,
        associated_length: usize,
        to: *mut u8,
    ) -> bool;
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// A key is invalid, or has a length that there is not.
    Input,
    /// The key, the associated data or the sealed text is another one.
    Decrypt,
    /// The QTSM has no random bytes.
    Random,
}

impl Error {
    /// The code, as in the SDK for TypeScript.
    pub fn code(self) -> &'static str {
        match self {
            Error::Input => "E_CRYPTO_INPUT",
            Error::Decrypt => "E_DECRYPT",
            Error::Random => "E_QTSM",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Error::Input => "the key is invalid",
            Error::Decrypt => "it cannot be decrypted: its tag is wrong",
            Error::Random => "there are no random bytes",
        })
    }
}

impl std::error::Error for Error {}

/// Bytes that are cleared when they are dropped. `Debug` does not show them.
pub struct Secret(Box<[u8]>);

impl Secret {
    /// `length` zero bytes, to be filled in place.
    pub fn zeroed(length: usize) -> Secret {
        Secret(vec![0; length].into_boxed_slice())
    }

    /// A copy; the original is not cleared.
    pub fn copied(bytes: &[u8]) -> Secret {
        Secret(bytes.into())
    }

    /// The first `length` bytes, of which no other copy remains.
    pub(crate) fn cut(&self, length: usize) -> Secret {
        Secret::copied(&self.0[..length])
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        unsafe { webclave_wipe(self.0.as_mut_ptr().cast(), self.0.len()) }
    }
}

impl Deref for Secret {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Secret {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({} bytes)", self.0.len())
    }
}

/// The SHA-256 of `data`.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    unsafe { webclave_sha256(data.as_ptr(), data.len(), digest.as_mut_ptr()) }
    digest
}

/// A new private key for ECDSA on P-256.
///
/// # Errors
/// [`Error::Random`].
pub fn p256_generate() -> Result<Secret, Error> {
    let mut key = Secret::zeroed(P256_KEY_LENGTH);
    let is_made = unsafe { webclave_p256_generate(key.as_mut_ptr()) };
    is_made.then(|| key).ok_or(Error::Random)
}

/// The public key of a private key.
///
/// # Errors
/// [`Error::Input`] if the private key is invalid.
pub fn p256_public(key: &[u8]) -> Result<[u8; P256_PUBLIC_LENGTH], Error> {
    let mut public = [0; P256_PUBLIC_LENGTH];
    let is_valid =
        key.len() == P256_KEY_LENGTH && unsafe { webclave_p256_public(key.as_ptr(), public.as_mut_ptr()) };
    is_valid.then(|| public).ok_or(Error::Input)
}

/// Signs a message: ECDSA with SHA-256, deterministic (RFC 6979), in DER.
///
/// # Errors
/// [`Error::Input`] if the private key is invalid.
pub fn p256_sign(key: &[u8], message: &[u8]) -> Result<Vec<u8>, Error> {
    let mut signature = vec![0; SIGNATURE_MAX];
    if key.len() != P256_KEY_LENGTH {
        return Err(Error::Input);
    }
    let (at, to) = (message.as_ptr(), signature.as_mut_ptr());
    let length = unsafe { webclave_p256_sign(key.as_ptr(), at, message.len(), to) };
    signature.truncate(length);
    Some(signature).filter(|bytes| !bytes.is_empty()).ok_or(Error::Input)
}

/// Seals `text` by AES-GCM under a random nonce. The key has 16, 24 or 32 bytes.
///
/// # Errors
/// [`Error::Input`] for another key length, [`Error::Random`].
pub fn aes_gcm_seal(key: &[u8], text: &[u8], associated: &[u8]) -> Result<Vec<u8>, Error> {
    check(key)?;
    let mut sealed = vec![0; text.len() + AES_GCM_OVERHEAD];
    let is_sealed = unsafe {
        webclave_aes_gcm_seal(
            key.as_ptr(),
            key.len(),
            text.as_ptr(),
            text.len(),
            associated.as_ptr(),
            associated.len(),
            sealed.as_mut_ptr(),
        )
    };
    is_sealed.then(|| sealed).ok_or(Error::Random)
}

/// Opens what [`aes_gcm_seal`] has sealed.
///
/// # Errors
/// [`Error::Input`] for a key length that there is not, [`Error::Decrypt`] if the key, the associated data or any bit
/// differs.
pub fn aes_gcm_open(key: &[u8], sealed: &[u8], associated: &[u8]) -> Result<Secret, Error> {
    check(key)?;
    let length = sealed.len().checked_sub(AES_GCM_OVERHEAD).ok_or(Error::Decrypt)?;
    let mut text = Secret::zeroed(length);
    let is_opened = unsafe {
        webclave_aes_gcm_open(
            key.as_ptr(),
            key.len(),
            sealed.as_ptr(),
            sealed.len(),
            associated.as_ptr(),
            associated.len(),
            text.as_mut_ptr(),
        )
    };
    is_opened.then(|| text).ok_or(Error::Decrypt)
}

fn check(key: &[u8]) -> Result<(), Error> {
    if matches!(key.len(), 16 | 24 | 32) {
        return Ok(());
    }
    Err(Error::Input)
}
