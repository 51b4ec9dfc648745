/** A button whose action runs once at a time. It keeps the focus while it runs, which a disabled one would lose. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'

export interface PressProps {
  readonly action: () => void | Promise<void>
  readonly children: ComponentChildren
  readonly disabled?: boolean
  readonly class?: string
  readonly describedBy?: string
  readonly label?: string
  readonly pressed?: boolean
}

export function Press(props: PressProps): JSX.Element {
  const busy = useSignal(false)
  const press = async () => {
    if (busy.value) return
    busy.value = true
    try {
      await props.action()
    } finally {
      busy.value = false
    }
  }
  return (
    <button
      type="button"
      class={props.class}
      disabled={props.disabled}
      aria-disabled={busy.value || undefined}
      aria-describedby={props.describedBy}
      aria-label={props.label}
      aria-pressed={props.pressed}
      onClick={press}
    >
      {props.children}
    </button>
  )
}
