/** What esbuild finds suspicious in an application's own modules, as warnings with file and line. */
import type { Message } from 'esbuild'
import { CONFIG } from './configuration.ts'
import { isOwn } from './namespaces.ts'

const TELL_COMPUTED = `write the name in the call, or a pattern that begins with ./, such as import(\`./parts/\${name}.ts\`)`

/** esbuild's words that assume other knowledge, and ours. */
const TEXTS: Readonly<Record<string, string>> = {
  'empty-import-meta': 'import.meta is empty in an enclave, where an application has no URL',
  'unsupported-dynamic-import': `import() of a computed name fails in an enclave: ${TELL_COMPUTED}`,
  'unsupported-require-call': `require() of a computed name fails in an enclave: ${TELL_COMPUTED}`,
}
/** Those that esbuild by default does not report. */
export const COMPUTED: readonly string[] = ['unsupported-dynamic-import', 'unsupported-require-call']

/** Warnings of one kind in one build. */
const MAX_WARNINGS = 10

/** The warnings about the application's own modules and its tsconfig.json; `nameOf` names a module of esbuild's. */
export function warningsOf(messages: readonly Message[], nameOf: (input: string) => string): string[] {
  const own = messages.filter(({ id, location }) => location && (isOwn(location.file) || id === CONFIG))
  const lines = own.map(
    ({ id, text, location }) => `${nameOf(location!.file)}:${location!.line}: ${TEXTS[id] ?? text}`,
  )
  return limited(lines, (more) => `${more} more warnings of this kind`)
}

/** The first of `lines` without repetitions, and how many more there are. */
export function limited(lines: readonly string[], others: (more: number) => string): string[] {
  const different = [...new Set(lines)]
  const more = different.length - MAX_WARNINGS
  return more > 0 ? [...different.slice(0, MAX_WARNINGS), others(more)] : different
}
