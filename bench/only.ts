import { kms } from './kms.ts'
import { measure } from './harness.ts'
const { rows, tearDown } = await kms.measurements()
for (const row of rows) if (/PostgreSQL/.test(row.name)) console.log(await measure(row))
await tearDown()
