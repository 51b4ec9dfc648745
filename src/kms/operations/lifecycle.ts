/** EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion (AWS KMS API reference, of those names). */
import type { Call } from '../core/call.ts'
import { KmsError } from '../core/error.ts'
import { defaulting, integer } from '../core/input.ts'
import type { KeyRecord, KeyState } from '../keys/record.ts'
import { type KeyIdInput, keyIdentifier, type Operation } from './operation.ts'

const DAY = 24 * 60 * 60 * 1000

export const enableKey: Operation<KeyIdInput, Record<string, never>> = {
  fields: { keyId: keyIdentifier },
  run: (call, { keyId }) => setState(call, keyId, 'EnableKey', 'Enabled'),
}

export const disableKey: Operation<KeyIdInput, Record<string, never>> = {
  fields: { keyId: keyIdentifier },
  run: (call, { keyId }) => setState(call, keyId, 'DisableKey', 'Disabled'),
}

async function setState(
  call: Call,
  keyId: string,
  action: 'EnableKey' | 'DisableKey',
  state: KeyState,
): Promise<Record<string, never>> {
  const key = await call.ring.find(keyId)
  call.authorize(action, key)
  await call.ring.change(key.id, (record) => ({ ...requireNotEnding(record), state }))
  return {}
}

/** @throws {KmsError} E_KMS_STATE for a key that waits for its deletion. */
export function requireNotEnding(record: KeyRecord): KeyRecord {
  if (record.state !== 'PendingDeletion') return record
  throw new KmsError('E_KMS_STATE', {
    what: `the key ${record.id} is pending deletion`,
    hint: 'cancel the deletion first',
  })
}

export interface ScheduleKeyDeletionInput extends KeyIdInput {
  /** 7 to 30. @default 30 */
  readonly pendingWindowInDays?: number
}

export interface ScheduleKeyDeletionOutput {
  readonly keyId: string
  readonly deletionDate: Date
  readonly keyState: KeyState
  readonly pendingWindowInDays: number
}

export const scheduleKeyDeletion: Operation<ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput> = {
  fields: { keyId: keyIdentifier, pendingWindowInDays: defaulting(integer(7, 30), 30) },
  async run(call, { keyId, pendingWindowInDays }) {
    const days = pendingWindowInDays!
    const key = await call.ring.find(keyId)
    call.authorize('ScheduleKeyDeletion', key, { 'kms:ScheduleKeyDeletionPendingWindowInDays': String(days) })
    const deletionAt = call.now() + days * DAY
    const { state } = await call.ring.change(key.id, (record) => ({
      ...requireNotEnding(record),
      state: 'PendingDeletion',
      deletionAt,
    }))
    return {
      keyId: call.arn(key),
      deletionDate: new Date(deletionAt),
      keyState: state,
      pendingWindowInDays: days,
    }
  },
}

export const cancelKeyDeletion: Operation<KeyIdInput, { readonly keyId: string }> = {
  fields: { keyId: keyIdentifier },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('CancelKeyDeletion', key)
    await call.ring.change(key.id, ({ deletionAt, ...record }) => {
      if (record.state === 'PendingDeletion') return { ...record, state: 'Disabled' }
      throw new KmsError('E_KMS_STATE', {
        what: `the key ${record.id} is not pending deletion`,
        got: record.state,
      })
    })
    return { keyId: call.arn(key) }
  },
}
