/** Automatic and on-demand key rotation: EnableKeyRotation and related operations (AWS KMS API reference). */
import { KmsError } from '../core/error.ts'
import { defaulting, inert, integer, oneOf } from '../core/input.ts'
import { isRotatable } from '../keys/material.ts'
import { type KeyRecord, requireUsable } from '../keys/record.ts'
import { type KeyIdInput, keyIdentifier, type Operation } from './operation.ts'
import { badMarker, type PageInput, page, pageFields, readMarker } from './page.ts'

const DAY = 24 * 60 * 60 * 1000
const MATERIALS = ['ROTATIONS_ONLY', 'ALL_KEY_MATERIAL'] as const

export interface EnableKeyRotationInput extends KeyIdInput {
  /** 90 to 2560. @default 365 */
  readonly rotationPeriodInDays?: number
}

export interface KeyRotationStatus {
  readonly keyId: string
  readonly keyRotationEnabled: boolean
  readonly rotationPeriodInDays?: number
  readonly nextRotationDate?: Date
}

export interface ListKeyRotationsInput extends KeyIdInput, PageInput {
  /** The only supported value: the initial key material is not listed. */
  readonly includeKeyMaterial?: 'ROTATIONS_ONLY' | undefined
}

export interface ListKeyRotationsOutput {
  readonly rotations: readonly {
    readonly keyId: string
    readonly rotationDate: Date
    readonly rotationType: 'AUTOMATIC' | 'ON_DEMAND'
  }[]
  readonly truncated: boolean
  readonly nextMarker?: string
}

export const enableKeyRotation: Operation<EnableKeyRotationInput, Record<string, never>> = {
  fields: { keyId: keyIdentifier, rotationPeriodInDays: defaulting(integer(90, 2560), 365) },
  async run(call, { keyId, rotationPeriodInDays }) {
    const periodDays = rotationPeriodInDays!
    const key = await call.ring.find(keyId)
    call.authorize('EnableKeyRotation', key, { 'kms:RotationPeriodInDays': String(periodDays) })
    const nextAt = call.now() + periodDays * DAY
    await call.ring.change(key.id, (record) => ({
      ...requireRotatable(record),
      rotation: { periodDays, nextAt },
    }))
    return {}
  },
}

export const disableKeyRotation: Operation<KeyIdInput, Record<string, never>> = {
  fields: { keyId: keyIdentifier },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('DisableKeyRotation', key)
    await call.ring.change(key.id, ({ rotation: _, ...record }) => requireRotatable(record))
    return {}
  },
}

export const getKeyRotationStatus: Operation<KeyIdInput, KeyRotationStatus> = {
  fields: { keyId: keyIdentifier },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('GetKeyRotationStatus', key)
    const { rotation } = key
    if (rotation === undefined) return { keyId: call.arn(key), keyRotationEnabled: false }
    return {
      keyId: call.arn(key),
      keyRotationEnabled: true,
      rotationPeriodInDays: rotation.periodDays,
      nextRotationDate: new Date(rotation.nextAt),
    }
  },
}

export const rotateKeyOnDemand: Operation<KeyIdInput, { readonly keyId: string }> = {
  fields: { keyId: keyIdentifier },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('RotateKeyOnDemand', key)
    requireRotatable(key)
    await call.ring.rotate(key.id, 'ON_DEMAND')
    return { keyId: call.arn(key) }
  },
}

export const listKeyRotations: Operation<ListKeyRotationsInput, ListKeyRotationsOutput> = {
  fields: {
    keyId: keyIdentifier,
    includeKeyMaterial: inert(oneOf(MATERIALS), (which) => which === 'ROTATIONS_ONLY', 'ROTATIONS_ONLY'),
    ...pageFields,
  },
  async run(call, { keyId, limit, marker }) {
    const key = await call.ring.find(keyId)
    call.authorize('ListKeyRotations', key)
    const after = readNumber(marker)
    const later = key.versions.flatMap(({ number, cause, createdAt }) =>
      cause === 'CREATED' || number <= after ? [] : [{ number, cause, createdAt }],
    )
    const { items, ...rest } = page(later, limit!, ({ number }) => String(number))
    const rotations = items.map(({ cause, createdAt }) => ({
      keyId: call.arn(key),
      rotationDate: new Date(createdAt),
      rotationType: cause,
    }))
    return { rotations, ...rest }
  },
}

/** The number of the version before the page. @throws {KmsError} E_KMS_VALIDATION */
function readNumber(marker: string | undefined): number {
  const number = readMarker(marker) ?? '0'
  if (/^\d{1,3}$/.test(number)) return Number(number)
  throw badMarker()
}

function requireRotatable(record: KeyRecord): KeyRecord {
  requireUsable(record)
  if (isRotatable(record.spec, record.usage)) return record
  throw new KmsError('E_KMS_UNSUPPORTED', {
    what: `the key ${record.id} cannot be rotated`,
    expected: 'a symmetric key',
    got: record.spec,
  })
}
