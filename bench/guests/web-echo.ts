/** Answers each request with its body; `serve` is there to be compared with. */
import { serve, serveHttp } from 'webclave/sdk'

const echo = async (request: Request) => new Response(await request.bytes())

export default (): Promise<unknown> =>
  Promise.all([serve({ echo: (value: unknown) => value }), serveHttp(echo)])
