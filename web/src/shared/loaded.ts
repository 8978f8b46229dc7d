// Data of a page: loaded, loaded again when the language changes, with its refusal when there is one.

import { onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { asProblem, type Problem } from './api'
import { language } from './i18n'

export interface Loaded<T> {
  data: Ref<T | null>
  problem: Ref<Problem | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(true)
  let turn = 0
  async function reload() {
    const mine = ++turn
    loading.value = true
    try {
      const answer = await load()
      if (mine !== turn) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  onMounted(reload)
  watch(language, reload)
  return { data, problem, loading, reload }
}
