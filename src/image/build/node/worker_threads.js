/** `node:worker_threads`: an enclave has one thread. */
import absent from './absent.js'

export default Object.assign(absent('node:worker_threads'), {
  isMainThread: true,
  threadId: 0,
  parentPort: null,
  workerData: null,
  resourceLimits: {},
})
