/** EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion (AWS KMS API reference). */
import type { Call } from '../core/call.ts'
import { KmsError } from '../core/error.ts'
import { defaulting, integer } from '../core/input.ts'
import type { KeyRecord, KeyState } from '../keys/record.ts'
import { type KeyIdInput, keyIdentifier, type Operation } from './operation.ts'

const DAY = 24 * 60 * 60 * 1000

/** The new state of a key. Some of AWS's answers contain less. */
export interface KeyStateOutput {
  /** The key's ARN. */
  readonly keyId: string
  readonly keyState: KeyState
}

export const enableKey: Operation<KeyIdInput, KeyStateOutput> = {
  fields: { keyId: keyIdentifier },
  run: (call, { keyId }) => setState(call, keyId, 'EnableKey', 'Enabled'),
}

export const disableKey: Operation<KeyIdInput, KeyStateOutput> = {
  fields: { keyId: keyIdentifier },
  run: (call, { keyId }) => setState(call, keyId, 'DisableKey', 'Disabled'),
}

async function setState(
  call: Call,
  keyId: string,
  action: 'EnableKey' | 'DisableKey',
  state: KeyState,
): Promise<KeyStateOutput> {
  const key = await call.ring.find(keyId)
  call.authorize(action, key)
  return stateOf(call, await call.ring.change(key.id, (record) => ({ ...requireNotEnding(record), state })))
}

const stateOf = (call: Call, record: KeyRecord): KeyStateOutput => ({
  keyId: call.arn(record),
  keyState: record.state,
})

/** @throws {KmsError} E_KMS_STATE for a key that is pending deletion. */
export function requireNotEnding(record: KeyRecord): KeyRecord {
  if (record.state !== 'PendingDeletion') return record
  throw new KmsError('E_KMS_STATE', {
    what: `the key ${record.id} is pending deletion`,
    hint: 'cancel the key deletion first',
  })
}

export interface ScheduleKeyDeletionInput extends KeyIdInput {
  /** 7 to 30. @default 30 */
  readonly pendingWindowInDays?: number
}

export interface ScheduleKeyDeletionOutput extends KeyStateOutput {
  readonly deletionDate: Date
  readonly pendingWindowInDays: number
}

export const scheduleKeyDeletion: Operation<ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput> = {
  fields: { keyId: keyIdentifier, pendingWindowInDays: defaulting(integer(7, 30), 30) },
  async run(call, { keyId, pendingWindowInDays }) {
    const days = pendingWindowInDays!
    const key = await call.ring.find(keyId)
    call.authorize('ScheduleKeyDeletion', key, { 'kms:ScheduleKeyDeletionPendingWindowInDays': String(days) })
    const deletionAt = call.now() + days * DAY
    const changed = await call.ring.change(key.id, (record) => ({
      ...requireNotEnding(record),
      state: 'PendingDeletion',
      deletionAt,
    }))
    return { ...stateOf(call, changed), deletionDate: new Date(deletionAt), pendingWindowInDays: days }
  },
}

export const cancelKeyDeletion: Operation<KeyIdInput, KeyStateOutput> = {
  fields: { keyId: keyIdentifier },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('CancelKeyDeletion', key)
    const changed = await call.ring.change(key.id, ({ deletionAt, ...record }) => {
      if (record.state === 'PendingDeletion') return { ...record, state: 'Disabled' }
      throw new KmsError('E_KMS_STATE', {
        what: `the key ${record.id} is not pending deletion`,
        got: record.state,
      })
    })
    return stateOf(call, changed)
  },
}
