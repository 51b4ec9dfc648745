/** A service that returns what it gets. */
import { serve } from 'webclave/sdk'

export default (): Promise<void> => serve({ echo: (value: unknown) => value })
