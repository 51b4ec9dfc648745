/** Completion scripts for three shells, all from one list: which words may follow which. */
import type { Command } from './command.ts'
import { allOptions } from './read-options.ts'

/** The script for `shell`. */
export function completionScript(shell: string, program: string, commands: readonly Command[]): string {
  if (shell === 'fish') return fish(program, commands)
  return shell === 'zsh' ? zsh(program, commands) : bash(program, commands)
}

/** Which words may follow: the words of a command's name, then its options. */
function branches(commands: readonly Command[]): { after: string; words: readonly string[] }[] {
  const groups = Map.groupBy(
    commands.filter(({ name }) => name.includes(' ')),
    ({ name }) => name.split(' ')[0]!,
  )
  return [
    { after: '', words: [...new Set(commands.map(({ name }) => name.split(' ')[0]!))] },
    ...[...groups].map(([group, members]) => ({
      after: group,
      words: members.map(({ name }) => name.split(' ')[1]!),
    })),
    ...commands.map((command) => ({
      after: command.name,
      words: Object.keys(allOptions(command)).map((name) => `--${name}`),
    })),
  ]
}

/** The options that have a fixed set of values, with these values. */
function choices(commands: readonly Command[]): [option: string, words: readonly string[]][] {
  const all = commands.flatMap((command) => Object.entries(allOptions(command)))
  return [...new Map(all.flatMap(([name, spec]) => (spec.choices ? [[name, spec.choices] as const] : [])))]
}

/** Sets `$offers` to the words that may follow `$chosen`, the words so far that are not options; empty for files. */
function body(commands: readonly Command[]): string {
  const values = choices(commands).map(([name, words]) => `    --${name}) offers='${words.join(' ')}' ;;`)
  const nexts = branches(commands).map(
    ({ after, words }) => `      '${after}') offers='${words.join(' ')}' ;;`,
  )
  return `  case "$previous" in
${values.join('\n')}
    *) case "$chosen" in
${nexts.join('\n')}
    esac ;;
  esac`
}

const nameOf = (program: string) => `_${program.replaceAll('-', '_')}`

function bash(program: string, commands: readonly Command[]): string {
  return `# bash completion for ${program}: source <(${program} completion --shell bash)
${nameOf(program)}() {
  local offers='' chosen='' previous="\${COMP_WORDS[COMP_CWORD-1]}" at
  for ((at = 1; at < COMP_CWORD && at < 3; at++)); do
    [[ \${COMP_WORDS[at]} == -* ]] || chosen="\${chosen:+$chosen }\${COMP_WORDS[at]}"
  done
${body(commands)}
  COMPREPLY=($(compgen -W "$offers" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o filenames -F ${nameOf(program)} ${program}
`
}

function zsh(program: string, commands: readonly Command[]): string {
  return `#compdef ${program}
# zsh completion for ${program}: source <(${program} completion --shell zsh)
${nameOf(program)}() {
  local offers='' chosen='' previous="\${words[CURRENT-1]}" at
  for ((at = 2; at < CURRENT && at < 4; at++)); do
    [[ \${words[at]} == -* ]] || chosen="\${chosen:+$chosen }\${words[at]}"
  done
${body(commands)}
  [[ -n $offers ]] && compadd -- \${=offers} || _files
}
compdef ${nameOf(program)} ${program}
`
}

function fish(program: string, commands: readonly Command[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const isAfter = (name: string) => quote(`__${program}_is_after ${name}`)
  const lines = commands.flatMap((command) => {
    const [first, second] = command.name.split(' ')
    const word =
      second === undefined
        ? `complete -c ${program} -f -n ${quote(`__${program}_is_after`)} -a ${first} -d ${quote(command.summary)}`
        : `complete -c ${program} -f -n ${isAfter(first!)} -a ${second} -d ${quote(command.summary)}`
    const options = Object.entries(allOptions(command)).map(([name, { help, short, type, choices: words }]) =>
      [
        `complete -c ${program} -n ${isAfter(command.name)} -l ${name} -d ${quote(help)}`,
        short && `-s ${short}`,
        type === 'string' && '-r',
        words && `-f -a ${quote(words.join(' '))}`,
      ]
        .filter(Boolean)
        .join(' '),
    )
    return [word, ...options]
  })
  const groups = [
    ...new Set(commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0]!)),
  ]
  return `# fish completion for ${program}: ${program} completion --shell fish | source
function __${program}_is_after
    set -l given (string match -v -- '-*' (commandline -opc)[2..3])
    test "$given" = "$argv"
end
${groups.map((group) => `complete -c ${program} -f -n ${quote(`__${program}_is_after`)} -a ${group}`).join('\n')}
${lines.join('\n')}
`
}
