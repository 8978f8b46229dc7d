// The trust file: whose keys count, what fields are called, the last lists of states. It is part of the page, or loaded.
import { refuse, type Words } from './refusal'

export interface TrustKey {
  purpose: string; kid: string; point?: string; valid_from: number; valid_to: number
  subject: string; fingerprint: string; demonstration: boolean; active: boolean
}
/** That the log of `size` entries continues the one of `old_size`; hashes as base 64. */
export interface Continuation { origin: string; old_size: number; size: number; proof: string[] }
export interface Trust {
  format: string
  authority: Words
  demonstration: boolean
  made_at: number
  keys: TrustKey[]
  kinds: Record<string, { name: Words; fields: { id: string; label: Words }[] }>
  status_lists: string[]
  /** Keys and witnesses of the public log, its checkpoints of then, and proofs that were fetched since. */
  log?: { policy: string; checkpoints: string[]; continuations?: Continuation[] }
}

export function parseTrust(text: string): Trust {
  let trust: Trust | undefined
  try {
    trust = JSON.parse(text) as Trust
  } catch {
    trust = undefined
  }
  if (!trust || trust.format !== 'yichuang-trust-1' || !Array.isArray(trust.keys) || !Array.isArray(trust.status_lists) || typeof trust.kinds !== 'object')
    refuse('signing.trust_unreadable', '信任文件无法使用', 'The trust file cannot be used')
  return trust
}
