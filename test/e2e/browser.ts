/**
 * Finds the browser of the end-to-end tests, in this order: WEBCLAVE_BROWSER, Playwright's own, the system's. If
 * there is no browser, it installs Debian's Chromium if that is possible.
 */
import { type Browser, chromium } from 'playwright-core'
import { installed, isProgram, programOf } from './debian.ts'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
]
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/**
 * WebAssembly compiled once only: in a short visit the optimising compiler takes more time than it saves. Attacks and
 * the page in Firefox run optimised code.
 */
export const SHORT_VISITS = '--js-flags=--liftoff-only,--max-lazy'

function onSystem(): string | undefined {
  return programOf(NAMES) ?? MAC.find(isProgram)
}

/** The path of a Chromium. @throws {Error} with instructions if there is no browser */
export function findBrowser(): string {
  const named = process.env['WEBCLAVE_BROWSER']
  if (named) {
    if (isProgram(named)) return named
    throw new Error(`WEBCLAVE_BROWSER is ${named}, which is not a program`)
  }
  const own = chromium.executablePath()
  const found = own && isProgram(own) ? own : (onSystem() ?? (installed('chromium') ? onSystem() : undefined))
  if (found) return found
  throw new Error(
    'There is no Chromium here, and it could not be installed. Install it (Debian: apt-get install chromium; any ' +
      'other: npx playwright-core install chromium), or name one in WEBCLAVE_BROWSER.',
  )
}

/** Starts the browser with the additional arguments `more`. */
export function launchBrowser(...more: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: findBrowser(), args: [...ARGUMENTS, ...more] })
}
