/** The access log of `qt kms serve`: one line for each request, with the operation and the status, never the content. */
import type { KmsApp } from '../../kms/index.ts'
import { printNote } from '../output/output.ts'

/** The longest operation that is printed: a client chooses it. */
const MAX_LENGTH = 80

/** `fetch`, which also prints a line for each request. */
export function logged(fetch: KmsApp['fetch'], print: (line: string) => void = printNote): KmsApp['fetch'] {
  return async (request, environment) => {
    const began = performance.now()
    const answer = await fetch(request, environment)
    const took = Math.round(performance.now() - began)
    const operation = request.headers.get('x-amz-target') ?? new URL(request.url).pathname
    const asked = `${request.method} ${operation.slice(0, MAX_LENGTH)}`
    print(`${new Date().toISOString()} ${asked} ${answer.status} ${took} ms`)
    return answer
  }
}
