/** Files of the package that commands need: the same steps lead to them from here and from what this is bundled into. */
import { fileURLToPath } from 'node:url'

/** What npm knows of the package. */
export const PACKAGE_JSON: string = fileURLToPath(new URL('../../package.json', import.meta.url))

/** The application of the demonstration. */
export const ECHO_GUEST: string = fileURLToPath(new URL('../../guests/echo', import.meta.url))
