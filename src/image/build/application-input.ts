/** The forms in which an application can be given. */

/** An application to build an image from. */
export type ApplicationInput =
  /**
   * JavaScript: one CommonJS module that is evaluated as it is or, in Node, a module with `import` or `export`, which is
   * bundled with `webclave/sdk` and what else it imports of this release.
   */
  | {
      readonly source: string
      /** Whether another bundler has made it: it is then taken as it is, whatever words are in it. @default false */
      readonly isBundled?: boolean
    }
  /** A WebAssembly component, or a core module built for the world in `wit/`, which is converted to a component. */
  | { readonly component: Uint8Array }
  /** A `.ts`, `.js` or `.wasm` file, or a folder with a package.json, index.ts or main.ts. Node only. */
  | {
      readonly path: string
      /** Called with each file of the application's author that the bundler reads, also if the build fails. */
      readonly onRead?: (file: string) => void
    }
