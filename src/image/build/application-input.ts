/** What may be given as an application. */

/** An application to build an image of. */
export type ApplicationInput =
  /** JavaScript, bundled into one CommonJS text. */
  | { readonly source: string }
  /** A WebAssembly component, or a core module built for the world, which is made into one. */
  | { readonly component: Uint8Array }
  /** A `.ts`, `.js` or `.wasm` file, or a folder with a package.json, index.ts or main.ts. Node only. */
  | { readonly path: string }
