/** The editor, loaded when the reader reaches for it or has been looking for a while; until then the text can be read. */
import { useSignal } from '@preact/signals'
import type { ComponentType, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Problem } from '../parts/problem.tsx'
import { ScrollText } from '../parts/scroll.tsx'
import type { CodeEditorProps } from './code-editor.tsx'

/** Milliseconds after which it is loaded in any case: later than the first enclave, which it would slow down. */
const EDITOR_AFTER = 2000
/** Milliseconds after that for the language service, whose Worker compiles megabytes. */
const LANGUAGE_AFTER = 2000

type Loaded = ComponentType<CodeEditorProps>

let editor: Promise<Loaded> | undefined

const loadEditor = () => {
  editor ??= import('./code-editor.tsx').then((module) => module.default)
  editor.catch(() => {
    editor = undefined
  })
  return editor
}

export function LazyEditor({
  hint,
  onReady,
  ...props
}: CodeEditorProps & { hint: string; onReady: () => Promise<void> }): JSX.Element {
  const found = useSignal<{ Editor: Loaded } | undefined>(undefined)
  const error = useSignal<unknown>(undefined)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let isOpen = true
    const load = async () => {
      await reached(box.current, EDITOR_AFTER)
      if (!isOpen) return
      found.value = { Editor: await loadEditor() }
      await reached(box.current, LANGUAGE_AFTER)
      if (isOpen) await onReady()
    }
    void load().catch((thrown: unknown) => {
      error.value = thrown
    })
    return () => {
      isOpen = false
    }
  }, [])
  // The box has its size from the start, so that nothing jumps.
  return (
    <>
      <div class="editor-box" ref={box}>
        {found.value ? (
          <found.value.Editor {...props} />
        ) : (
          <>
            <ScrollText>{props.text}</ScrollText>
            {error.value === undefined && <p class="hint">{hint}</p>}
          </>
        )}
      </div>
      <Problem error={error.value} />
    </>
  )
}

/** Resolves when the reader points into `place` or focuses something in it, or after `milliseconds`. */
function reached(place: HTMLElement | null, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController()
    const done = () => {
      clearTimeout(timer)
      stop.abort()
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    for (const event of ['pointerenter', 'focusin'])
      place?.addEventListener(event, done, { once: true, signal: stop.signal })
  })
}
