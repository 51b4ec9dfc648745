/** Which modules of Node a package replaces by the field `browser` of its package.json. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

type Field = Readonly<Record<string, unknown>> | undefined

/** The fields of the packages of one build. */
export class BrowserFields {
  readonly #fields = new Map<string, Field>()

  /**
   * What the package of a module in `folder` puts for `specifier`: another module, or `false` for none; undefined if it
   * says nothing.
   */
  get(specifier: string, folder: string): unknown {
    const field = this.#of(folder)
    return field && Object.hasOwn(field, specifier) ? field[specifier] : undefined
  }

  #of(folder: string): Field {
    if (!this.#fields.has(folder)) this.#fields.set(folder, this.#read(folder))
    return this.#fields.get(folder)
  }

  /** Of the nearest package.json. */
  #read(folder: string): Field {
    try {
      const { browser } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      return typeof browser === 'object' && browser !== null ? browser : undefined
    } catch {
      const above = dirname(folder)
      return above === folder ? undefined : this.#of(above)
    }
  }
}
