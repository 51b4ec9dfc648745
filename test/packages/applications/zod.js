/** zod: schemas with formats, among them a URL. */
import { z } from 'zod'

export default async function main() {
  const User = z.object({
    name: z.string().min(1),
    age: z.number().int().optional(),
    mail: z.email(),
    page: z.url(),
    id: z.uuid(),
  })
  const right = {
    name: 'a',
    mail: 'a@example.com',
    page: 'https://example.com/x?y=1',
    id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  }
  if (User.parse(right).page !== right.page) throw new Error('parse')
  const wrong = User.safeParse({ ...right, page: 'no url', mail: 'x', age: 1.5 })
  const paths = wrong.error.issues.map(({ path }) => path.join()).sort()
  if (wrong.success || paths.join() !== 'age,mail,page') throw new Error(paths.join())
  if (z.iso.datetime().safeParse('2024-01-01T00:00:00Z').success !== true) throw new Error('datetime')
  if (z.toJSONSchema(User).properties.page.format !== 'uri') throw new Error('toJSONSchema')
}
