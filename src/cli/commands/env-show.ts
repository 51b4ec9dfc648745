/** `qt env show`: the pool, the file that configures it, and what is left of it (HW-1418). */

import { directories } from '../../keeper/directories.ts'
import { listEnclaves } from '../../keeper/enclaves.ts'
import { poolSettings, settingsFiles } from '../../keeper/pool-settings.ts'
import type { Command } from '../core/command.ts'
import { printJson } from '../output/output.ts'

export const envShow: Command = {
  name: 'env show',
  summary: 'show the pool of vCPUs and memory, and what is left of it',
  example: 'qt env show',
  options: {},
  async run() {
    const { memoryMiB, cpus, maxEnclaves, agency, source } = poolSettings()
    const running = listEnclaves()
    const taken = new Set(running.flatMap((enclave) => enclave.cpus))
    printJson({
      Source: source ?? 'none: the default',
      Files: settingsFiles(),
      MemoryMiB: memoryMiB,
      MemoryMiBLeft: memoryMiB - running.reduce((sum, enclave) => sum + enclave.memoryMiB, 0),
      CPUs: cpus,
      CPUsLeft: cpus.filter((cpu) => !taken.has(cpu)),
      Enclaves: running.length,
      MaxEnclaves: maxEnclaves ?? { qingtian: 2, nitro: 4 },
      Agency: agency ?? 'none: PCR3 is zero',
      Directories: directories(),
    })
    return 0
  },
}
