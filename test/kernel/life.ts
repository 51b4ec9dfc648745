/** A life of a kernel in the test's own thread: what it is given, and what it tells. */

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

/** What a life tells, to a parent that answers its heartbeat with `answer`. */
export async function live(
  instantiate: Instantiate,
  more: Partial<BootMessage> = {},
  answer = 0xb7,
): Promise<{ rig: Rig; told: unknown[] }> {
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
  return { rig, told: rig.told.filter((what) => what !== 'acknowledged') }
}
/** A component that is a command. */
export const command =
  (run: () => void): Instantiate =>
  () => ({ run: { run } })
