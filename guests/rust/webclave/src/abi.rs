//! What all imports share: the area to which a host function writes its result.
//!
//! The canonical ABI passes a resource as a number, its handle. A result that does not fit into one number is written
//! to the address in the last argument, beginning with its discriminant; 0 is `ok`.

use crate::lists;

/// The area for a result: large and aligned enough for every function of the world.
#[repr(C, align(8))]
pub struct Area([u8; 48]);

impl Area {
    /// The area as `call` fills it.
    pub fn filled(call: impl FnOnce(*mut Area)) -> Area {
        let mut area = Area([0; 48]);
        call(&mut area);
        area
    }

    /// Whether the result is an error.
    pub fn failed(&self) -> bool {
        self.byte(0) != 0
    }

    pub fn byte(&self, at: usize) -> u8 {
        self.0[at]
    }

    pub fn half(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.0[at], self.0[at + 1]])
    }

    pub fn word(&self, at: usize) -> u32 {
        u32::from(self.half(at)) | u32::from(self.half(at + 2)) << 16
    }

    pub fn handle(&self, at: usize) -> i32 {
        self.word(at) as i32
    }

    /// The list whose address and length are at `at`.
    ///
    /// # Safety
    /// The host has made the list with `cabi_realloc`, its elements are `Element`s, and it is taken once.
    pub unsafe fn list<Element: Copy>(&self, at: usize) -> Vec<Element> {
        let length = self.word(at + 4) as usize;
        if length == 0 {
            return Vec::new();
        }
        lists::take(self.word(at) as usize as *mut Element, length)
    }
}
