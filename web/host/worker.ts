/** The script of the parent instances' Worker. The page trusts it; comlink is used only between these two. */
import { expose } from 'comlink'
import { ownKernel } from '../../src/hypervisor/kernel.ts'
import { loadShipped } from '../../src/hypervisor/shipped-engine.ts'
import { shippedArtefacts } from '../../src/image/build/artefacts.ts'
import { EnclaveHost } from './enclave-host.ts'
import { carryErrors } from './errors.ts'
import { ImageHost } from './image-host.ts'
import { onDemand } from './on-demand.ts'

carryErrors()
// Requested at once, side by side, if enclaves can start here. Who needs them gets their error.
if (globalThis.crossOriginIsolated)
  for (const loading of [shippedArtefacts(), ownKernel(), loadShipped()]) loading.catch(() => {})
const enclaves = new EnclaveHost()
expose({
  enclaves,
  sockets: enclaves.sockets,
  images: new ImageHost(enclaves),
  kms: onDemand(async () => new (await import('./kms-host.ts')).KmsHost(enclaves)),
  lab: onDemand(async () => new (await import('./lab-host.ts')).LabHost(enclaves)),
})
