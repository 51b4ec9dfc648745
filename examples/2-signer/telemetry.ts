/**
 * Spans and metrics of the pool for OpenTelemetry. They are made from events that contain names, times and codes, and
 * nothing that a caller or a guest has sent.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { PoolStats } from 'webclave/pool'

/** The messages of the channels. */
interface Call {
  readonly method: string
  readonly milliseconds: number
  readonly queuedMilliseconds: number
  readonly code: string | undefined
}
interface Start {
  readonly milliseconds: number
}
interface End {
  readonly reason: string
  readonly answered: number
}

export interface Telemetry {
  /** Sends what has not been sent yet, and stops. */
  stop(): Promise<void>
}

/** Sends spans and metrics to the collector at `endpoint` (OTLP over HTTP). `stats` are those of the pool. */
export function startTelemetry(endpoint: string, stats: () => PoolStats): Telemetry {
  const resource = resourceFromAttributes({ 'service.name': 'signer' })
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` })
  const traces = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] })
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics` }),
    exportIntervalMillis: 10_000,
  })
  const metrics = new MeterProvider({ resource, readers: [reader] })
  const tracer = traces.getTracer('webclave')
  const meter = metrics.getMeter('webclave')

  const calls = meter.createHistogram('webclave.call.duration', { unit: 'ms' })
  const starts = meter.createHistogram('webclave.enclave.start', { unit: 'ms' })
  const ends = meter.createCounter('webclave.enclave.ends')
  const gauge = (name: string, unit: string, read: (now: PoolStats) => number) =>
    meter.createObservableGauge(name, { unit }).addCallback((result) => result.observe(read(stats())))
  gauge('webclave.pool.enclaves', '{enclave}', ({ enclaves }) => enclaves)
  gauge('webclave.pool.queue', '{call}', ({ queued }) => queued)
  gauge('webclave.pool.memory', 'By', ({ memoryUsed }) => memoryUsed)

  /** A span that ends now. */
  const record = (name: string, milliseconds: number, attributes: Record<string, string | number>) => {
    const endTime = Date.now()
    return {
      span: tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: endTime - milliseconds, attributes }),
      endTime,
    }
  }

  const onCall = (message: unknown) => {
    const { method, milliseconds, queuedMilliseconds, code } = message as Call
    calls.record(milliseconds, { method, code: code ?? 'ok' })
    const { span, endTime } = record(`enclave ${method}`, milliseconds, {
      'webclave.queued_ms': queuedMilliseconds,
    })
    if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: code })
    span.end(endTime)
  }
  const onStart = (message: unknown) => {
    const { milliseconds } = message as Start
    starts.record(milliseconds)
    const { span, endTime } = record('enclave start', milliseconds, {})
    span.end(endTime)
  }
  // The reason begins with its kind. What follows may be a message of the guest.
  const onEnd = (message: unknown) => ends.add(1, { kind: (message as End).reason.split(':')[0]! })

  const channels = {
    'webclave.pool.call': onCall,
    'webclave.pool.start': onStart,
    'webclave.pool.end': onEnd,
  }
  for (const [name, listener] of Object.entries(channels)) subscribe(name, listener)

  async function stop(): Promise<void> {
    for (const [name, listener] of Object.entries(channels)) unsubscribe(name, listener)
    await Promise.all([traces.shutdown(), metrics.shutdown()])
  }

  return { stop }
}
