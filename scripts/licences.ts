/** The licences of packages whose code is in dist/, which their authors want to go with it. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The packages to which the files `inputs` of a bundle belong, sorted. */
export function packagesOf(inputs: readonly string[]): string[] {
  const names = inputs.map((input) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
  return [...new Set(names.filter((name) => name !== undefined))].sort()
}

/** The licence texts of `packages`, each after the package's name. */
export async function licencesOf(root: string, packages: readonly string[]): Promise<string> {
  const texts: string[] = []
  for (const name of packages) {
    const folder = join(root, 'node_modules', name)
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each))
    if (file === undefined) throw new Error(`${name} has no licence to go with its code`)
    texts.push(`${name}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`)
  }
  return texts.join('\n\n')
}
