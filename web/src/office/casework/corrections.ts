// What the officer wants corrected, shared between the facts (where it is picked) and the task's form (where it is sent).

import { reactive } from 'vue'

export interface PickedCorrection { place: string; label: string; reason: string }
export interface Corrections {
  active: boolean
  list: PickedCorrection[]
  has: (place: string) => boolean
  toggle: (place: string, label: string) => void
  /// The task's form asks for corrections: they can be picked until `end`.
  begin: () => void
  end: () => void
  clear: () => void
}

export function createCorrections(): Corrections {
  const state: Corrections = reactive({
    active: false,
    list: [] as PickedCorrection[],
    has: (place: string) => state.list.some((each) => each.place === place),
    toggle(place: string, label: string) {
      const index = state.list.findIndex((each) => each.place === place)
      if (index >= 0) state.list.splice(index, 1)
      else state.list.push({ place, label, reason: '' })
    },
    begin: () => { state.active = true },
    end: () => { state.active = false },
    clear: () => { state.list.splice(0) },
  })
  return state
}
