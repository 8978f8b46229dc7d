// Reads a form-js schema into pages of fields, in the reader's language. The subset: text field, text area, number, radio,
// select, checkbox, checklist, date, and text that is only read; a group is a page.

import { holds, type Scope } from '../condition'
import type { Language } from '../i18n'
import type { FormComponent, FormSchema } from '../types'

export type FieldKind =
  | 'text' | 'text_area' | 'number' | 'radio' | 'select' | 'checkbox' | 'checklist' | 'date' | 'statement'
  | 'corrections' | 'officers'

export interface FieldOption { value: string; label: string }
export interface Field {
  id: string
  key: string
  kind: FieldKind
  label: string
  description: string
  statement: string
  required: boolean
  lengthMax?: number
  autocomplete: string
  check: string
  neededBy: string[]
  options: FieldOption[]
  hide: string
}
export interface FieldGroup { id: string; label: string; description: string; fields: Field[]; hide: string }

const KINDS: Record<string, FieldKind> = {
  textfield: 'text', textarea: 'text_area', number: 'number', radio: 'radio', select: 'select', checkbox: 'checkbox',
  checklist: 'checklist', datetime: 'date', date: 'date', text: 'statement',
}
const EDITORS: Record<string, FieldKind> = { corrections: 'corrections', officers: 'officers' }

function worded(component: FormComponent, name: 'label' | 'description' | 'text', language: Language): string {
  const own = component[name] || (name === 'label' ? component.dateLabel : '') || ''
  return (language === 'en' && component.properties?.[`${name}_en`]) || own
}

function options(component: FormComponent, language: Language): FieldOption[] {
  return (component.values ?? []).map((option) => {
    const english = option.label_en ?? option.properties?.label_en ?? component.properties?.[`option_en.${option.value}`]
    return { value: option.value, label: (language === 'en' && english) || option.label }
  })
}

function field(component: FormComponent, language: Language): Field | null {
  const kind = EDITORS[component.properties?.editor ?? ''] ?? KINDS[component.type]
  if (!kind) return null
  const check = component.properties?.check ?? ''
  const lengthMax = Number(component.validate?.maxLength)
  return {
    id: component.id ?? component.key ?? '',
    key: component.key ?? '',
    kind,
    label: worded(component, 'label', language),
    description: worded(component, 'description', language),
    statement: kind === 'statement' ? worded(component, 'text', language) : '',
    required: component.validate?.required === true,
    lengthMax: lengthMax > 0 ? lengthMax : undefined,
    autocomplete: component.properties?.autocomplete ?? '',
    check,
    neededBy: (component.properties?.needed_by ?? '').split(',').map((id) => id.trim()).filter(Boolean),
    options: options(component, language),
    hide: component.conditional?.hide ?? '',
  }
}

/// Loose components before or between groups form a group of their own without a label.
export function readForm(schema: FormSchema, language: Language): FieldGroup[] {
  const groups: FieldGroup[] = []
  let loose: FieldGroup | null = null
  for (const component of schema.components ?? []) {
    if (component.type === 'group') {
      loose = null
      groups.push({
        id: component.id ?? component.key ?? `group_${groups.length}`,
        label: worded(component, 'label', language),
        description: worded(component, 'description', language),
        fields: (component.components ?? []).flatMap((inner) => field(inner, language) ?? []),
        hide: component.conditional?.hide ?? '',
      })
      continue
    }
    const single = field(component, language)
    if (!single) continue
    if (!loose) {
      loose = { id: `group_${groups.length}`, label: '', description: '', fields: [], hide: '' }
      groups.push(loose)
    }
    loose.fields.push(single)
  }
  return groups
}

export const isShown = (part: { hide: string }, scope: Scope) => !part.hide || holds(part.hide, scope) !== true

export function shownFields(group: FieldGroup, scope: Scope): Field[] {
  return isShown(group, scope) ? group.fields.filter((each) => isShown(each, scope)) : []
}

/// What conditions may name: each answer by its key, and `answers` and `guide` as a whole.
export function scopeOf(answers: Scope, guide: Scope = {}): Scope {
  return { ...guide, ...answers, answers, guide }
}

/// An answer in words, for check-your-answers.
export function answerText(each: Field, value: unknown, yes: string, no: string, separator: string): string {
  if (each.kind === 'checkbox') return value === true ? yes : no
  if (value === undefined || value === null || value === '') return ''
  const word = (one: unknown) => each.options.find((option) => option.value === String(one))?.label ?? String(one)
  if (Array.isArray(value)) return value.map(word).join(separator)
  return word(value)
}

/// A declaration is signed on the last page, after everything has been checked.
export const isDeclaration = (group: FieldGroup) => /^declaration(_|$)/.test(group.id)
