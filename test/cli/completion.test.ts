/** Shell completion, tested in every shell that is installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { completionScript } from '../../src/cli/core/completion-scripts.ts'
import { NITRO } from '../../src/cli/core/nitro-commands.ts'
import { QT } from '../../src/cli/core/qt-commands.ts'
import { allOptions } from '../../src/cli/core/read-options.ts'
import { nitro } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'completion-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'image.eif')
writeFileSync(file, '')

const commands = await Promise.all(Object.values(QT.commands).map((load) => load()))

/** Scripts that print what a shell offers to complete the last of their arguments. */
const OFFERS = {
  bash: (script: string) =>
    `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _qt; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // zsh's own compadd and _files work only in its line editor.
  zsh: (script: string) => `
    compdef() { entry=$1 }
    compadd() { shift; local last="\${words[-1]}"; local -a hits=(\${(M)@:#$last*}); print -l -- $hits; (( $#hits )) }
    _files() { print -l -- "\${words[-1]}"*(N) }
    source ${script}
    words=("$@"); CURRENT=$#; $entry`,
  fish: (script: string) => `source ${script}; complete -C "$LINE" | string replace -r '\\t.*' ''; true`,
}

/** Tests of completion need the shell itself; other tests check its script without it. */
function isInstalled(shell: string): boolean {
  if (spawnSync(shell, ['--version']).status === 0) return true
  console.error(`LEFT OUT: ${shell} is missing, and so is the test that it completes words`)
  return false
}

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  test.runIf(isInstalled(shell))('completes commands, options, values and files', () => {
    const script = join(folder, `completion.${shell}`)
    writeFileSync(script, completionScript(shell, 'qt', commands))
    const offered = (...line: string[]) => {
      const args = ['-c', OFFERS[shell](script), '-', ...line]
      const env = { ...process.env, LINE: line.join(' ') }
      return execFileSync(shell, args, { encoding: 'utf8', env }).trim().split('\n').toSorted()
    }
    expect(offered('qt', 'encl')).toEqual(['enclave'])
    expect(offered('qt', 'enclave', 'st')).toEqual(['start', 'stop'])
    expect(offered('qt', 'enclave', 'start', '--c')).toEqual(['--cid', '--cpus'])
    expect(offered('qt', 'enclave', 'query', '--output', 'y')).toEqual(['yaml', 'yamlc'])
    expect(offered('qt', 'enclave', 'start', '--eif', join(folder, 'im'))).toEqual([file])
  })

  test('has every command and option in its script', async () => {
    const { stdout } = await nitro('completion', '--shell', shell)
    for (const load of Object.values(NITRO.commands)) {
      const command = await load()
      expect(stdout).toContain(command.name)
      for (const name of Object.keys(allOptions(command))) expect(stdout).toContain(name)
    }
  })
})
