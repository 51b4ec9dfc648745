/** Runs a script written by a test in the place of a component's glue: in a Worker, next to the kernel. */
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { RunnableComponent } from '../../src/hypervisor/components.ts'
import { EnclaveProcess, type EnclaveProcessOptions } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'

/** The kernel's script of this release. */
export const kernelScript = async (): Promise<string> =>
  new TextDecoder().decode(await readArtefact(ARTEFACTS.kernel))

/** Starts an enclave with the kernel script `kernel` and the glue `glue`. */
export async function startProbe(
  glue: string,
  kernel?: string,
  more: Partial<EnclaveProcessOptions> = {},
): Promise<EnclaveProcess> {
  const authority = await createAttestationAuthority({ instanceId: 'probe' })
  const moduleId = 'probe.enc-0'
  return EnclaveProcess.start({
    kernel: kernel ?? (await kernelScript()),
    component: new RunnableComponent({ glue, moduleBytes: new Map() }),
    boot: {
      cid: 4,
      bufferPool: 1 << 20,
      debug: false,
      args: [],
      env: [],
      files: new Map(),
      source: undefined,
    },
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId,
      pcrs: new PcrBank(new Map()),
      attest: (request) => authority.attest({ ...request, profile: 'qingtian', moduleId }),
    }),
    acceptorOf: () => undefined,
    ...more,
  })
}

/** The kernel's script of this release, changed so that it does not empty the global scope. */
export const unsealedKernel = async (): Promise<string> =>
  `${(await kernelScript()).replace('var webclaveKernel', 'var sealedKernel')}
   const webclaveKernel = { ...sealedKernel, emptyScope() {} }`

/** The result of `body`, the body of an async function, passed as the message of the error that ends the enclave. */
export async function evaluateInWorker(
  body: string,
  isolation: EnclaveProcessOptions['isolation'] = 'worker',
  kernel?: string,
): Promise<unknown> {
  const glue = `export async function instantiate() { throw new Error('probe:' + JSON.stringify(await (async () => { ${body} })())) }`
  const outcome = await startProbe(glue, kernel, { isolation, memoryMiB: 64 }).then(
    (process) => process.ended,
    (error: { got?: string }) => ({ kind: 'host-lost', message: error.got ?? String(error) }) as EndReason,
  )
  const message = 'message' in outcome ? outcome.message : ''
  return JSON.parse(message.slice(message.indexOf('probe:') + 'probe:'.length))
}
