//! The memory for lists that the host returns.

use std::alloc::{alloc, handle_alloc_error, realloc, Layout};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

/// The list at `elements`.
///
/// # Safety
/// It was made by [`cabi_realloc`] for at least one `Element`, and is taken once.
pub unsafe fn take<Element: Copy>(elements: *mut Element, length: usize) -> Vec<Element> {
    Vec::from_raw_parts(elements, length, length)
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
