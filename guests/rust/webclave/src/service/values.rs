//! Requests and results.

use super::imports::{self, RawAnswer, RawValue};
use std::ffi::CString;
use std::marker::PhantomData;
use std::ptr::null;
use std::slice::from_raw_parts;

/// A value of a request, which was checked as a whole.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    raw: RawValue,
    request: PhantomData<&'a [u8]>,
}

impl<'a> Value<'a> {
    /// # Safety
    /// The value is valid for `'a`.
    pub(super) unsafe fn of(raw: RawValue) -> Self {
        Value { raw, request: PhantomData }
    }

    /// The member `name` of an object; none of another value.
    pub fn member(self, name: &str) -> Option<Value<'a>> {
        let name = CString::new(name).ok()?;
        let mut raw = RawValue { at: null(), end: null() };
        let is_there = unsafe { imports::webclave_member(self.raw, name.as_ptr(), &mut raw) };
        is_there.then(|| Value { raw, request: PhantomData })
    }

    /// The bytes of a byte string.
    pub fn bytes(self) -> Option<&'a [u8]> {
        self.range(imports::webclave_bytes)
    }

    /// A text.
    pub fn text(self) -> Option<&'a str> {
        self.range(imports::webclave_text).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// A whole number. Clients in JavaScript send whole those from 0 to 2^53.
    pub fn number(self) -> Option<u64> {
        let mut number = 0;
        unsafe { imports::webclave_number(self.raw, &mut number) }.then(|| number)
    }

    fn range(
        self,
        read: unsafe extern "C" fn(RawValue, *mut *const u8, *mut usize) -> bool,
    ) -> Option<&'a [u8]> {
        let (mut at, mut length) = (null(), 0);
        if !unsafe { read(self.raw, &mut at, &mut length) } {
            return None;
        }
        Some(if length == 0 { &[] } else { unsafe { from_raw_parts(at, length) } })
    }
}

/// The result of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The caller gets undefined.
    Nothing,
    /// Members by their names.
    Object(Vec<(&'static str, Answer)>),
    /// Items.
    Array(Vec<Answer>),
    /// A text, which has no zero byte: the call fails otherwise.
    Text(String),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A whole number.
    Number(u64),
}

impl Answer {
    /// A byte string that is a copy.
    pub fn bytes(bytes: &[u8]) -> Answer {
        Answer::Bytes(bytes.into())
    }

    /// Whether all of it could be written.
    ///
    /// # Safety
    /// `to` is that of the current call.
    pub(super) unsafe fn write(&self, to: *mut RawAnswer) -> bool {
        match self {
            Answer::Nothing => {}
            Answer::Object(members) => {
                imports::webclave_put_object(to, members.len());
                return members.iter().all(|(name, value)| put_text(to, name) && value.write_member(to));
            }
            Answer::Array(items) => {
                imports::webclave_put_array(to, items.len());
                return items.iter().all(|item| item.write_member(to));
            }
            Answer::Text(text) => return put_text(to, text),
            Answer::Bytes(bytes) => imports::webclave_put_bytes(to, bytes.as_ptr(), bytes.len()),
            Answer::Number(number) => imports::webclave_put_number(to, *number),
        }
        true
    }

    /// Within another value there must be one.
    unsafe fn write_member(&self, to: *mut RawAnswer) -> bool {
        *self != Answer::Nothing && self.write(to)
    }
}

unsafe fn put_text(to: *mut RawAnswer, text: &str) -> bool {
    let text = match CString::new(text) {
        Ok(text) => text,
        Err(_) => return false,
    };
    imports::webclave_put_text(to, text.as_ptr());
    true
}
