/**
 * Compiles a script, given as text, to a module of this thread that cannot import anything, with V8's code cache of the
 * same text if there is one. Node only, with `MODULE_FLAGS`.
 */
import { SourceTextModule } from 'node:vm'
import type { Bytes } from '../base/bytes.ts'

/** Compiles `script`. The returned function runs it and resolves with its exports. */
export async function compileScript(script: string, code: Bytes | undefined): Promise<() => Promise<object>> {
  const module = compile(script, code)
  await module.link(() => {
    throw new Error('imports are not allowed here')
  })
  return async () => {
    await module.evaluate()
    return module.namespace
  }
}

/** V8 rejects a cache from another version or with other flags; the text alone is then enough. */
function compile(script: string, code: Bytes | undefined): SourceTextModule {
  try {
    return new SourceTextModule(script, code ? { cachedData: code } : {})
  } catch {
    return new SourceTextModule(script)
  }
}
