/** The JSON schema of `kms.json`: it describes every member, and accepts and rejects what the KMS does. */
import { expect, test } from 'vitest'
import { kmsServe } from '../../../src/cli/commands/kms-serve.ts'
import { configSchema, EXAMPLE } from '../../../src/cli/core/kms-config-schema.ts'
import { CONFIG, requireConfig } from '../../../src/cli/core/kms-config-shape.ts'
import { qt } from '../main.ts'

type Schema = { type?: string; properties?: Record<string, Schema>; items?: Schema; description?: string }
const schema = configSchema() as Schema & { additionalProperties: boolean }

test('it has every member with a description, and no others', () => {
  expect(Object.keys(schema.properties!)).toEqual(Object.keys(CONFIG))
  for (const [name, { description }] of Object.entries(schema.properties!))
    expect(description, name).toMatch(/\.$/)
  expect(schema.additionalProperties).toBe(false)
  expect(schema.properties!['accessKeys']!.items!.properties).toHaveProperty('secretAccessKey.type', 'string')
})

test('the example in it and in the help of kms serve is valid', () => {
  expect(() => requireConfig(EXAMPLE)).not.toThrow()
  expect(kmsServe.notes!.join('\n')).toContain(JSON.stringify(EXAMPLE))
})

test('qt kms schema prints it', async () => {
  const { status, stdout } = await qt('kms', 'schema')
  expect([status, JSON.parse(stdout)]).toEqual([0, schema])
})
