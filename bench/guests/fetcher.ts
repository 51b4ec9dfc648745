/** A guest that fetches a URL so many times, one after the other. */
import { serve } from 'webclave/sdk'

export default (): Promise<void> =>
  serve({
    async fetch({ url, count }: { url: string; count: number }): Promise<number> {
      const begin = performance.now()
      for (let done = 0; done < count; done++) await (await fetch(url)).arrayBuffer()
      return performance.now() - begin
    },
    async connect({ url, count }: { url: string; count: number }): Promise<number> {
      const begin = performance.now()
      const init = { method: 'POST', headers: { 'x-close': '1' } }
      for (let done = 0; done < count; done++) await (await fetch(url, init)).arrayBuffer()
      return performance.now() - begin
    },
  })
