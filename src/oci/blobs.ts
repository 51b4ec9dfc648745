/** Reads what a descriptor names, and checks its size and digest while it is read (OCI image-spec, descriptor.md). */
import { createHash } from 'node:crypto'
import { EnclaveError } from '../base/error.ts'
import { collect, StreamInput } from './input.ts'
import { malformed, shown, tooMuch } from './refusal.ts'
import type { Store } from './store.ts'

/** What names a blob. */
export interface Descriptor {
  readonly mediaType: string
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string
  readonly size: number
}

export const DIGEST: RegExp = /^sha256:[0-9a-f]{64}$/

/** Where an OCI layout has a blob. `digest` was checked: it cannot lead elsewhere. */
export const pathOf = ({ digest }: Pick<Descriptor, 'digest'>): string => `blobs/${digest.replace(':', '/')}`

/** A file of the store, which must have this size and digest if they are given. */
export async function* verified(
  store: Store,
  path: string,
  item: string,
  { size, digest }: { readonly size?: number | undefined; readonly digest?: string | undefined },
): AsyncGenerator<Uint8Array> {
  const there = await store.size(path)
  if (there === undefined) throw malformed(`${item} is missing`, shown(path), 'no such file in the image')
  if (size !== undefined && there !== size)
    throw mismatch(`${item} does not have the size that its descriptor says`, `${size} bytes`, `${there}`)
  yield* digesting(store.pieces(path), item, digest)
}

/** Passes `pieces` on. @throws {EnclaveError} E_OCI_DIGEST at their end, if their digest is another. */
export async function* digesting(
  pieces: AsyncGenerator<Uint8Array>,
  item: string,
  digest: string | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
  const got = `sha256:${hash.digest('hex')}`
  if (digest !== undefined && got !== digest) throw mismatch(`${item} has another digest`, digest, got)
}

/** A small file of the store, completely. */
export async function readWhole(
  store: Store,
  path: string,
  item: string,
  most: number,
  expected: { readonly size?: number | undefined; readonly digest?: string | undefined } = {},
): Promise<Uint8Array> {
  const size = await store.size(path)
  if (size !== undefined && size > most) throw tooMuch(`${item} is too large`, `${most} bytes`, size)
  return collect(new StreamInput(verified(store, path, item, expected)), Number.POSITIVE_INFINITY)
}

const mismatch = (what: string, expected: string, got: string) =>
  new EnclaveError('E_OCI_DIGEST', {
    what,
    expected,
    got,
    hint: 'the image is damaged or was changed: save it again',
  })
