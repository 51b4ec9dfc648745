/**
 * Random numbers from the QTSM. The engine's own Math.random returns the same numbers in every instance, because its
 * state is part of the built engine.
 */

/** Installs Math.random and crypto.getRandomValues, which use `bytes(length)`. */
export function installRandom(bytes) {
  const pool = { bytes: new Uint8Array(0), at: 0 }
  const take = (length) => {
    if (pool.at + length > pool.bytes.length) {
      pool.bytes = bytes(256)
      pool.at = 0
    }
    pool.at += length
    return pool.bytes.subarray(pool.at - length, pool.at)
  }
  Math.random = () => {
    const view = take(8)
    const high = ((view[0] << 16) | (view[1] << 8) | view[2]) >>> 0
    const low = ((view[3] << 24) | (view[4] << 16) | (view[5] << 8) | view[6]) >>> 0
    return ((high & 0x1fffff) * 0x100000000 + low) / 0x20000000000000
  }
  globalThis.crypto = {
    getRandomValues(array) {
      const target = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
      if (target.length > 65536) throw new RangeError('at most 65536 random bytes at once')
      for (let at = 0; at < target.length; at += 256) target.set(take(Math.min(256, target.length - at)), at)
      return array
    },
  }
}
