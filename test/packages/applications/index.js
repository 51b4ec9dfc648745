/** Runs every application, one after the other. Each throws if a result is not right. */
const APPLICATIONS = {
  bip39: () => import('./bip39.js'),
  cbor2: () => import('./cbor2.js'),
  'crypto-js': () => import('./crypto-js.js'),
  'date-fns': () => import('./date-fns.js'),
  elliptic: () => import('./elliptic.js'),
  ethers: () => import('./ethers.js'),
  hono: () => import('./hono.js'),
  jose: () => import('./jose.js'),
  luxon: () => import('./luxon.js'),
  msgpack: () => import('./msgpack.js'),
  nanoid: () => import('./nanoid.js'),
  'node-forge': () => import('./node-forge.js'),
  pino: () => import('./pino.js'),
  protobufjs: () => import('./protobufjs.js'),
  tweetnacl: () => import('./tweetnacl.js'),
  viem: () => import('./viem.js'),
  zod: () => import('./zod.js'),
}

export default async function main() {
  for (const [name, load] of Object.entries(APPLICATIONS)) {
    try {
      const application = await load()
      await application.default()
      console.log(`${name}: right`)
    } catch (error) {
      console.log(`${name}: ${error.message} ${error.stack}`.replaceAll('\n', ' | '))
    }
  }
}
