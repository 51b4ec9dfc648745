/** The built page on two servers, for the tests in all browsers. */
import { type StaticServer, serveFolder } from '../../web/site/serve.ts'
import { sharedSite } from './shared-site.ts'

/** A path below the host's root, so that a page that uses absolute paths fails. */
export const BASE = '/some/where/else/'

/** The page on its servers. */
export interface Served {
  readonly folder: string
  readonly server: StaticServer
  /** The same files from a host that sends no header except the content type. */
  readonly plainServer: StaticServer
  /** The served paths with their statuses. */
  readonly served: [string, number][]
  readonly plainServed: [string, number][]
  close(): Promise<void>
}

/** Builds the page, unless another test has done it, and serves it. */
export async function serveSite(): Promise<Served> {
  const root = await sharedSite()
  const served: [string, number][] = []
  const plainServed: [string, number][] = []
  const serve = (requests: [string, number][], bare: boolean) =>
    serveFolder({
      root,
      port: 0,
      base: BASE,
      bare,
      onRequest: (path, status) => void requests.push([path, status]),
    })
  const server = await serve(served, false)
  const plainServer = await serve(plainServed, true)
  const close = async () => {
    await Promise.all([server.close(), plainServer.close()])
  }
  return { folder: root, server, plainServer, served, plainServed, close }
}
