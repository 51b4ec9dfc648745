//! The type that the NSM's API has for byte strings, as the crate `serde_bytes` has it.

use std::borrow::{Borrow, BorrowMut};
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A `Vec<u8>`. It has what programs use of the type of the same name of the crate `serde_bytes`, but for serde.
#[derive(Clone, Default, Eq, Ord, Hash)]
pub struct ByteBuf(Vec<u8>);

impl ByteBuf {
    /// An empty one.
    pub fn new() -> Self {
        ByteBuf(Vec::new())
    }

    /// An empty one that has room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        ByteBuf(Vec::with_capacity(capacity))
    }

    /// A copy of what `bytes` gives, or the vector itself.
    pub fn from<Bytes: Into<Vec<u8>>>(bytes: Bytes) -> Self {
        ByteBuf(bytes.into())
    }

    /// The vector.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    /// The bytes, without room for more.
    pub fn into_boxed_slice(self) -> Box<[u8]> {
        self.0.into_boxed_slice()
    }
}

impl fmt::Debug for ByteBuf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<Other: ?Sized + AsRef<[u8]>> PartialEq<Other> for ByteBuf {
    fn eq(&self, other: &Other) -> bool {
        self.0 == other.as_ref()
    }
}

impl<Other: ?Sized + AsRef<[u8]>> PartialOrd<Other> for ByteBuf {
    fn partial_cmp(&self, other: &Other) -> Option<Ordering> {
        self.0[..].partial_cmp(other.as_ref())
    }
}

impl<'a> IntoIterator for &'a ByteBuf {
    type Item = &'a u8;
    type IntoIter = std::slice::Iter<'a, u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a mut ByteBuf {
    type Item = &'a mut u8;
    type IntoIter = std::slice::IterMut<'a, u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

impl From<Vec<u8>> for ByteBuf {
    fn from(bytes: Vec<u8>) -> Self {
        ByteBuf(bytes)
    }
}

impl From<ByteBuf> for Vec<u8> {
    fn from(bytes: ByteBuf) -> Self {
        bytes.0
    }
}

impl Deref for ByteBuf {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for ByteBuf {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl AsRef<[u8]> for ByteBuf {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl AsMut<[u8]> for ByteBuf {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Borrow<[u8]> for ByteBuf {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl BorrowMut<[u8]> for ByteBuf {
    fn borrow_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl IntoIterator for ByteBuf {
    type Item = u8;
    type IntoIter = std::vec::IntoIter<u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
