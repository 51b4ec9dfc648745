/** Finds mistyped options. One that is ignored would mean the default, which may protect less. */

/** The first own property of `options` that is not among those of `known`. */
export function unknownOption(options: object, known: object): string | undefined {
  return Object.keys(options).find((name) => !Object.hasOwn(known, name))
}
