/** Options on which security depends: what a polluted Object.prototype has does not count. */

/** A copy of `options` with its own properties only, which inherits nothing. */
export function ownOptions<Options extends object>(options: Options): Options {
  return Object.assign(Object.create(null), options)
}
