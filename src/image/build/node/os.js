/** `node:os`: an enclave is not a machine, and reveals nothing about the one that it runs on. */
import absent from './absent.js'

export default Object.assign(absent('node:os'), {
  EOL: '\n',
  // The numbers of signals that packages name. Nothing sends them.
  constants: {
    signals: { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGTERM: 15 },
    errno: {},
  },
  devNull: '/dev/null',
  arch: () => 'wasm32',
  availableParallelism: () => 1,
  cpus: () => [],
  endianness: () => 'LE',
  homedir: () => '/',
  hostname: () => 'enclave',
  loadavg: () => [0, 0, 0],
  machine: () => 'wasm32',
  networkInterfaces: () => ({}),
  platform: () => 'linux',
  release: () => '',
  tmpdir: () => '/tmp',
  type: () => 'webclave',
  version: () => '',
})
