/** Files of the package that commands need. The relative paths hold both here and in the bundle. */
import { fileURLToPath } from 'node:url'

/** The package's package.json. */
export const PACKAGE_JSON: string = fileURLToPath(new URL('../../package.json', import.meta.url))

/** The application of `qt demo`. */
export const ECHO_GUEST: string = fileURLToPath(new URL('../../guests/echo', import.meta.url))
