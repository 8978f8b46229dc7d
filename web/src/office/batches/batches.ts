// What the pages of batches share.

import { onBeforeUnmount, watch, type Ref } from 'vue'
import type { Batch } from '../../shared/types'

export const states = ['running', 'stopped', 'finished'] as const
export const colourOf = (batch: Batch) =>
  batch.state === 'running' ? 'info' : batch.state === 'stopped' ? 'warn' : batch.refused ? 'warn' : 'good'

/// Not more often than this is a running batch asked about. Units: milliseconds.
const PAUSE = 1000

/// Asks again after each answer for as long as something runs.
export function useWatched(runs: Ref<boolean>, answer: Ref<unknown>, reload: () => Promise<unknown>) {
  let timer = 0
  watch(answer, () => {
    window.clearTimeout(timer)
    if (runs.value) timer = window.setTimeout(() => void reload(), PAUSE)
  })
  onBeforeUnmount(() => window.clearTimeout(timer))
}
