interface Outcome {
  readonly value?: unknown
  readonly name?: string | undefined
  readonly code?: string | undefined
  readonly cause?: string
}

/** The outcome of an action: its value, or the name and code of its error. */
export function thrown(action: () => unknown): Outcome {
  try {
    return { value: action() }
  } catch (error) {
    return failure(error)
  }
}

/** The same for a promise, or for what throws before there is one. */
export async function settled(action: () => unknown): Promise<Outcome> {
  try {
    return { value: await action() }
  } catch (error) {
    return failure(error)
  }
}

function failure(error: unknown): Outcome {
  const { name, code, cause } = error as { name?: string; code?: string; cause?: unknown }
  return { name, code, ...(cause !== undefined && { cause: `${cause}` }) }
}
