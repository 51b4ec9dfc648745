/** A service that adds. */
import { serve } from 'webclave/sdk'

export default () => serve({ add: ({ a, b }: { a: number; b: number }) => a + b })
