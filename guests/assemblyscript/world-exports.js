/**
 * A transform for `asc`: AssemblyScript's exports are identifiers, but a component's world needs names such as
 * `wasi:cli/run@0.2.0#run`. Gives this name to the exported function `run`.
 */
import { Transform } from 'assemblyscript/transform'

const NAME = 'wasi:cli/run@0.2.0#run'

export default class WorldExports extends Transform {
  afterCompile(module) {
    for (const { internalName } of this.program.filesByName.values()) {
      if (!module.getFunction(`${internalName}/run`)) continue
      module.removeExport('run')
      module.addFunctionExport(`${internalName}/run`, NAME)
    }
  }
}
