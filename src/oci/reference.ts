/** What `--docker-uri` names: a file or folder of this machine, with the prefixes that skopeo knows. */
import { stat } from 'node:fs/promises'
import { EnclaveError } from '../base/error.ts'

/** A local image, and which one if the file has several. */
export interface Reference {
  readonly path: string
  readonly isFolder: boolean
  /** What the prefix says that it is; undefined without a prefix. */
  readonly form: 'oci' | 'docker' | undefined
  readonly tag: string | undefined
}

type Form = { form: Reference['form']; isFolder: boolean | undefined }
const PREFIXES: Readonly<Record<string, Form>> = {
  oci: { form: 'oci', isFolder: true },
  'oci-archive': { form: 'oci', isFolder: false },
  'docker-archive': { form: 'docker', isFolder: false },
}
/** Places that need an engine or a network. */
const ELSEWHERE = /^(?:docker|docker-daemon|containers-storage|ostree|atomic|dir|sif):/

const HINT =
  'there is no Docker engine here; make a file with Docker or skopeo elsewhere: docker save -o image.tar IMAGE, or skopeo copy docker://IMAGE oci-archive:image.tar; then --docker-uri image.tar'

/** @throws {EnclaveError} E_OCI_REFERENCE if it names no file or folder of this machine. */
export async function readReference(uri: string): Promise<Reference> {
  if (uri === '') throw notLocal('an empty text', 'nothing')
  const [, prefix = ''] = /^([a-z-]+):/.exec(uri) ?? []
  const known = Object.hasOwn(PREFIXES, prefix) ? PREFIXES[prefix] : undefined
  if (!known && ELSEWHERE.test(uri)) throw notLocal(uri, `an image of ${prefix}`)
  const rest = known ? uri.slice(prefix.length + 1) : uri
  const { form, isFolder } = known ?? { form: undefined, isFolder: undefined }
  for (const [path, tag] of readings(rest)) {
    const found = await stat(path).catch(() => undefined)
    if (!found) continue
    const isRight = isFolder === undefined || isFolder === found.isDirectory()
    if ((found.isDirectory() || found.isFile()) && isRight)
      return { path, isFolder: found.isDirectory(), form, tag }
    throw new EnclaveError('E_OCI_REFERENCE', {
      what: `${uri} has the wrong type`,
      expected: isFolder ? 'a folder' : 'a file, or a folder with an OCI layout',
      got: found.isDirectory() ? 'a folder' : found.isFile() ? 'a file' : 'something else',
    })
  }
  throw notLocal(uri, 'no such file or folder')
}

/** The whole text as a path first, because a path may have a colon. */
function* readings(text: string): Generator<readonly [path: string, tag: string | undefined]> {
  yield [text, undefined]
  // A tag may have colons too: skopeo takes `oci:DIR:NAME:TAG`.
  for (let at = text.indexOf(':'); at > 0; at = text.indexOf(':', at + 1))
    if (at + 1 < text.length) yield [text.slice(0, at), text.slice(at + 1)]
}

function notLocal(uri: string, got: string): EnclaveError {
  return new EnclaveError('E_OCI_REFERENCE', {
    what: `${uri} is not an image on this machine`,
    expected: 'the file of docker save, an OCI archive, or the folder of an OCI layout',
    got,
    hint: HINT,
  })
}
