// What a button of the office does: sends, then shows the page as it is now and says what was done.

import { ref } from 'vue'
import { useSending, unfilled, type Needed } from '../shared/sending'

/// Where a page has several forms, each names itself (`form`); the id of a field is its form's name and its own: `range-first`.
export function useAct(reload: () => Promise<unknown>) {
  const { places, failure, busy, send, error } = useSending()
  const said = ref('')
  const sent = ref('field')
  /// What the write answered; null when it was refused, or something `needed` is not filled in.
  async function act<T>(work: () => Promise<T>, done: string, form = 'field', needed: Needed[] = []): Promise<T | null> {
    said.value = ''
    sent.value = form
    let answer: T | null = null
    const isDone = await send(async () => {
      answer = await work()
      await reload()
    }, unfilled(needed))
    if (isDone) said.value = done
    return isDone ? answer : null
  }
  const errorOf = (name: string, form = 'field') => (form === sent.value ? error(`/${name}`) : undefined)
  const anchor = (path: string) => `${sent.value}-${path.split('/').pop()}`
  return { places, failure, said, busy, act, errorOf, anchor }
}
