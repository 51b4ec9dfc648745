//! What all imports share: the area to which a host function writes its result, and the memory for lists.
//!
//! The canonical ABI passes a resource as a number, its handle. A result that does not fit into one number is written
//! to the address in the last argument, beginning with its discriminant; 0 is `ok`.

use std::alloc::{alloc, handle_alloc_error, realloc, Layout};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

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
        Vec::from_raw_parts(self.word(at) as usize as *mut Element, length, length)
    }
}

/// Where the next list of bytes goes, if not to memory of its own.
static TARGET: AtomicPtr<u8> = AtomicPtr::new(null_mut());
static TARGET_LENGTH: AtomicUsize = AtomicUsize::new(0);

/// Has the list of bytes that `call` returns written to `target`, so that nothing is allocated or copied twice.
pub fn into_target<Result>(target: &mut [u8], call: impl FnOnce() -> Result) -> Result {
    TARGET_LENGTH.store(target.len(), Relaxed);
    TARGET.store(target.as_mut_ptr(), Relaxed);
    let result = call();
    TARGET.store(null_mut(), Relaxed);
    result
}

/// The host calls this for memory for a list that it returns.
///
/// # Safety
/// `old` is null, or has come from here with `old_size` and `alignment`, which is a power of two.
#[no_mangle]
pub unsafe extern "C" fn cabi_realloc(
    old: *mut u8,
    old_size: usize,
    alignment: usize,
    size: usize,
) -> *mut u8 {
    if size == 0 {
        return alignment as *mut u8;
    }
    let target = TARGET.load(Relaxed);
    if !target.is_null() && alignment == 1 && size <= TARGET_LENGTH.load(Relaxed) {
        return target;
    }
    let layout = Layout::from_size_align_unchecked(size, alignment);
    let memory = if old_size == 0 {
        alloc(layout)
    } else {
        realloc(old, Layout::from_size_align_unchecked(old_size, alignment), size)
    };
    if memory.is_null() {
        handle_alloc_error(layout);
    }
    memory
}
