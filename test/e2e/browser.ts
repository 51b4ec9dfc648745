/**
 * Finds the browser of the end-to-end tests, in this order: WEBCLAVE_BROWSER, Playwright's own, the system's. If
 * there is no browser, it installs Debian's Chromium if that is possible.
 */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

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

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function onSystem(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']
  return [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...MAC].find(isProgram)
}

/** Installs Debian's Chromium if this is Debian and we are root. */
function install(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (...args: string[]) =>
    execFileSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    run('install', '-y', '--no-install-recommends', 'chromium')
  } catch {
    // A new container has no package lists.
    run('update')
    run('install', '-y', '--no-install-recommends', 'chromium')
  }
  return onSystem()
}

/** The path of a Chromium. @throws {Error} with instructions if there is no browser */
export function findBrowser(): string {
  const named = process.env['WEBCLAVE_BROWSER']
  if (named) {
    if (isProgram(named)) return named
    throw new Error(`WEBCLAVE_BROWSER is ${named}, which is not a program`)
  }
  const own = chromium.executablePath()
  const found = own && isProgram(own) ? own : (onSystem() ?? install())
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
