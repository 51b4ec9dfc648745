/** Reading and writing without streams, whose turns take longer than the work. */
export interface DirectBytes {
  /** Moves bytes into `target`, as many as there are and fit; 0 at the end. @throws {EnclaveError} E_VSOCK_RESET. */
  read(target: Uint8Array): number | Promise<number>
  /** Sends bytes, which may be changed once it has returned, or the promise has resolved. */
  write(bytes: Uint8Array): Promise<void> | undefined
}
