/** Where `part` begins in `bytes`, at `from` or later; -1 if it does not occur. An empty part occurs nowhere. */
export function indexOfBytes(bytes: Uint8Array, part: Uint8Array, from = 0): number {
  const [first] = part
  if (first === undefined) return -1
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let length = 1
    while (length < part.length && bytes[at + length] === part[length]) length += 1
    if (length === part.length) return at
  }
  return -1
}

/** How often `part` occurs in `bytes`. */
export function countIn(bytes: Uint8Array, part: Uint8Array): number {
  let count = 0
  for (let at = indexOfBytes(bytes, part); at >= 0; at = indexOfBytes(bytes, part, at + 1)) count += 1
  return count
}
