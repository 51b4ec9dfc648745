import { serve } from 'webclave/sdk'

export const handlers = {
  square({ number }: { number: number }): number {
    return number * number
  },
}

export default (): Promise<void> => serve(handlers)
