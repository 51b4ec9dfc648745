/**
 * What each error code means and what to do about it, in Chinese. In English errors speak for themselves: their own texts
 * are more precise, and are shown below these as the original.
 */
import type { ErrorCode } from '../../../src/base/error-code.ts'
import { ADMISSION_ZH } from './admission.ts'
import { ATTESTATION_ZH } from './attestation.ts'
import { CHANNEL_ZH } from './channel.ts'
import { COMMAND_ZH } from './command.ts'
import { CONNECTION_ZH } from './connection.ts'
import { CONTAINER_ZH } from './container.ts'
import { ENCODING_ZH } from './encoding.ts'
import { FLEET_ZH } from './fleet.ts'
import { GUEST_ZH } from './guest.ts'
import { IMAGE_ZH } from './image.ts'
import { KMS_ZH } from './kms.ts'
import { NETWORK_ZH } from './network.ts'
import { PARENT_ZH } from './parent.ts'
import { SHARED_ZH } from './shared.ts'
import type { ErrorWords } from './words.ts'

/** A code of the page itself. */
export type PageCode = 'E_SHARED'

/** Entries by code. A code without an entry does not compile. */
export const ERRORS_ZH: Readonly<Record<ErrorCode | PageCode, ErrorWords>> = {
  ...COMMAND_ZH,
  ...IMAGE_ZH,
  ...CONTAINER_ZH,
  ...ATTESTATION_ZH,
  ...PARENT_ZH,
  ...KMS_ZH,
  ...ADMISSION_ZH,
  ...ENCODING_ZH,
  ...CONNECTION_ZH,
  ...NETWORK_ZH,
  ...CHANNEL_ZH,
  ...FLEET_ZH,
  ...SHARED_ZH,
  E_SHARED: {
    what: '这个链接或文件无法使用：其中的数据已损坏，或者不是本页生成的。',
    hint: '它可能在传递途中被截断或改动：请让对方重新发送，或者改为发送文件。',
  },
}

/** For a code that an application chose. */
const OF_APPLICATION: ErrorWords = {
  what: '飞地中的应用报告了它自己的错误。',
  hint: '请查看下面的原文；在调试模式下，飞地的控制台可能会说明原因。',
}

const WITHOUT_CODE: ErrorWords = {
  what: '发生了没有错误码的错误。',
  hint: '请重试；如果再次发生，请重新加载本页。',
}

/** The Chinese explanation of any error. */
export function explainedZh(code: string | undefined): ErrorWords {
  if (code === undefined) return WITHOUT_CODE
  for (const known of [ERRORS_ZH, GUEST_ZH] as readonly Readonly<Record<string, ErrorWords>>[])
    if (Object.hasOwn(known, code)) return known[code]!
  return OF_APPLICATION
}
