/**
 * The few things the page does with its document. Text is always set as text: most of what is shown comes from an
 * image or an enclave, and is hostile.
 */

/** The element under `root` with `data-part="name"`, which must be of the type `type`. */
export function part<T extends HTMLElement>(root: ParentNode, name: string, type: new () => T): T {
  const found = root.querySelector(`[data-part="${name}"]`)
  if (found instanceof type) return found
  throw new Error(`the page has no ${type.name} named ${name}`)
}

/** The element with the id `id`. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`the page has no ${type.name} with the id ${id}`)
}

/** A new element with a class (or none) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...children)
  return made
}

/** Hexadecimal that may wrap after every 8 digits, and is copied as one word. */
export function hex(digits: string): HTMLElement {
  const code = element('code', 'hex')
  for (const group of digits.match(/.{1,8}/g) ?? []) code.append(group, document.createElement('wbr'))
  return code
}

/** A name and its value, for a `dl`. */
export function fact(name: string, value: Node | string): HTMLElement {
  return element('div', '', element('dt', '', name), element('dd', '', value))
}

/**
 * Runs `action` when a button is pressed; presses during a run are ignored. The button keeps
 * the focus, which a disabled one would lose.
 */
export function onPress(button: HTMLButtonElement, action: () => Promise<void>): void {
  button.addEventListener('click', async () => {
    if (button.ariaDisabled === 'true') return
    button.ariaDisabled = 'true'
    try {
      await action()
    } finally {
      button.ariaDisabled = null
    }
  })
}
