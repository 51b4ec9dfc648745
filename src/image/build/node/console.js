/** `node:console`: the engine's. */
export default globalThis.console
