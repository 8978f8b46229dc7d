// What the page checks: the same steps, codes and words as `yichuang verify`.
import { p256 } from '@noble/curves/nist'
import { fromBase64, fromHex, toHex } from './base45'
import { decodeLicence, decodeSign1, decodeStatusList, fromText, STATUS_LIST_TYPE, statusAt, type Licence, type Sign1, type StatusList } from './cose'
import { Refusal, refuse, type Words } from './refusal'
import type { Trust, TrustKey } from './trust'

export type Outcome = 'good' | 'bad' | 'unknown'
export interface Check { outcome: Outcome; code: string; words: Words }
export interface Verdict { kind: string; checks: Check[]; state: string; facts: { label: Words; value: string }[]; demonstration: boolean }

/** Another kind of proof that the page can read: receipts, proofs of the public log. */
export interface Reader {
  recognises(text: string): boolean
  verify(text: string, trust: Trust, now: number): Verdict
}
const readers: Reader[] = []
export function addReader(reader: Reader) {
  readers.push(reader)
}

const CLOCK_DIFFERENCE_MS = 300_000
const STATE_WORDS: Record<string, Words> = {
  revoked: { zh: '已吊销（撤销）', en: 'Revoked' },
  suspended: { zh: '暂停使用', en: 'Suspended' },
  superseded: { zh: '已换发新证', en: 'Superseded by a newer one' },
  cancelled: { zh: '已注销', en: 'Cancelled' },
  expired: { zh: '已过有效期', en: 'Expired' },
}

/** Beijing time, whatever the device's zone is. */
export function localTime(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19) + '+08:00'
}
export const dayText = (ms: number): Words => {
  const [year, month, day] = localTime(ms).slice(0, 10).split('-')
  return { zh: `${year}年${Number(month)}月${Number(day)}日`, en: `${year}-${month}-${day}` }
}

function signerOf(content: Sign1, trust: Trust): TrustKey {
  const kid = toHex(content.kid)
  const key = trust.keys.find((each) => each.purpose === 'licence' && each.kid === kid)
  if (!key?.point) refuse('signing.key_unknown', `签名密钥 ${kid} 不在发证机关公布的密钥之中`, `The key ${kid} is not among the authority's published keys`)
  // lowS off: signatures of hardware keys are not normalised.
  let good = false
  try {
    good = p256.verify(content.signature, content.signed, fromHex(key.point), { prehash: true, lowS: false })
  } catch {
    good = false
  }
  if (!good) refuse('signing.signature_wrong', '签名不符:内容被改动过,或者不是这把密钥签的', 'The signature does not match: the content was changed, or another key signed it')
  return key
}

export function verifiedStatusList(bytes: Uint8Array, trust: Trust): StatusList {
  const content = decodeSign1(bytes)
  if (content.type !== STATUS_LIST_TYPE) refuse('signing.not_status_list', '不是状态列表', 'It is not a list of states')
  signerOf(content, trust)
  return decodeStatusList(content.payload)
}

function listFor(licence: Licence, trust: Trust): StatusList | undefined {
  let newest: StatusList | undefined
  for (const text of trust.status_lists) {
    try {
      const list = verifiedStatusList(fromBase64(text), trust)
      if (list.uri === licence.status.uri && (!newest || newest.issuedAt < list.issuedAt)) newest = list
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
  return newest
}

function checkPeriod(verdict: Verdict, licence: Licence, key: TrustKey, now: number) {
  const add = (outcome: Outcome, code: string, zh: string, en: string) => verdict.checks.push({ outcome, code, words: { zh, en } })
  if (licence.issuedAt < key.valid_from * 1000 || key.valid_to * 1000 < licence.issuedAt) add('bad', 'signing.key_not_valid_then', '签发时间不在签名密钥的有效期内', 'It says it was signed when its key was not valid')
  if (now + CLOCK_DIFFERENCE_MS < licence.issuedAt) add('bad', 'signing.issued_in_future', '签发时间在将来;请核对本机时钟', "It was issued in the future; check this device's clock")
  if (licence.expiresAt === undefined) {
    add('good', 'signing.period_open', '没有规定截止日期', 'It has no last day')
    return
  }
  const last = dayText(licence.expiresAt - 1)
  if (licence.expiresAt <= now) {
    verdict.state = 'expired'
    add('bad', 'signing.licence_expired', `已过有效期(至${last.zh})`, `It has expired (last day ${last.en})`)
  } else {
    add('good', 'signing.period_good', `在有效期内(至${last.zh})`, `It has not expired (last day ${last.en})`)
  }
}

function checkStatus(verdict: Verdict, licence: Licence, trust: Trust, now: number) {
  const add = (outcome: Outcome, code: string, zh: string, en: string) => verdict.checks.push({ outcome, code, words: { zh, en } })
  const list = listFor(licence, trust)
  const state = list && statusAt(list, licence.status.index)
  if (!list || !state) {
    add('unknown', 'signing.status_missing', `没有查:是否已被吊销、注销、暂停或换发(手边没有状态列表 ${licence.status.uri})`,
      `Not checked: whether it was revoked, cancelled, suspended or superseded (no list of states at hand: ${licence.status.uri})`)
    return
  }
  const asOf = localTime(list.issuedAt)
  if (state !== 'valid') {
    verdict.state = state
    const words = STATE_WORDS[state] ?? { zh: state, en: state }
    add('bad', `signing.licence_${state}`, `${words.zh}(状态列表 ${asOf})`, `${words.en} (list of states of ${asOf})`)
    return
  }
  verdict.state ||= 'valid'
  if (list.expiresAt < now) {
    add('unknown', 'signing.status_stale', `状态列表是 ${asOf} 的,已经过时;当时有效,此后的变化没有查`,
      `The list of states is of ${asOf} and out of date: valid then, what happened since was not checked`)
  } else {
    add('good', 'signing.status_good', `没有被吊销、注销、暂停或换发(状态列表 ${asOf})`,
      `Not revoked, cancelled, suspended or superseded (list of states of ${asOf})`)
  }
}

function addFacts(verdict: Verdict, licence: Licence, trust: Trust) {
  const put = (zh: string, en: string, value: string) => verdict.facts.push({ label: { zh, en }, value })
  put('证照', 'Licence', licence.name)
  put('编号', 'Number', licence.number)
  put('电子证照标识', 'Electronic identifier', licence.identifier)
  put('发证机关', 'Issued by', licence.authority)
  put('签发时间', 'Signed at', localTime(licence.issuedAt))
  const labels = trust.kinds[licence.kind]?.fields ?? []
  const place = (id: string) => {
    const found = labels.findIndex((each) => each.id === id)
    return found < 0 ? labels.length : found
  }
  for (const [id, value] of [...licence.fields].sort((a, b) => place(a[0]) - place(b[0])))
    verdict.facts.push({ label: labels.find((each) => each.id === id)?.label ?? { zh: id, en: id }, value })
}

function verifyLicence(text: string, trust: Trust, now: number): Verdict {
  const verdict: Verdict = { kind: 'licence', checks: [], state: '', facts: [], demonstration: false }
  const content = fromText(text)
  const key = signerOf(content, trust)
  if (content.type) refuse('signing.not_licence', '签名内容不是证照', 'The signed content is not a licence')
  const licence = decodeLicence(content.payload)
  verdict.checks.push({ outcome: 'good', code: 'signing.signature_good', words: {
    zh: `签名正确,内容没有被改动,由 ${trust.authority.zh} 的密钥签发`,
    en: `The signature is right and nothing was changed; the key is of ${trust.authority.en}` } })
  checkPeriod(verdict, licence, key, now)
  checkStatus(verdict, licence, trust, now)
  addFacts(verdict, licence, trust)
  verdict.demonstration = licence.demonstration || key.demonstration
  return verdict
}

/** Never throws for what was pasted: a refusal is a check that is bad. */
export function verify(text: string, trust: Trust, now: number): Verdict {
  try {
    const reader = readers.find((each) => each.recognises(text))
    return reader ? reader.verify(text, trust, now) : verifyLicence(text, trust, now)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { kind: 'licence', checks: [{ outcome: 'bad', code: error.code, words: error.words }], state: '', facts: [], demonstration: false }
  }
}

export const isAccepted = (verdict: Verdict) => !verdict.checks.some((each) => each.outcome === 'bad')
export const isComplete = (verdict: Verdict) => !verdict.checks.some((each) => each.outcome === 'unknown')
