/**
 * A script that comes as text and becomes a module of this very thread, which can import nothing: from the code that V8
 * made of the same text before, where there is some. Node only, with `MODULE_FLAGS`.
 */
import { SourceTextModule } from 'node:vm'
import type { Bytes } from '../base/bytes.ts'

/** Compiles `script`; what it gives runs it, and resolves with what it exports. */
export async function compileScript(script: string, code: Bytes | undefined): Promise<() => Promise<object>> {
  const module = compile(script, code)
  await module.link(() => {
    throw new Error('nothing can be imported here')
  })
  return async () => {
    await module.evaluate()
    return module.namespace
  }
}

/** Code of another V8, or of one with other flags, is refused; the text has all that is needed. */
function compile(script: string, code: Bytes | undefined): SourceTextModule {
  try {
    return new SourceTextModule(script, code ? { cachedData: code } : {})
  } catch {
    return new SourceTextModule(script)
  }
}
