// What every page of one application needs: the application, its form in the reader's language, saving a draft.

import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { get, patch } from '../../shared/api'
import { answersOf } from '../../shared/form/check'
import { isShown, readForm, scopeOf, shownFields, type Field, type FieldGroup } from '../../shared/form/schema'
import { language } from '../../shared/i18n'
import { useLoaded } from '../../shared/loaded'
import type { Answers, Application, Check, FormSchema } from '../../shared/types'

export const applicationPath = (id: string) => `/applications/${id}`

export function useApplication() {
  const id = useRoute().params.id as string
  const loaded = useLoaded(() => get<Application>(`/applications/${id}`))
  return { id, ...loaded }
}

/// With the form. `check` is asked only for drafts.
export function useApplicationForm() {
  const id = useRoute().params.id as string
  const loaded = useLoaded(async () => {
    const application = await get<Application>(`/applications/${id}`)
    const { form } = await get<{ form: FormSchema }>(`/services/${application.service}/form`)
    return { application, form }
  })
  const groups = computed<FieldGroup[]>(() =>
    loaded.data.value ? readForm(loaded.data.value.form, language.value) : [])
  return { id, groups, ...loaded }
}

/// All shown fields of a form under these answers.
export function fieldsOf(groups: FieldGroup[], answers: Answers, guide: Answers): Field[] {
  const scope = scopeOf(answers, guide)
  return groups.filter((group) => isShown(group, scope)).flatMap((group) => shownFields(group, scope))
}

/// Saves all answers so far; what has become hidden is left out.
export function saveDraft(application: Application, groups: FieldGroup[], answers: Answers): Promise<Application> {
  const sent = answersOf(fieldsOf(groups, answers, application.guide), answers)
  return patch<Application>(`/applications/${application.id}`, { version: application.version, answers: sent })
}

/// Where a place of a problem is mended.
export function pageOfPlace(id: string, groups: FieldGroup[], path: string): string {
  const [, part, key] = path.split('/')
  if (part === 'materials') return `/applications/${id}/materials`
  const group = groups.find((each) => each.fields.some((field) => field.key === key))
  return group ? `/applications/${id}/form/${group.id}` : `/applications/${id}`
}

export type { Check }
