/** The names that an alias may have (AWS KMS API reference, "CreateAlias"). */
import { KmsError } from '../core/error.ts'
import { type Field, text } from '../core/input.ts'

export const ALIAS_PREFIX = 'alias/'

const NAME = /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/

export const aliasField: Field<string> = text(1, 256)

/** An alias without its prefix. @throws {KmsError} E_KMS_ALIAS */
export function readAlias(name: string): string {
  if (NAME.test(name)) return name.slice(ALIAS_PREFIX.length)
  throw new KmsError('E_KMS_ALIAS', {
    what: 'the name of the alias is invalid',
    expected: 'alias/ and 1 to 250 letters, digits, /, _ and -, not beginning with alias/aws/',
    got: name.slice(0, 80),
  })
}
