// The guide's answers, kept in this browser tab until an application takes them over.

import { reactive, watch } from 'vue'
import type { Answers } from '../../shared/types'

export function guideAnswers(service: string): Answers {
  const name = `yichuang.guide.${service}`
  let kept: Answers = {}
  try {
    kept = JSON.parse(sessionStorage.getItem(name) ?? '{}')
  } catch {
    kept = {}
  }
  const answers = reactive<Answers>(kept)
  watch(answers, () => sessionStorage.setItem(name, JSON.stringify(answers)), { deep: true })
  return answers
}
