/** Refuses an image of a component that no enclave would admit, before it is written. */
import { limitsOf, surveyComponent } from '../../admission/index.ts'
import type { Bytes } from '../../base/bytes.ts'
import { describeImage, readImageComponent } from '../../image/index.ts'

const MIB = 1024 * 1024

/**
 * Admits the component of the application in `eif` as a start does, within the memory that its manifest names.
 * @throws {EnclaveError} E_ADMISSION_...
 */
export async function assertStartable(eif: Bytes): Promise<void> {
  const description = await describeImage(eif)
  const component = await readImageComponent(eif, description)
  // The engine is part of the release.
  if (component?.role !== 'application') return
  const survey = surveyComponent(component.bytes, { startDeadline: true })
  const memoryMiB = description.contents?.manifest.memoryMiB
  if (memoryMiB !== undefined) limitsOf(survey, memoryMiB * MIB)
}
