/** `qt new`: makes the folder of a project: an application for an enclave, its host and tests of both. */
import { resolve } from 'node:path'
import type { Command } from '../core/command.ts'
import { printJson, printNote } from '../output/output.ts'
import { assertProjectName } from './new/project-name.ts'
import { projectFiles, TEMPLATE_NAMES, type TemplateName } from './new/templates.ts'
import { writeProject } from './new/write-project.ts'

export const newProject: Command = {
  name: 'new',
  summary: 'make a folder with an application, its host and tests',
  example: 'qt new my-signer --template signer',
  operands: ['NAME'],
  options: {
    template: {
      type: 'string',
      value: 'NAME',
      choices: TEMPLATE_NAMES,
      default: 'echo',
      help: 'what to begin with',
    },
  },
  async run(options) {
    const [name] = options.operands as [string]
    const template = options.need('template') as TemplateName
    assertProjectName(name)
    const folder = resolve(name)
    const files = await projectFiles(template, name)
    await writeProject(folder, files)
    printJson({ Folder: folder, Template: template, Files: [...files.keys()].sort() })
    printNote(`next: cd ${name} && npm install && npm start`)
    return 0
  },
}
