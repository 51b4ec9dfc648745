/** A whole number within bounds; 0 is empty where it means "any". */
import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'

export function NumberField({
  name,
  value,
  min,
  max,
  placeholder,
}: {
  name: string
  value: Signal<number>
  min: number
  max: number
  placeholder?: string
}): JSX.Element {
  const change = (input: HTMLInputElement) => {
    const given = input.valueAsNumber
    if (Number.isInteger(given) && given >= min && given <= max) value.value = given
    else if (input.value === '' && placeholder !== undefined) value.value = 0
  }
  return (
    <label class="field">
      <span>{name}</span>
      <input
        type="number"
        min={min}
        max={max}
        step={1}
        required={placeholder === undefined}
        placeholder={placeholder}
        value={placeholder !== undefined && value.value === 0 ? '' : value.value}
        onInput={(event) => change(event.currentTarget)}
      />
    </label>
  )
}
