/** Assets that web/site/compiler-files.ts makes. */

declare module 'virtual:webclave/*' {
  /** A file on the host, compressed by gzip. */
  const part: { readonly url: string; readonly size: number }
  export default part
}
