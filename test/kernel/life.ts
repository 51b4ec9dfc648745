/** Runs a kernel in the test's own thread, with the boot message that it gets and the reports that it sends. */

import type { BootMessage } from '../../src/boundary/boot-message.ts'
import { boot, type Instantiate } from '../../src/kernel/boot.ts'
import { CID, Rig } from './rig.ts'

export const MESSAGE: BootMessage = {
  cid: CID,
  bufferPool: 1 << 20,
  debug: false,
  modules: new Map(),
  args: [],
  env: [],
  files: new Map(),
  source: undefined,
}

/** Runs a kernel whose parent answers the heartbeat with `answer`, and returns what it reports. */
export async function live(
  instantiate: Instantiate,
  more: Partial<BootMessage> = {},
  answer = 0xb7,
): Promise<{ rig: Rig; reported: unknown[] }> {
  const rig = new Rig()
  rig.listening.set(9000, {
    hasRoom: () => true,
    accept(far) {
      far.onChange = () => {
        if (far.readable > 0 && far.bytesSent === 0) far.write(Uint8Array.of(answer), 9)
      }
    },
  })
  await boot({ ...MESSAGE, ...more }, instantiate, {
    now: () => rig.time,
    wallClock: () => 7000,
    stackLength: 4096,
    channel: rig.channel,
  })
  return { rig, reported: rig.reported.filter((what) => what !== 'acknowledged') }
}
/** A component that is a command. */
export const command =
  (run: () => void): Instantiate =>
  () => ({ run: { run } })
