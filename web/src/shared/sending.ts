// What the button of a form does: everything that is wrong told at once, one write at a time, a refusal kept beside its places.

import { ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from './api'
import { language, text } from './i18n'
import type { Place } from './types'

/// What is still to be typed or (`choice`) chosen, each by its name: the places of a form that can not be sent yet.
export interface Needed { name: string; label: string; value: string; choice?: boolean }
export const unfilled = (fields: Needed[]): Place[] => fields.filter((each) => !each.value.trim())
  .map((each) => ({ path: `/${each.name}`, message: text(each.choice ? 'form.choose' : 'form.enter', { label: each.label }) }))

export function useSending() {
  const places = ref<Place[]>([])
  const failure = shallowRef<Problem | null>(null)
  const busy = ref(false)
  // A refusal is in the language it was asked for in: after the switch it is gone, what was typed stays.
  watch(language, () => {
    places.value = []
    failure.value = null
  })

  /// Does the work unless the form itself has found something wrong (`found`); whether it was done. While one write is on its
  /// way a second press does nothing.
  async function send(work: () => Promise<unknown>, found: Place[] = []): Promise<boolean> {
    if (busy.value) return false
    failure.value = null
    places.value = found
    if (found.length) return false
    busy.value = true
    try {
      await work()
      return true
    } catch (caught) {
      failure.value = asProblem(caught)
      places.value = failure.value.places
      return false
    } finally {
      busy.value = false
    }
  }
  /// What is wrong with one place of the form.
  const error = (path: string) => places.value.find((place) => place.path === path)?.message
  return { places, failure, busy, send, error }
}
