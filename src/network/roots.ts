/** The root certificates that an image carries, as the TLS module takes them. */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { fromPem } from '../encoding/pem.ts'
import type { NetworkHost } from './host.ts'

/** Each certificate after its length in four bytes. @throws {EnclaveError} E_TLS_ROOTS */
export function rootsOf({ manifest, file }: NetworkHost): Bytes {
  const { roots } = manifest()
  const text = roots === undefined ? undefined : file(roots)
  if (text === undefined) {
    throw new EnclaveError('E_TLS_ROOTS', {
      what: 'the image has no root certificates, so no server can be trusted',
      expected: 'a file of PEM certificates, which "roots" of the manifest names',
      ...(roots !== undefined && { got: `no file ${JSON.stringify(roots)}` }),
      hint: 'build it with qt enclave make-img --roots FILE.pem',
    })
  }
  return concatBytes(
    ...certificatesIn(text).flatMap((der) => {
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, der.byteLength, true)
      return [length, der]
    }),
  )
}

function certificatesIn(text: Bytes): Bytes[] {
  try {
    return fromPem(new TextDecoder().decode(text))
  } catch (cause) {
    const what = 'the image’s file of root certificates is not PEM, so no server can be trusted'
    throw new EnclaveError('E_TLS_ROOTS', { what, got: (cause as EnclaveError).what, cause })
  }
}
