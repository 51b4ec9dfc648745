/**
 * The kernel's digest and the bytes of engine and crypto module that this release ships in `dist/`. Both modules are
 * checked against the digests in `artefacts.json`. That detects a damaged installation; the protection against an
 * attacker is PCR0.
 */
import { type Bytes, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { loadOnce } from '../../base/load-once.ts'

/** What an image refers to or contains besides the application. */
export interface Artefacts {
  readonly kernel: { readonly version: string; readonly sha384: string }
  readonly engine: Bytes
  readonly crypto: Bytes
}

interface ArtefactList {
  readonly kernel: { readonly version: string; readonly sha384: string }
  readonly engine: { readonly sha384: string }
  readonly crypto: { readonly sha384: string }
}

/**
 * The artefacts of this release, loaded once.
 *
 * @throws {EnclaveError} E_ARTEFACT if one is missing or damaged.
 * @example
 * const { kernel } = await shippedArtefacts()
 * kernel.sha384.length // 96
 */
export const shippedArtefacts: () => Promise<Artefacts> = loadOnce(async () => {
  const { ARTEFACTS } = await platform()
  return loadArtefacts(ARTEFACTS)
})

// Imported on demand, so that a bundle that only describes images does not need the files.
const platform = () => import('../../platform/artefacts.ts')

/** Loads the artefacts from the given URLs. @throws {EnclaveError} E_ARTEFACT */
export async function loadArtefacts(places: {
  readonly list: URL
  readonly engine: URL
  readonly crypto: URL
}): Promise<Artefacts> {
  const { readArtefact } = await platform()
  const reading = readArtefact(places.list).then(readList)
  const intact = async (part: 'engine' | 'crypto', name: string) => {
    const [list, bytes] = await Promise.all([reading, readArtefact(places[part])])
    const digest = toHex(new Uint8Array(await crypto.subtle.digest('SHA-384', bytes)))
    if (digest === list[part].sha384) return bytes
    throw new EnclaveError('E_ARTEFACT', {
      what: `the ${name} of this installation is damaged`,
      expected: `SHA-384 ${list[part].sha384}`,
      got: digest,
      hint: 'build or install webclave again',
    })
  }
  const [list, engine, cryptoModule] = await Promise.all([
    reading,
    intact('engine', 'JavaScript engine'),
    intact('crypto', 'crypto module'),
  ])
  return { kernel: list.kernel, engine, crypto: cryptoModule }
}

function readList(bytes: Bytes): ArtefactList {
  try {
    const list = JSON.parse(new TextDecoder().decode(bytes)) as Partial<ArtefactList>
    const texts = [list.kernel?.version, list.kernel?.sha384, list.engine?.sha384, list.crypto?.sha384]
    if (texts.every((text) => typeof text === 'string')) return list as ArtefactList
  } catch (cause) {
    throw damagedList(cause)
  }
  throw damagedList()
}

function damagedList(cause?: unknown): EnclaveError {
  return new EnclaveError('E_ARTEFACT', {
    what: 'artefacts.json of this installation is damaged',
    expected: 'JSON with the digests of kernel, engine and crypto module',
    hint: 'build or install webclave again',
    cause,
  })
}
