//! Why a call of the KMS has failed.

use super::imports::KmsError;
use std::ffi::CStr;
use std::fmt;
use std::os::raw::c_char;

/// Why a call of the KMS has failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// As in webclave's SDK for TypeScript: E_KMS_OPTIONS, E_KMS_BUFFER, E_KMS_CONNECTION, E_KMS_ANSWER, E_KMS_IDENTITY,
    /// E_KMS_REFUSED, E_CMS, E_CMS_DECRYPT, E_QTSM, E_MEMORY.
    pub code: String,
    /// The HTTP status of the KMS's answer, or 0.
    pub http_status: u32,
    /// The KMS's own error code, such as `AccessDeniedException` or `KMS.0308`; empty if there is none.
    pub reason: String,
    /// What happened, of the KMS if it refused.
    pub message: String,
}

impl Error {
    /// An argument that the library is not called with.
    pub(super) fn of_options(message: &str) -> Error {
        Error { code: "E_KMS_OPTIONS".into(), http_status: 0, reason: String::new(), message: message.into() }
    }

    /// A copy of the library's.
    ///
    /// # Safety
    /// Its texts end with NUL.
    pub(super) unsafe fn copied(error: &KmsError) -> Error {
        Error {
            code: text(error.code),
            http_status: error.http_status,
            reason: text(error.reason.as_ptr()),
            message: text(error.message.as_ptr()),
        }
    }
}

unsafe fn text(at: *const c_char) -> String {
    CStr::from_ptr(at).to_string_lossy().into_owned()
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}
