/** The network's client (src/network) for this enclave; loaded on first use. */
import { HttpClient, openConnection } from '../../../src/network/index.ts'
import { connect } from '../../../src/sdk/vsock.ts'
import { hostModule } from './host.js'

const { application, later, random, tls } = hostModule('network')
let manifest

const host = {
  open: connect,
  tls,
  random,
  later,
  file: (path) => application.file(path) ?? undefined,
  manifest() {
    manifest ??= JSON.parse(application.manifest())
    return manifest
  },
}

export const client = new HttpClient(host)

/** A TCP connection through the proxy at the parent instance. */
export const openTcp = (destination, options) => openConnection(host, destination, options)
