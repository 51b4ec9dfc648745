/** Makes dist/engine/modules.cpio: what a start of this release's engine needs beyond the engine itself. */
import { createHash } from 'node:crypto'
import { surveyModule } from '../src/admission/index.ts'
import type { Bytes } from '../src/base/bytes.ts'
import { surveyEngine } from '../src/hypervisor/preparation.ts'
import { type EngineRecord, RECORD } from '../src/hypervisor/shipped-engine.ts'
import type { Transpiled } from '../src/hypervisor/transpile.ts'
import { writeArchive } from '../src/image/eif/cpio.ts'

const sha256 = (bytes: Bytes) => createHash('sha256').update(bytes).digest('hex')

/** The archive for the engine and the core modules of which its transpiled form consists. */
export function engineModules(engine: Bytes, crypto: Bytes, modules: Transpiled['modules']): Bytes {
  const survey = surveyEngine(engine)
  const parts: Record<string, readonly [number, number]> = {}
  const files = new Map<string, Uint8Array>()
  for (const [name, bytes] of modules) {
    const same = survey.instances.find(
      ({ module: { start, end } }) => Buffer.compare(engine.subarray(start, end), bytes) === 0,
    )
    if (same) parts[name] = [same.module.start, same.module.end]
    else files.set(name, bytes)
  }
  const digests = { engine: sha256(engine), crypto: sha256(crypto) }
  const record: EngineRecord = { digests, engine: survey, crypto: surveyModule(crypto), parts }
  files.set(RECORD, new TextEncoder().encode(JSON.stringify(record)))
  return writeArchive(files)
}
