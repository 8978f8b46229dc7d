// The last checkpoint of each log that this browser has seen: a log that was changed since contradicts it.
const PREFIX = 'log-checkpoint:'

export function rememberedNotes(): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => localStorage.getItem(key) ?? '')
  } catch {
    return []  // a page opened from a file may have no storage
  }
}
export function rememberedNote(origin: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + origin) ?? undefined
  } catch {
    return undefined
  }
}
/** Only what was found to continue the remembered one may take its place. */
export function remember(origin: string, note: string) {
  try {
    localStorage.setItem(PREFIX + origin, note)
  } catch {
    // Full or forbidden: the next visit has nothing to compare with, and says so.
  }
}
