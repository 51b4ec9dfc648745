/** Views that are loaded when they are shown first. */
import { useSignal } from '@preact/signals'
import type { ComponentType, JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { text } from '../i18n/language.ts'
import { shell } from '../i18n/shell.ts'
import { Problem } from '../parts/problem.tsx'

/** A component that loads another one. */
export function lazy<Props>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined
  return function Lazy(props: Props): JSX.Element {
    const found = useSignal<ComponentType<Props> | undefined>(loaded)
    const error = useSignal<unknown>(undefined)
    useEffect(() => {
      if (loaded) return
      load().then(
        (component) => {
          loaded = component
          found.value = component
        },
        (thrown: unknown) => {
          error.value = thrown
        },
      )
    }, [])
    const View = found.value as ComponentType<object> | undefined
    if (View) return <View {...(props as object)} />
    return error.value === undefined ? (
      <p role="status">{text(shell).loading}</p>
    ) : (
      <Problem error={error.value} />
    )
  }
}
