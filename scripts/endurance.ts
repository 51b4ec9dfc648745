/**
 * `npm run -s endurance -- [COUNT] [--isolation worker|process]`: starts and stops COUNT enclaves in one process, one
 * after another, and compares the resident memory after the second half with that after the first. Exit status 1 if it
 * has grown by a tenth, or if any resource remains: a handle, a Worker, a process, a socket, a descriptor, a file.
 */
import { parseArgs } from 'node:util'
import { type EnduranceReport, endure, judge } from '../test/support/endurance.ts'

const DEFAULT_COUNT = 1000
const MIB = 1024 * 1024

const { values, positionals } = parseArgs({
  options: { isolation: { type: 'string', default: 'worker' } },
  allowPositionals: true,
})
const count = Number(positionals[0] ?? DEFAULT_COUNT)
const isolation = values.isolation === 'process' ? 'process' : 'worker'

function print({ first, last, elapsed, left }: EnduranceReport): void {
  const inMib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`
  console.log(`${count} starts and stops, isolation ${isolation}, Node ${process.version}`)
  console.log(`each                         ${(elapsed / count).toFixed(1)} ms`)
  console.log(`resident after the first ${count >> 1}  ${inMib(first.resident)}, heap ${inMib(first.heap)}`)
  console.log(`resident after the last ${count >> 1}   ${inMib(last.resident)}, heap ${inMib(last.heap)}`)
  console.log(`growth                       ${((last.resident / first.resident - 1) * 100).toFixed(1)} %`)
  console.log(`left behind                  ${left.join(', ') || 'nothing'}`)
}

const report = await endure({ count, isolation })
print(report)
const complaints = judge(report, { growth: 0.1 })
for (const complaint of complaints) console.error(complaint)
process.exitCode = complaints.length > 0 ? 1 : 0
