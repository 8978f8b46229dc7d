// What a button does: one write at a time, its refusal kept, its success said.

import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '../shared/api'

export function useAct(reload: () => Promise<unknown>) {
  const failure = shallowRef<Problem | null>(null)
  const said = ref('')
  const busy = ref(false)
  async function act<T>(work: () => Promise<T>, done: string): Promise<T | null> {
    failure.value = null
    said.value = ''
    busy.value = true
    try {
      const answer = await work()
      await reload()
      said.value = done
      return answer
    } catch (caught) {
      failure.value = asProblem(caught)
      return null
    } finally {
      busy.value = false
    }
  }
  const errorOf = (name: string) => failure.value?.places.find((place) => place.path === `/${name}`)?.message
  return { failure, said, busy, act, errorOf }
}
