// The saved figures, each worked out on its own so that a slow one holds up none of the others.

import { ref, watch, type Ref } from 'vue'
import { asProblem, get, type Problem } from './api'
import { language } from './i18n'
import type { Figure, Page, Statistic } from './types'

export type Parameters = Record<string, string>

/// A figure on the day (or in the period) for which it was reported.
export function asReported(statistic: Statistic): Parameters {
  const reported = statistic.reported
  const found: Parameters = {}
  for (const name of ['day', 'from', 'to'] as const) if (reported?.[name]) found[name] = reported[name]
  return found
}

export interface FigureRow { statistic: Statistic; figure: Figure | null; problem: Problem | null }

export function useFigures(parameters: (statistic: Statistic) => Parameters) {
  const rows = ref<FigureRow[]>([]) as Ref<FigureRow[]>
  const problem = ref<Problem | null>(null)
  let turn = 0
  async function reload() {
    const mine = ++turn
    try {
      const { items } = await get<Page<Statistic>>('/statistics')
      if (mine !== turn) return
      problem.value = null
      rows.value = items.map((statistic) => ({ statistic, figure: null, problem: null }))
      await Promise.all(rows.value.map(async (row) => {
        try {
          row.figure = await get<Figure>(`/statistics/${row.statistic.id}`, parameters(row.statistic))
        } catch (error) {
          row.problem = asProblem(error)
        }
        if (mine === turn) rows.value = [...rows.value]
      }))
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    }
  }
  watch(language, reload)
  return { rows, problem, reload }
}

/// "截至 2019-09-30" or "2019-01-01 – 2019-11-30": what the figure says it is of.
export function isOfSpan(statistic: Statistic) { return statistic.period === 'span' }
