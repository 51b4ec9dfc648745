/**
 * What the modules of src/sdk and src/network that are part of the engine import of their enclave: the interfaces, which are known
 * only when the engine is created. `scripts/engine-script.ts` lets them import it from here.
 */
const known = new Map()

/** Sets the modules by name. */
export function setHost(modules) {
  for (const [name, module] of Object.entries(modules)) known.set(name, module)
}

/** A module, when the application runs. */
export const hostModule = (name) => known.get(name)
