/**
 * What names may look like. They end up inside JavaScript that jco generates, so no name may hold a quote, a back
 * slash, a back tick, a brace, a star, a line break or anything outside printable ASCII: there is nothing to escape then.
 */
import { refusal } from './refusal.ts'

/** Printable ASCII without `"`, `'`, `\`, `` ` ``, `{`, `}` and `*`, which could end a comment. */
const CORE_NAME = /^[ !#-&()+-[\]-_a-z|~]*$/

/** What extern names of the component model are spelled with; the parser behind us checks their grammar. */
const EXTERN_NAME = /^[A-Za-z0-9:@/._+\-[\]<>=,$#-]*$/

/** @throws {EnclaveError} E_ADMISSION_NAME */
export function checkCoreName(name: string): void {
  check(name, CORE_NAME, 'printable ASCII without quotes, back slashes, back ticks, braces and stars')
}

/** @throws {EnclaveError} E_ADMISSION_NAME */
export function checkExternName(name: string): void {
  check(name, EXTERN_NAME, 'letters, digits and the signs : @ / . _ + - [ ] < > = , $ #')
}

function check(name: string, pattern: RegExp, expected: string): void {
  if (pattern.test(name)) return
  throw refusal(
    'E_ADMISSION_NAME',
    'a name holds characters that are not allowed',
    expected,
    JSON.stringify(name.slice(0, 100)),
  )
}
