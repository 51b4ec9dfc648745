/** Fields of the calls about grants. */
import { type Field, invalid, text } from '../core/input.ts'
import { isPrincipalName } from '../policy/principals.ts'

/** A name of a principal, which need not be one. */
export const anyName: Field<string> = text(1, 256)

export const grantId: Field<string> = text(1, 128)

/** The full name of one principal. */
export const principal: Field<string> = {
  read(value, path, form) {
    const name = anyName.read(value, path, form)
    if (isPrincipalName(name)) return name
    throw invalid(path, 'Member must be the full name of a user, role, session or root', name.slice(0, 80))
  },
}
