/** The forms in which an application can be given. */

/** An application to build an image from. */
export type ApplicationInput =
  /** JavaScript source, bundled into one CommonJS module. */
  | { readonly source: string }
  /** A WebAssembly component, or a core module built for the world in `wit/`, which is converted to a component. */
  | { readonly component: Uint8Array }
  /** A `.ts`, `.js` or `.wasm` file, or a folder with a package.json, index.ts or main.ts. Node only. */
  | { readonly path: string }
