/** What console.log shows of a promise: the engine tells its state. */

let native

/** Sets the C function. */
export function setNativePromise({ promiseState }) {
  native = promiseState
}

/** For `node-inspect-extracted`, which scripts/build-engine.ts makes call this: the state, as its mark, and the value. */
export function promiseDetails(promise, pending, rejected) {
  const [state, value] = native(promise)
  return [state === 'pending' ? pending : state === 'rejected' ? rejected : undefined, value]
}
