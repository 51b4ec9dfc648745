/** `qt enclave query-eif`: everything about an image that can be known without starting it. */
import { describeImage, readImageComponent } from '../../image/index.ts'
import type { Command } from '../core/command.ts'
import { openInput } from '../core/files.ts'
import { componentReport } from '../output/image-report/component.ts'
import { imageReport } from '../output/image-report/image.ts'
import { printJson } from '../output/output.ts'

export const queryEif: Command = {
  name: 'enclave query-eif',
  summary: 'describe an enclave image, webclave’s or a real cloud’s',
  example: 'qt enclave query-eif --eif app.eif',
  options: { eif: { type: 'string', value: 'FILE', required: true, help: 'the image to describe' } },
  async run(options) {
    await using file = await openInput(options.need('eif'), 'the image')
    const description = await describeImage(file)
    const component = await readImageComponent(file, description)
    printJson({
      ...imageReport(description),
      ...(component && {
        Component: await componentReport(component, description.contents?.manifest.memoryMiB),
      }),
    })
    return 0
  },
}
