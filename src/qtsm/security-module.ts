/**
 * The security module of one enclave: implements the seven calls on its PCRs, within the clouds' limits (`qtsm_lib.h`;
 * for NSM aws-nitro-enclaves-nsm-api and its nsm-check). Requests come from the guest and are hostile.
 */
import type { AttestedFields } from '../base/attested-fields.ts'
import type { Bytes } from '../base/bytes.ts'
import type { Pcrs } from '../base/pcrs.ts'
import { type CallLog, pcrsOf, type QtsmCall } from './call-log.ts'
import { type ErrorName, QtsmError } from './error-code.ts'
import { PCR_COUNT, type PcrBank } from './pcr-bank.ts'
import {
  decodeRequest,
  encodeResponse,
  FIELD_LIMITS,
  MAX_RANDOM_LENGTH,
  MAX_REQUEST_LENGTH,
  type QtsmRequest,
} from './protocol.ts'
import { repeated } from './repeated.ts'

/** Maximum length of a response in bytes. */
const MAX_RESPONSE_LENGTH = { qingtian: 0x6000, nitro: 0x3000 } as const

/** The content of a document that the hypervisor signs. */
export interface AttestationRequest extends AttestedFields {
  readonly pcrs: Pcrs
}

/** Options of a security module. */
export interface SecurityModuleOptions {
  profile: 'qingtian' | 'nitro'
  /** At most 128 ASCII characters. */
  moduleId: string
  pcrs: PcrBank
  /** Signs an attestation document. */
  attest: (request: AttestationRequest) => Promise<Bytes>
  /** The source of random bytes, for tests. @default WebCrypto */
  random?: ((length: number) => Bytes) | undefined
  /** Where calls are recorded. @default nowhere */
  log?: CallLog | undefined
}

/** Answers requests, one at a time. */
export class SecurityModule {
  readonly #options: SecurityModuleOptions
  readonly #read = repeated(decodeRequest)

  constructor(options: SecurityModuleOptions) {
    this.#options = options
  }

  /**
   * Answers `request`, synchronously if possible; never throws or rejects. Until the enclave `isLaunched` only
   * GetRandom is allowed, and all other calls are refused with InvalidOperation.
   */
  answer(request: Bytes, isLaunched = true): Bytes | Promise<Bytes> {
    try {
      if (request.byteLength > MAX_REQUEST_LENGTH) throw new QtsmError('InputTooLarge')
      return this.#answer(this.#read(request), isLaunched)
    } catch (error) {
      return encodeResponse.error(codeOf(error))
    }
  }

  #answer(request: QtsmRequest, isLaunched: boolean): Bytes | Promise<Bytes> {
    try {
      if (!isLaunched && request.call !== 'GetRandom') throw new QtsmError('InvalidOperation')
      const response = this.#perform(request)
      if (!(response instanceof Promise)) return this.#recorded(request, response)
      return response.then(
        (bytes) => this.#recorded(request, bytes),
        (error) => this.#failed(request, error),
      )
    } catch (error) {
      return this.#failed(request, error)
    }
  }

  #recorded(request: QtsmRequest, response: Bytes): Bytes {
    this.#options.log?.record(recordOf(request, this.#options.pcrs))
    return response
  }

  #failed(request: QtsmRequest, error: unknown): Bytes {
    const code = codeOf(error)
    this.#options.log?.record({ ...recordOf(request), error: code })
    return encodeResponse.error(code)
  }

  #perform(request: QtsmRequest): Bytes | Promise<Bytes> {
    const { pcrs } = this.#options
    switch (request.call) {
      case 'DescribePCR': {
        const { locked, value } = pcrs.describe(request.index)
        return encodeResponse.describePcr(locked, value)
      }
      case 'ExtendPCR':
        return pcrs
          .extend(request.index, request.data)
          .then((value) => encodeResponse.bytes('ExtendPCR', value))
      case 'LockPCR':
        pcrs.lock([request.index])
        return encodeResponse.done('LockPCR')
      case 'LockPCRs':
        if (typeof request.range === 'number') pcrs.lockBelow(request.range)
        else pcrs.lock(request.range)
        return encodeResponse.done('LockPCRs')
      case 'DescribeNSM':
        return encodeResponse.describe({
          versionMajor: 1,
          versionMinor: 0,
          versionPatch: 3,
          moduleId: this.#options.moduleId,
          maxPcrs: PCR_COUNT,
          lockedPcrs: pcrs.locked,
          digest: 'SHA384',
        })
      case 'Attestation':
        return this.#attest(request).then((document) => encodeResponse.bytes('Attestation', document))
      case 'GetRandom':
        return encodeResponse.bytes('GetRandom', this.#random(request.length ?? MAX_RANDOM_LENGTH))
    }
  }

  #random(length: number): Bytes {
    if (length === 0) throw new QtsmError('InvalidArgument')
    if (length > MAX_RANDOM_LENGTH) throw new QtsmError('InputTooLarge')
    return this.#options.random?.(length) ?? crypto.getRandomValues(new Uint8Array(length))
  }

  async #attest(request: QtsmRequest & { call: 'Attestation' }): Promise<Bytes> {
    const { profile, pcrs, attest } = this.#options
    const limits = FIELD_LIMITS[profile]
    const field = (name: 'userData' | 'nonce' | 'publicKey') => {
      const bytes = request[name]
      if (bytes !== undefined && bytes.byteLength > limits[name]) throw new QtsmError('InputTooLarge')
      return bytes?.slice()
    }
    const document = await attest({
      pcrs: pcrs.lockedValues(),
      userData: field('userData'),
      nonce: field('nonce'),
      publicKey: field('publicKey'),
    })
    if (document.byteLength > MAX_RESPONSE_LENGTH[profile]) throw new QtsmError('BufferTooSmall')
    return document
  }
}

const codeOf = (error: unknown): ErrorName => (error instanceof QtsmError ? error.code : 'InternalError')

/** What the log keeps of a call; of a successful ExtendPCR also the new value in `pcrs`. */
function recordOf(request: QtsmRequest, pcrs?: PcrBank): QtsmCall {
  const named = pcrsOf(request)
  const { call } = request
  const record = { time: Date.now(), call, ...(named && { pcrs: named }) }
  return call === 'ExtendPCR' && pcrs ? { ...record, value: pcrs.describe(request.index).value } : record
}
