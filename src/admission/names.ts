/**
 * Checks the characters of names. jco puts names into the JavaScript that it generates, so no name may contain a quote,
 * a backslash, a backtick, a brace, a star, a line break or anything outside printable ASCII: then nothing needs
 * escaping.
 */
import { refusal } from './refusal.ts'

/** Printable ASCII without `"`, `'`, `\`, `` ` ``, `{`, `}` and `*`, which could end a comment. */
const CORE_NAME = /^[ !#-&()+-[\]-_a-z|~]*$/

/** The characters of extern names of the component model; jco's parser checks their grammar. */
const EXTERN_NAME = /^[A-Za-z0-9:@/._+\-[\]<>=,$#-]*$/

/** @throws {EnclaveError} E_ADMISSION_NAME */
export function checkCoreName(name: string): void {
  check(name, CORE_NAME, 'printable ASCII without quotes, backslashes, backticks, braces and stars')
}

/** @throws {EnclaveError} E_ADMISSION_NAME */
export function checkExternName(name: string): void {
  check(name, EXTERN_NAME, 'letters, digits and the characters : @ / . _ + - [ ] < > = , $ #')
}

function check(name: string, pattern: RegExp, expected: string): void {
  if (pattern.test(name)) return
  throw refusal(
    'E_ADMISSION_NAME',
    'a name contains forbidden characters',
    expected,
    JSON.stringify(name.slice(0, 100)),
  )
}
