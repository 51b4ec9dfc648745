/**
 * The error codes that the clouds document: QingTian's 01 to 43 (ecs_03_1420) and Nitro's E00 to E60
 * (aws-nitro-enclaves-cli, `document_errors.rs`), and how webclave's errors map to them. Not every one has such a code.
 */
import { EnclaveError } from '../../base/error.ts'
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorEntry } from '../errors/entry.ts'
import { ERRORS } from '../errors/index.ts'
import { LINTS } from '../errors/lint.ts'
import { codeOfCommand } from './command-codes.ts'
import { NITRO_TEXTS, QT_TEXTS } from './error-texts.ts'
import type { Program } from './program.ts'

const NOWHERE = 'webclave never reports this code: it has no such device or step'

/** The cloud's code for one of our codes, or undefined. */
export function documentedCode({ name }: Program, code: string): string | undefined {
  const cloud = entryOf(code)?.cloud
  return cloud && (name === 'qt' ? cloud[0] : cloud[1])
}

function entryOf(code: string): ErrorEntry | undefined {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : undefined
}

/** Explains a code, ours or a cloud's; undefined for an unknown code. */
export function explainCode(given: string): Record<string, unknown> | undefined {
  const code = /^\d$/.test(given) ? `0${given}` : given.toUpperCase()
  const lint = Object.hasOwn(LINTS, code) ? LINTS[code as keyof typeof LINTS] : undefined
  if (lint) return { Code: code, Meaning: lint.meaning, Advice: [lint.advice] }
  const own = entryOf(code)
  const text = QT_TEXTS[code] ?? NITRO_TEXTS[code]
  if (!own && text === undefined) return undefined
  const all: [string, ErrorEntry][] = own
    ? [[code, own]]
    : Object.entries(ERRORS).filter(([, { cloud }]) => cloud?.includes(code))
  const clouds = all.flatMap(([, { cloud }]) => (cloud ? [cloud] : []))
  const named = (codes: readonly string[], texts: Readonly<Record<string, string>>) =>
    [...new Set(codes)].map((each) => `${each} ${texts[each]}`)
  return {
    Code: code,
    ...(own
      ? { Meaning: own.meaning }
      : { Text: text, Here: all.length > 0 ? all.map(([ours]) => ours) : NOWHERE }),
    ...(clouds.length > 0 && {
      QingTian: named(
        clouds.map(([qt]) => qt),
        QT_TEXTS,
      ),
      Nitro: named(
        clouds.map(([, nitro]) => nitro),
        NITRO_TEXTS,
      ),
    }),
    ...(all.length > 0 && { Advice: all.map(([, { advice }]) => advice) }),
  }
}

/** The line with the cloud's code, which is printed after the error itself; `command` is the one that failed. */
export function documentedError(program: Program, error: unknown, command?: string): string | undefined {
  if (!(error instanceof EnclaveError)) return undefined
  const documented = documentedCode(program, error.code)
  const code =
    documented === undefined || command === undefined
      ? documented
      : codeOfCommand(program, command, documented)
  if (code === undefined) return undefined
  return program.name === 'qt' ? `${code} ${QT_TEXTS[code]}` : `[ ${code} ] ${NITRO_TEXTS[code]}`
}
