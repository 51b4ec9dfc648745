/** Everything that a component may import, under the names that the generated glue uses. */
import { type BootMessage, CRYPTO_MODULE } from '../boundary/boot-message.ts'
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import { createApplication } from './application.ts'
import { createCli } from './cli.ts'
import { createClocks } from './clocks.ts'
import { createConsole } from './console.ts'
import { createCrypto } from './crypto.ts'
import { createFilesystem } from './filesystem.ts'
import type { KernelLink } from './link.ts'
import { createPoll } from './poll.ts'
import { createQtsm } from './qtsm.ts'
import { createRandom } from './random.ts'
import { createStreams } from './streams.ts'
import { createTls } from './tls.ts'
import { createVsock } from './vsock.ts'

/** Creates the import object: interfaces by package and name, without a version. */
export function createImports(
  message: BootMessage,
  channel: KernelChannel,
  link: KernelLink,
  { wallClock, stackLength }: { wallClock: () => number; stackLength: number },
): Record<string, unknown> {
  const poll = createPoll(link)
  const streams = createStreams(link, poll)
  const qtsm = createQtsm(link)
  const packages: Record<string, Record<string, unknown>> = {
    'qingtian:enclave': { vsock: createVsock(link, poll, streams), qtsm: qtsm.imports },
    'wasi:io': { ...streams.imports, poll: poll.imports },
    'wasi:clocks': createClocks(link, poll, wallClock, message.fineClock ?? false),
    'wasi:random': createRandom(qtsm),
    'wasi:cli': createCli(message, streams, createConsole(channel, message.debug)),
    'wasi:filesystem': createFilesystem(message.files, streams),
  }
  const { source, files, manifest = '{}', tlsMemory = 0, modules } = message
  if (source !== undefined) {
    const cryptography = modules.get(CRYPTO_MODULE)!
    packages['webclave:engine'] = {
      application: createApplication(source, files, manifest, stackLength),
      crypto: createCrypto(cryptography),
      tls: createTls(cryptography, tlsMemory),
    }
  }
  const imports: Record<string, unknown> = Object.create(null)
  for (const [name, interfaces] of Object.entries(packages)) {
    for (const [member, given] of Object.entries(interfaces)) {
      // The glue takes members by the guest's names: nothing that objects inherit is one.
      imports[`${name}/${member}`] = Object.assign(Object.create(null), given)
    }
  }
  return imports
}
