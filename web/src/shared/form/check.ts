// The first look at a page's answers. The server looks again and has the last word.

import { readNumber } from '../format'
import { text } from '../i18n'
import type { Answers, Place } from '../types'
import type { Field } from './schema'

export const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0)

export function checkFields(fields: Field[], answers: Answers, prefix = '/answers'): Place[] {
  const places: Place[] = []
  for (const field of fields) {
    const value = answers[field.key]
    const path = `${prefix}/${field.key}`
    if (field.required && isEmpty(value)) places.push({ path, message: text(missingKey(field), { label: field.label }) })
    else if (field.kind === 'number' && !isEmpty(value) && readNumber(String(value)) === null)
      places.push({ path, message: text('form.not_a_number', { label: field.label }) })
    else if (field.kind === 'officers' && Array.isArray(value) && new Set(value.filter(Boolean)).size < 2)
      places.push({ path, message: text('form.two_officers') })
    else if (field.kind === 'corrections' && Array.isArray(value)
      && value.some((each) => !(each as { reason?: string }).reason?.trim()))
      places.push({ path, message: text('form.reason_missing') })
  }
  return places
}

function missingKey(field: Field): string {
  switch (field.kind) {
    case 'radio': case 'select': case 'checklist': case 'date': return 'form.choose'
    case 'checkbox': return 'form.confirm'
    case 'corrections': return 'form.corrections_missing'
    case 'officers': return 'form.two_officers'
    default: return 'form.enter'
  }
}

/// The answers to send: numbers as numbers, what is left empty left out, what is hidden left out.
export function answersOf(fields: Field[], answers: Answers): Answers {
  const sent: Answers = {}
  for (const field of fields) {
    if (field.kind === 'statement' || !field.key) continue
    const value = answers[field.key]
    if (value === undefined || value === null || value === '') continue
    sent[field.key] = field.kind === 'number' ? (readNumber(String(value)) ?? value)
      : typeof value === 'string' ? value.trim() : value
  }
  return sent
}
