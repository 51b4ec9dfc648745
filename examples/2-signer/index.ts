/** Starts the service. SIGINT and SIGTERM stop it after the requests under way. */
import { createService } from './service.ts'
import { startSigner } from './signer.ts'
import { startTelemetry } from './telemetry.ts'

const { PORT = '3000', SIZE = '2', OTEL_EXPORTER_OTLP_ENDPOINT: collector } = process.env

const signer = await startSigner(Number(SIZE))
const telemetry = collector ? startTelemetry(collector, () => signer.stats()) : undefined
const app = createService(signer)
console.log(await app.listen({ port: Number(PORT), host: '127.0.0.1' }))

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await app.close()
    await signer.stop()
    await telemetry?.stop()
  })
