/** The report about a component of an image. */
import { expect, test } from 'vitest'
import { componentReport } from '../../../../src/cli/output/image-report/component.ts'
import { command } from '../../../support/components.ts'

const bytes = await command('(i32.const 0)')

test('an application is checked as in a start, with the memory of its manifest', async () => {
  const report = await componentReport({ role: 'application', bytes }, 32)
  expect(report).toMatchObject({ Role: 'application', Size: bytes.byteLength })
  expect(report['Admission']).toMatchObject({ Admitted: true, MemoryMiB: 32 })
  expect(report['Problem']).toBeUndefined()
  expect((await componentReport({ role: 'application', bytes }))['Admission']).toMatchObject({
    MemoryMiB: 64,
  })
})

test('an engine is not checked', async () => {
  expect((await componentReport({ role: 'engine', bytes }))['Admission']).toBeUndefined()
})

test('the report says why a start would reject an application', async () => {
  expect((await componentReport({ role: 'application', bytes }, 0))['Admission']).toEqual({
    Admitted: false,
    MemoryMiB: 0,
    Problem: expect.stringMatching(/^E_/),
  })
})

test('bytes that are not a component are reported as a problem, and other errors are thrown', async () => {
  expect(await componentReport({ role: 'application', bytes: Uint8Array.of(1, 2, 3) })).toEqual({
    Role: 'application',
    Size: 3,
    Problem: expect.stringMatching(/^E_/),
  })
  const broken = { byteLength: 3 } as never
  await expect(componentReport({ role: 'application', bytes: broken })).rejects.toThrow(TypeError)
})
