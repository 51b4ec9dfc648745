//! Calls of a KMS behind a vsock port of the parent instance. Secrets come in an envelope that only this enclave can
//! open: each call sends a new attestation document with the enclave's RSA key. It is the C library's (`qtsm_kms.h`).
//!
//! There is no TLS between enclave and parent, and the parent could answer itself. So the KMS signs its answers, and the
//! image pins the KMS's key: [`KmsClient::identity`], or KMS_IDENTITY in the image's environment. Without one, calls
//! fail.

mod failure;
mod imports;

pub use crate::crypto::Secret;
pub use failure::Error;

use imports::{DataKeyBuffers, KeyId, PlainCipher, Random, SigParams, SigStr};
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::raw::{c_uint, c_ulong};

const PARENT_CID: u32 = 3;
const DEFAULT_PORT: u32 = 8000;
const KEY_ID_MAX: usize = 2048;
const PLAINTEXT_MAX: usize = 4096;
const CIPHERTEXT_MAX: usize = 16384;

/// The API that the KMS is called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Huawei's KMS v1.0, signed with SDK-HMAC-SHA256.
    Huawei = 0,
    /// AWS's TrentService JSON, signed with Signature Version 4.
    Aws = 1,
}

/// An access key, which alone is not sufficient to decrypt anything.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The access key's id.
    pub access_key_id: &'a [u8],
    /// The access key itself.
    pub secret_access_key: &'a [u8],
}

/// A new data key.
#[derive(Debug)]
pub struct DataKey {
    /// The id of the KMS's key that it is encrypted under.
    pub key_id: String,
    /// The key.
    pub plaintext: Secret,
    /// What [`KmsClient::decrypt_data_key`] decrypts.
    pub ciphertext: Vec<u8>,
}

/// A client of a KMS. Ciphertexts are bytes in both dialects.
pub struct KmsClient {
    params: Box<SigParams>,
    /// What the parameters point to.
    texts: Vec<Secret>,
    port: u32,
}

impl KmsClient {
    /// A client with an access key of the caller.
    pub fn new(dialect: Dialect, credentials: Credentials<'_>) -> Self {
        let mut params = Box::new(MaybeUninit::<SigParams>::uninit());
        let params = unsafe {
            imports::sig_params_init(params.as_mut_ptr());
            Box::from_raw(Box::into_raw(params).cast::<SigParams>())
        };
        let mut client = KmsClient { params, texts: Vec::new(), port: DEFAULT_PORT };
        client.params.dialect = dialect as c_uint;
        client.params.binary_ciphertexts = true;
        client.params.key = client.keep(credentials.access_key_id);
        client.params.secret = client.keep(credentials.secret_access_key);
        client
    }

    /// Pins the KMS by what `qt kms identity` prints; by default KMS_IDENTITY of the environment.
    #[must_use]
    pub fn identity(mut self, identity: &str) -> Self {
        self.params.identity = self.keep(identity.as_bytes());
        self
    }

    /// The region in AWS's signatures; by default `local-1`.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        self.params.region = self.keep(region.as_bytes());
        self
    }

    /// The project in the paths of Huawei's API; by default `0`.
    #[must_use]
    pub fn project(mut self, project: &str) -> Self {
        self.params.project_id = self.keep(project.as_bytes());
        self
    }

    /// The vsock port of the KMS at the parent instance; by default 8000.
    #[must_use]
    pub fn port(mut self, port: u32) -> Self {
        self.port = port;
        self
    }

    /// Adds a name and a value to which ciphertexts are bound.
    ///
    /// # Errors
    /// E_KMS_OPTIONS for a text with a zero byte.
    pub fn context(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let no_zero = |_| Error::of_options("the encryption context has a zero byte");
        let name = CString::new(name).map_err(no_zero)?;
        let value = CString::new(value).map_err(no_zero)?;
        let context = &mut self.params.encryption_context;
        if unsafe { imports::sig_headers_add(context, name.as_ptr(), value.as_ptr()) }.is_null() {
            return Err(Error::of_options("there is no memory for the encryption context"));
        }
        Ok(self)
    }

    /// Decrypts a ciphertext of the key `key_id`, or of any key.
    ///
    /// # Errors
    /// E_KMS_REFUSED and the others of [`Error::code`].
    pub fn decrypt(&mut self, key_id: Option<&str>, ciphertext: &[u8]) -> Result<Secret, Error> {
        let (handle, port) = (key(key_id), self.port);
        self.opened(ciphertext, |params, data| unsafe {
            imports::kms_decrypt_data_blocking_with_proxy(params, &handle, data, PARENT_CID, port)
        })
    }

    /// Decrypts the ciphertext of a data key of `bits`.
    ///
    /// # Errors
    /// E_KMS_REFUSED and the others of [`Error::code`].
    pub fn decrypt_data_key(
        &mut self,
        key_id: Option<&str>,
        bits: u32,
        ciphertext: &[u8],
    ) -> Result<Secret, Error> {
        let (handle, port) = (key(key_id), self.port);
        self.opened(ciphertext, |params, data| unsafe {
            imports::kms_decrypt_datakey_blocking_with_proxy(params, &handle, bits, data, PARENT_CID, port)
        })
    }

    /// A new data key of `bits`, a multiple of 8 and at most 8,192, under the key `key_id`.
    ///
    /// # Errors
    /// E_KMS_REFUSED and the others of [`Error::code`].
    pub fn generate_data_key(&mut self, key_id: &str, bits: u32) -> Result<DataKey, Error> {
        let handle = key(Some(key_id));
        let mut plain = Secret::zeroed(PLAINTEXT_MAX);
        let (mut id, mut cipher) = (vec![0; KEY_ID_MAX], vec![0; CIPHERTEXT_MAX]);
        let [mut id_len, mut plain_len, mut cipher_len] =
            [id.len(), plain.len(), cipher.len()].map(|length| length as c_uint);
        let mut made = DataKeyBuffers {
            key_id: id.as_mut_ptr(),
            key_id_len: &mut id_len,
            plain_key: plain.as_mut_ptr(),
            plain_key_len: &mut plain_len,
            cipher_key: cipher.as_mut_ptr(),
            cipher_key_len: &mut cipher_len,
        };
        let port = self.port;
        self.checked(|params| unsafe {
            imports::kms_generate_datakey_blocking_with_proxy(
                params, &handle, bits, &mut made, PARENT_CID, port,
            )
        })?;
        id.truncate(id_len as usize);
        cipher.truncate(cipher_len as usize);
        Ok(DataKey {
            key_id: String::from_utf8_lossy(&id).into_owned(),
            plaintext: plain.cut(plain_len as usize),
            ciphertext: cipher,
        })
    }

    /// 1 to 1,024 random bytes of the KMS.
    ///
    /// # Errors
    /// E_KMS_OPTIONS for another length, and the others of [`Error::code`].
    pub fn random(&mut self, length: u32) -> Result<Secret, Error> {
        let mut bytes = Secret::zeroed(PLAINTEXT_MAX);
        let mut got = bytes.len() as c_uint;
        let mut random = Random { random: bytes.as_mut_ptr(), random_len: &mut got };
        let port = self.port;
        self.checked(|params| unsafe {
            imports::kms_gen_random_blocking_with_proxy(params, length, &mut random, PARENT_CID, port)
        })?;
        Ok(bytes.cut(got as usize))
    }

    fn opened(
        &mut self,
        ciphertext: &[u8],
        call: impl FnOnce(*mut SigParams, *mut PlainCipher) -> c_ulong,
    ) -> Result<Secret, Error> {
        let mut plain = Secret::zeroed(PLAINTEXT_MAX);
        let mut length = plain.len() as c_uint;
        let mut data = PlainCipher {
            data_in: ciphertext.as_ptr(),
            data_in_len: ciphertext.len() as c_uint,
            data_out: plain.as_mut_ptr(),
            data_out_len: &mut length,
        };
        self.checked(|params| call(params, &mut data))?;
        Ok(plain.cut(length as usize))
    }

    fn checked(&mut self, call: impl FnOnce(*mut SigParams) -> c_ulong) -> Result<(), Error> {
        if call(&mut *self.params) == 0 {
            return Ok(());
        }
        Err(unsafe { Error::copied(&*imports::kms_last_error(&*self.params)) })
    }

    /// A copy of a text, for as long as the client lives.
    fn keep(&mut self, bytes: &[u8]) -> SigStr {
        let text = Secret::copied(bytes);
        let kept = SigStr { data: text.as_ptr(), len: text.len() };
        self.texts.push(text);
        kept
    }
}

impl Drop for KmsClient {
    fn drop(&mut self) {
        unsafe { imports::sig_params_free(&mut *self.params) }
    }
}

fn key(id: Option<&str>) -> KeyId {
    let id = id.unwrap_or("");
    KeyId { key_id: id.as_ptr(), len: id.len() }
}
