/** What a container image may cost its reader. All of it is somebody else's input. */

/** Limits of one image. */
export interface OciLimits {
  /** Bytes of one JSON document. */
  readonly document: number
  /** Entries of an archive that contains an image. */
  readonly members: number
  /** Layers of an image. */
  readonly layers: number
  /** Bytes of all layers, decompressed. They are read as a stream, and only what is taken is kept. */
  readonly unpacked: number
  /** How many times its compressed size a layer may have, beyond `small` bytes. */
  readonly ratio: number
  readonly small: number
  /** Entries of all layers. */
  readonly entries: number
  /** Bytes of a path, and how deep it may be. */
  readonly path: number
  readonly depth: number
  /** Steps of the paths and links that are followed: of one path, and of all of them. */
  readonly steps: number
  readonly allSteps: number
  /** Words of ENTRYPOINT and CMD, and the bytes of all of them. */
  readonly words: number
  readonly command: number
  /** Links that are written for the bundler, each of which costs it time. */
  readonly links: number
  /** Files that are taken, and their bytes. */
  readonly files: number
  readonly taken: number
}

const MIB = 1024 * 1024

export const OCI_LIMITS: OciLimits = {
  document: 4 * MIB,
  members: 10_000,
  layers: 256,
  unpacked: 4096 * MIB,
  ratio: 200,
  small: 64 * MIB,
  entries: 200_000,
  path: 1023,
  depth: 64,
  steps: 4096,
  allSteps: 5_000_000,
  words: 1024,
  command: 64 * 1024,
  links: 20_000,
  files: 16_000,
  taken: 256 * MIB,
}
