/** nanoid: random names. */
import { customAlphabet, nanoid } from 'nanoid'

export default async function main() {
  const one = nanoid()
  if (!/^[\w-]{21}$/.test(one) || one === nanoid()) throw new Error(one)
  if (!/^[abc]{10}$/.test(customAlphabet('abc', 10)())) throw new Error('customAlphabet')
}
