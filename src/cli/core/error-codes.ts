/**
 * The codes that the clouds document for what went wrong: QingTian's 01 to 43 (ecs_03_1420) and Nitro's E00 to E60
 * (aws-nitro-enclaves-cli, `document_errors.rs`), beside our own. Where the cloud has no code for it, there is none.
 */
import { EnclaveError } from '../../base/error.ts'
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorEntry } from '../errors/entry.ts'
import { ERRORS } from '../errors/index.ts'
import { NITRO_TEXTS, QT_TEXTS } from './error-texts.ts'
import type { Program } from './program.ts'

/** The documented code for one of ours, or undefined. */
export function documentedCode({ name }: Program, code: string): string | undefined {
  const cloud = entryOf(code)?.cloud
  return cloud && (name === 'qt' ? cloud[0] : cloud[1])
}

function entryOf(code: string): ErrorEntry | undefined {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : undefined
}

/** All that is known of a code, ours or a cloud's; undefined where there is no such code. */
export function explainCode(given: string): Record<string, unknown> | undefined {
  const code = /^\d$/.test(given) ? `0${given}` : given.toUpperCase()
  const own = entryOf(code)
  if (own) return explainOwn(code, own)
  const text = QT_TEXTS[code] ?? NITRO_TEXTS[code]
  if (text === undefined) return undefined
  const here = Object.entries(ERRORS).filter(([, { cloud }]) => cloud?.includes(code))
  return {
    Code: code,
    Text: text,
    Here:
      here.length === 0
        ? 'no error of webclave has this code: there is no such device or step here'
        : here.map(([ours]) => ours),
    ...(here.length > 0 && { Advice: here.map(([, { advice }]) => advice) }),
  }
}

function explainOwn(code: string, { meaning, advice, cloud }: ErrorEntry): Record<string, unknown> {
  return {
    Code: code,
    Meaning: meaning,
    Advice: advice,
    ...(cloud && {
      QingTian: `${cloud[0]} ${QT_TEXTS[cloud[0]]}`,
      Nitro: `${cloud[1]} ${NITRO_TEXTS[cloud[1]]}`,
    }),
  }
}

/** The line that follows an error's own. */
export function documentedError(program: Program, error: unknown): string | undefined {
  if (!(error instanceof EnclaveError)) return undefined
  const code = documentedCode(program, error.code)
  if (code === undefined) return undefined
  return program.name === 'qt' ? `${code} ${QT_TEXTS[code]}` : `[ ${code} ] ${NITRO_TEXTS[code]}`
}
