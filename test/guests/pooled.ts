/** A service for the tests of a pool. */
import { serve } from 'webclave/sdk'

export default (): Promise<void> =>
  serve({
    echo: (value: unknown) => value,
    async *count(most: number) {
      for (let at = 0; at < most; at++) yield at
    },
  })
