// What the pages of models share: the questions about a draft, and what the standard editors have in common.
import { call, get, post } from '../../shared/api'
import type { ModelChange, ModelDraftWithTexts, ModelFinding, ModelText } from '../../shared/types'

export interface Unsaved { file: string; text: string }

export const findDraft = (id: string) => get<ModelDraftWithTexts>(`/model-drafts/${id}`)
export const readModel = (service: string, file: string) => get<ModelText>(`/models/${service}/text`, { file })
export const beginDraft = (service: string, file: string, text: string) =>
  post<ModelDraftWithTexts>(`/models/${service}/drafts`, { file, text })
export const saveFile = (id: string, edition: number, file: string, text: string | null, takesOver = false) =>
  call<ModelDraftWithTexts>('PUT', `/model-drafts/${id}/files`, { body: { file, text, takes_over: takesOver }, version: edition })
export const checkDraft = (id: string, unsaved: Unsaved | null) =>
  post<{ findings: ModelFinding[]; may_be_proposed: boolean }>(`/model-drafts/${id}/check`, unsaved ?? {})
export const compareDraft = (id: string, unsaved: Unsaved | null) =>
  post<{ changes: ModelChange[] }>(`/model-drafts/${id}/comparison`, unsaved ?? {})
export const proposeDraft = (id: string, edition: number, reason: string, day: string) =>
  call<ModelDraftWithTexts>('POST', `/model-drafts/${id}/proposal`, { body: { reason, applies_from: day || null }, version: edition })
export const decideDraft = (id: string, edition: number, outcome: 'approve' | 'send_back', reason: string) =>
  call<ModelDraftWithTexts>('POST', `/model-drafts/${id}/decision`, { body: { outcome, reason }, version: edition })

/// What each of the three editors offers to its page.
export interface Editor {
  text: () => Promise<string>
  show: (element: string) => void
  mark?: (elements: string[]) => void
}
