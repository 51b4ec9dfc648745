/** An application that would start and do nothing is refused, and what was found is named. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { errorOf } from '../support.ts'
import { Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

let count = 0
const application = (main: string, name = 'index.ts') =>
  projects.write(`runs-${count++}`, {
    [name]: main,
    'pure.ts': 'export const two = 2',
    'runs.ts': "console.log('runs')",
    'main.ts': 'export default function main() {}',
  })

it.each([
  ['nothing', '', 'no exports'],
  ['types', 'export type A = number\ninterface B {}', 'no exports'],
  ['a function that nobody calls', 'function main() { console.log(1) }', 'no exports'],
  ['a function that is exported', 'export async function main() { console.log(1) }', 'only the exports main'],
  ['handlers', 'export const fetch = () => 1\nexport class A {}', 'only the exports A, fetch'],
  [
    'imports that run nothing',
    "import './pure.ts'\nexport * from './pure.ts'\nexport * from './main.ts'",
    'no exports',
  ],
  [
    'constants',
    "import { two } from './pure.ts'\nexport const four = /* @__PURE__ */ Math.max(two, 4)",
    'only the exports four',
  ],
])('%s is refused', async (_, main, got) => {
  const root = await application(main)
  expect(await errorOf(() => sourceOf(`${root}/index.ts`))).toMatchObject({ code: 'E_APP_EMPTY', got })
})

it.each([
  ['a default function', 'export default async function main() {}'],
  ['a default that another module has', "export { default } from './main.ts'"],
  ['a statement', "console.log('x')"],
  ['a call', 'export const x = Date.now()\nmain()\nfunction main() {}'],
  ['an import that runs', "import './runs.ts'\nexport const x = 1"],
  ['an import of something that runs', "export * from './runs.ts'"],
  ['a CommonJS module', 'exports.x = 1'],
])('%s is accepted', async (_, main) => {
  const root = await application(main)
  expect(await sourceOf(`${root}/index.ts`)).not.toBe('')
})
