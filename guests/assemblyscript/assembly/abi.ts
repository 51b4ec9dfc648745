/**
 * What all imports share: the area for results, and the memory for lists. A resource is a number (its handle). A result
 * that does not fit into one number is written to the address in the last argument, beginning with its discriminant.
 */

/** The area for results. */
export const area: usize = memory.data(40, 8)

/** Where the next returned list goes, and the end of the room for it. */
let next: usize = 0
let end: usize = 0

/** Sets the memory for the lists of the next call, whose caller knows their maximum length. */
export function setTarget(target: usize, length: usize): void {
  next = target
  end = target + length
}

/** Functions that return a list call this to get memory for it. More than was set traps. */
export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  const start = old && oldSize ? old : (next + alignment - 1) & ~(alignment - 1)
  if (start > end || size > end - start) unreachable()
  next = start + size
  return start
}
