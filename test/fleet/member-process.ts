/** A machine of a fleet as a process: SERVERS NAME IMAGE. Prints a line of JSON once it has joined, and leaves on a line of input. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { joinFleet } from '../../src/fleet/index.ts'
import { createParent } from '../../src/parent/index.ts'

const [servers, name, image] = process.argv.slice(2) as [string, string, string]
// In XDG_STATE_HOME, which all processes of a test share.
const parent = await createParent({ vcpus: 2, memoryMiB: 256, root: 'persistent' })
const eif = new Uint8Array(readFileSync(image))
const member = await joinFleet(eif, { nats: servers, name, parent })
process.stdout.write(`${JSON.stringify({ root: parent.rootCertificate })}\n`)
createInterface(process.stdin).once('line', async () => {
  await member.leave()
  await parent.close()
  process.exit()
})
