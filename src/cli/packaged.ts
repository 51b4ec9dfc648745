/** Files of the package that commands need. The relative paths hold both here and in the bundle. */
import { fileURLToPath } from 'node:url'

/** The package's package.json. */
export const PACKAGE_JSON: string = fileURLToPath(new URL('../../package.json', import.meta.url))

/** The folders of the templates of `qt new`. */
export const TEMPLATES: string = fileURLToPath(new URL('./templates', import.meta.url))

/** The headers and the library for programs in C. */
export const C_SDK: string = fileURLToPath(new URL('../../dist/c', import.meta.url))

/** The application of `qt demo`. */
export const ECHO_GUEST: string = fileURLToPath(new URL('../../guests/echo', import.meta.url))
