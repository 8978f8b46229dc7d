// A list whose filters live in the address bar: the page can be bookmarked, reloaded and gone back to.

import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { get } from '../shared/api'
import { useLoaded, type Loaded } from '../shared/loaded'
import type { Page } from '../shared/types'

export const LIMIT = 50

/// A column of a list: its cell is the slot `name`; `sort` is what the server sorts by when the heading is pressed.
export interface Column { name: string; label: string; sort?: string; falling?: boolean; style?: string }

export interface List<T> extends Loaded<Page<T>> {
  path: string
  filters: ComputedRef<Record<string, string>>
  trail: Ref<string[]>
  set: (changes: Record<string, string>) => void
  next: () => void
  previous: () => void
}

export function useList<T>(path: string, defaults: Record<string, string>): List<T> {
  const route = useRoute()
  const router = useRouter()
  const filters = computed<Record<string, string>>(() => {
    const found: Record<string, string> = { ...defaults }
    for (const [name, value] of Object.entries(route.query)) if (typeof value === 'string') found[name] = value
    return found
  })
  const { data, problem, loading, reload } = useLoaded(() => get<Page<T>>(path, { ...filters.value, limit: LIMIT }))
  watch(() => JSON.stringify(filters.value), () => void reload())

  // Cursors only lead on: the way back is remembered here.
  const trail = ref<string[]>([])
  function set(changes: Record<string, string>) {
    trail.value = []
    void router.replace({ query: clean({ ...route.query as Record<string, string>, cursor: '', ...changes }) })
  }
  function clean(query: Record<string, string>) {
    return Object.fromEntries(Object.entries(query).filter(([name, value]) => value && value !== defaults[name]))
  }
  function next() {
    trail.value.push(filters.value.cursor ?? '')
    void router.push({ query: clean({ ...route.query as Record<string, string>, cursor: data.value?.next ?? '' }) })
  }
  function previous() {
    void router.push({ query: clean({ ...route.query as Record<string, string>, cursor: trail.value.pop() ?? '' }) })
  }
  return { path, filters, data, problem, loading, reload, set, next, previous, trail }
}
