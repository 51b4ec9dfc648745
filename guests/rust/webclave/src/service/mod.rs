//! A service for the clients that `serve` in TypeScript has: `enclave.client()`, `ServiceClient`, a pool. It is the C
//! library's (`webclave/service.h`), which checks what arrives as a whole before a function sees it.
//!
//! ```no_run
//! use webclave::service::{Answer, Failure, Service, Value};
//!
//! fn count(calls: &mut u64, _request: Value<'_>) -> Result<Answer, Failure> {
//!     *calls += 1;
//!     Ok(Answer::Number(*calls))
//! }
//!
//! let error = Service::new().function("count", count).serve(5000, 0);
//! eprintln!("{}", error);
//! ```

mod imports;
mod values;

pub use values::{Answer, Value};

use imports::{Function, RawAnswer, RawValue};
use std::ffi::{c_void, CString};
use std::marker::PhantomData;
use std::mem::size_of;
use std::ptr::NonNull;
use std::{fmt, io};

/// Why a call fails. The caller gets both, at most 64 and 512 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A code, such as `E_ARGUMENT`.
    pub code: String,
    /// What happened.
    pub message: String,
}

impl Failure {
    /// A failure with copies.
    pub fn new(code: &str, message: &str) -> Failure {
        Failure { code: code.into(), message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Failure {}

impl From<crate::kms::Error> for Failure {
    fn from(error: crate::kms::Error) -> Failure {
        Failure { code: error.code, message: error.message }
    }
}

impl From<crate::crypto::Error> for Failure {
    fn from(error: crate::crypto::Error) -> Failure {
        Failure::new(error.code(), &error.to_string())
    }
}

impl From<crate::qtsm::Error> for Failure {
    fn from(error: crate::qtsm::Error) -> Failure {
        Failure::new("E_QTSM", &error.to_string())
    }
}

/// The functions of a service, which share a `State`.
pub struct Service<State> {
    names: Vec<CString>,
    handlers: Vec<imports::Handler>,
    state: PhantomData<fn(State)>,
}

impl<State> Service<State> {
    /// A service without functions.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Service { names: Vec::new(), handlers: Vec::new(), state: PhantomData }
    }

    /// Adds a function. It is a `fn`, or a closure that captures nothing, and must not panic: that ends the enclave.
    ///
    /// # Panics
    /// If the name has a zero byte.
    #[must_use]
    pub fn function<F>(mut self, name: &str, _function: F) -> Self
    where
        F: Fn(&mut State, Value<'_>) -> Result<Answer, Failure> + Copy + 'static,
    {
        #[allow(clippy::let_unit_value)]
        let () = Stateless::<F>::CHECKED;
        self.names.push(c_name(name));
        self.handlers.push(call::<State, F>);
        self
    }

    /// Serves at a vsock port, one call at a time, for up to 64 connections. Returns only if it cannot listen.
    pub fn serve(self, port: u32, state: State) -> io::Error {
        let mut state = state;
        let pairs = self.names.iter().zip(&self.handlers);
        let functions: Vec<Function> =
            pairs.map(|(name, handler)| Function { name: name.as_ptr(), handler: *handler }).collect();
        let context = (&mut state as *mut State).cast::<c_void>();
        unsafe { imports::webclave_serve(port, functions.as_ptr(), functions.len(), context) };
        io::Error::last_os_error()
    }
}

/// Not generic: a generic function that panics has the full path of this file in the module.
fn c_name(name: &str) -> CString {
    CString::new(name).expect("a name without a zero byte")
}

/// The C library gives a function nothing that is its own, so a function has nothing.
struct Stateless<F>(PhantomData<F>);

impl<F> Stateless<F> {
    const CHECKED: () = assert!(size_of::<F>() == 0, "a function of a service captures nothing");
}

/// Calls the only value of `F` that there can be. A panic cannot unwind into C: it aborts.
unsafe extern "C" fn call<State, F>(request: RawValue, answer: *mut RawAnswer, context: *mut c_void)
where
    F: Fn(&mut State, Value<'_>) -> Result<Answer, Failure> + Copy + 'static,
{
    let function = NonNull::<F>::dangling();
    let outcome = function.as_ref()(&mut *context.cast::<State>(), Value::of(request));
    match outcome {
        Ok(result) if result.write(answer) => {}
        Ok(_) => fail(answer, &Failure::new("E_SERVICE_VALUE", "the result cannot be sent")),
        Err(failure) => fail(answer, &failure),
    }
}

unsafe fn fail(answer: *mut RawAnswer, failure: &Failure) {
    let [code, message] = [&failure.code, &failure.message]
        .map(|text| CString::new(text.replace('\0', " ")).unwrap_or_default());
    imports::webclave_fail(answer, code.as_ptr(), message.as_ptr());
}
