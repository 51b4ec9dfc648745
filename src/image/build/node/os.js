/** `node:os`: an enclave is no machine, and tells nothing about the one that it runs on. */
import absent from './absent.js'

export default Object.assign(absent('node:os'), {
  EOL: '\n',
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
