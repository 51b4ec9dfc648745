/** wasi:cli/environment of the test enclave. */
import { machine } from '../current.ts'

export const getArguments = (): string[] => [...machine().options.args]

export const getEnvironment = (): [string, string][] => Object.entries(machine().options.env)
