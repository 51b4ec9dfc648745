/** Light or dark colours: as the system has them, or as the reader chose. */
import { effect, type Signal, signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark']
const STORED = 'webclave.theme'

function firstTheme(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(STORED)) ?? 'auto'
  } catch {
    return 'auto'
  }
}

export const theme: Signal<Theme> = signal<Theme>(firstTheme())

/** Applies the theme now and whenever it changes, and keeps it for the next visit. */
export function followTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
    try {
      localStorage.setItem(STORED, theme.value)
    } catch {}
  })
}
