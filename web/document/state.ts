/** The document that is explained, and how it is judged. */
import { type Signal, signal } from '@preact/signals'
import {
  AWS_NITRO_ROOT,
  decodeDocumentText,
  guessProfile,
  HUAWEI_QINGTIAN_ROOT,
  type Verdict,
  verifyAttestation,
} from '../../src/attestation/index.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'
import type { ProfileName } from '../../src/base/profile.ts'
import { hostFailure, openHost } from '../host/open.ts'
import { type Node, structureOf } from './structure.ts'

/** The largest file that is read at all: a document in base64 with line breaks. */
const MAX_FILE = 1_048_576

/** Which root is trusted: that of this page's parent instance, of a cloud, or one that the reader gives. */
export type Root = 'page' | 'aws' | 'huawei' | 'own'

/** A document with its structure. */
export interface Explained {
  readonly bytes: Bytes
  readonly profile: ProfileName
  readonly root: Node
}

export const explained: Signal<Explained | undefined> = signal(undefined)
export const error: Signal<unknown> = signal(undefined)
export const verdict: Signal<Verdict | undefined> = signal(undefined)

/** How it is judged. */
export const judging: {
  readonly root: Signal<Root>
  readonly pem: Signal<string>
  /** Local time as an input has it; empty for the document's own time. */
  readonly at: Signal<string>
  readonly nonce: Signal<string>
  readonly pcr0: Signal<string>
} = {
  root: signal<Root>('page'),
  pem: signal(''),
  at: signal(''),
  nonce: signal(''),
  pcr0: signal(''),
}

/** Explains a dropped file. */
export async function explainFile(file: Blob): Promise<void> {
  await explain(async () => {
    if (file.size <= MAX_FILE) return decodeDocumentText(new Uint8Array(await file.arrayBuffer()))
    throw new EnclaveError('E_DOCUMENT_TEXT', {
      what: 'the file is too large for an attestation document',
      expected: `at most ${MAX_FILE} bytes`,
      got: `${file.size} bytes`,
    })
  })
}

/** Explains bytes, or a text in base64 or hexadecimal. */
export async function explainText(given: string | Uint8Array): Promise<void> {
  await explain(async () => decodeDocumentText(given))
}

let newest = 0

async function explain(load: () => Promise<Bytes>): Promise<void> {
  newest += 1
  const mine = newest
  error.value = undefined
  try {
    const bytes = await load()
    const root = structureOf(bytes)
    if (mine !== newest) return
    const profile = guessProfile(bytes) ?? 'qingtian'
    explained.value = { bytes, profile, root }
    await judge()
  } catch (thrown) {
    if (mine !== newest) return
    explained.value = undefined
    verdict.value = undefined
    error.value = thrown
  }
}

/** Counts the verdicts that were requested: only the last one is shown. */
let newestVerdict = 0

/** Verifies the document with what the reader trusts. */
export async function judge(): Promise<void> {
  const document = explained.value
  if (!document) return
  newestVerdict += 1
  const mine = newestVerdict
  const isCurrent = () => mine === newestVerdict && explained.value === document
  error.value = undefined
  const { root, pem, at, nonce, pcr0 } = judging
  try {
    const roots = {
      page: () => rootOfPage(document.profile),
      aws: async () => AWS_NITRO_ROOT,
      huawei: async () => HUAWEI_QINGTIAN_ROOT,
      own: async () => pem.value,
    }
    const found = await verifyAttestation(document.bytes, {
      profile: document.profile,
      roots: await roots[root.value](),
      at: at.value === '' ? 'document' : new Date(at.value),
      ...(nonce.value === '' ? { freshness: false as const } : { nonce: nonce.value.trim() }),
      ...(pcr0.value !== '' && { pcrs: { 0: pcr0.value.trim() } }),
    })
    if (isCurrent()) verdict.value = found
  } catch (thrown) {
    if (!isCurrent()) return
    verdict.value = undefined
    error.value = thrown
  }
}

async function rootOfPage(profile: ProfileName): Promise<string> {
  const { rootCertificate } = await Promise.race([openHost().enclaves.parent(profile), hostFailure])
  return rootCertificate
}
