/** A service that adds two numbers. */
import { serve } from 'webclave/sdk'

export default (): Promise<void> => serve({ add: ({ a, b }: { a: number; b: number }) => a + b })
