/** `node:module`: an application is one bundle, which loads nothing. */
import absent from './absent.js'

export default Object.assign(absent('node:module'), { builtinModules: [], isBuiltin: () => false })
