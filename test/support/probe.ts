/** Runs a text of a test's own in the place where a component's glue stands: inside a Worker, beside the kernel. */
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { RunnableComponent } from '../../src/hypervisor/components.ts'
import { EnclaveProcess, type EnclaveProcessOptions } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'

/** The kernel's script as it is shipped. */
export const kernelScript = async (): Promise<string> =>
  new TextDecoder().decode(await readArtefact(ARTEFACTS.kernel))

/** Starts an enclave whose kernel is `kernel` and whose glue is `glue`. */
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

/** The kernel as it is shipped, but for the one thing that it does first: the scope stays as Node has it. */
export const unsealedKernel = async (): Promise<string> =>
  `${(await kernelScript()).replace('var webclaveKernel', 'var sealedKernel')}
   const webclaveKernel = { ...sealedKernel, emptyScope() {} }`

/** What `body`, of an asynchronous function, gives there: by the message with which the probe ends. */
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
