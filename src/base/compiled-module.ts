/**
 * A compiled module of WebAssembly. Declarations must also compile in a project without the types of a browser, which has
 * no `WebAssembly.Module`: there it is any object.
 */
export type CompiledModule = typeof globalThis extends {
  WebAssembly: { Module: new (...given: never[]) => infer Module }
}
  ? Module
  : object
