/** Answers each HTTP request with its body. Sends its port, and ends with its parent process. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

const server = createServer(async (request, response) => response.end(await buffer(request)))
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit())
