// The page: one file, which works from anywhere, also without network.
import './page.css'
import type { Words } from './refusal'
import { readPhoto, scan } from './scan'
import { parseTrust, type Trust } from './trust'
import { remember, rememberedNotes } from '../shared/remembered'
import { openNote, parsePolicy, parseProof, parseReceipt } from '../shared/tlog'
import { gap, receiptReader, split } from './receipt'
import { addReader, isAccepted, isComplete, localTime, verify, type Check, type Verdict } from './verify'
import { ADDRESS_MARK } from './cose'
import { WORDS } from './words'

type Language = 'zh' | 'en'
const wanted = (() => {
  try {
    return localStorage.getItem('language') ?? navigator.language
  } catch {
    return navigator.language
  }
})()
let language: Language = wanted.startsWith('zh') ? 'zh' : 'en'
let trust: Trust | undefined
let verdict: Verdict | undefined
let checkedAt = 0
let tookMs = 0
let note: Words | undefined
let stopScan: (() => void) | undefined
let typed = ''

const say = (words: Words) => words[language]

function make<K extends keyof HTMLElementTagNameMap>(name: K, properties: Partial<HTMLElementTagNameMap[K]> = {}, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...inside)
  return element
}

const isServed = location.protocol.startsWith('http')
/** Where the bureau serves the log: this page comes from there, or nothing is fetched. */
const logPath = (origin: string) => `/log/${origin.slice(origin.lastIndexOf('/') + 1)}`

/** A receipt alone, at the bureau's own page: its proof file is fetched. */
async function withProof(text: string): Promise<string> {
  const receipt = split(text).proof ? undefined : parseReceipt(text)
  if (!isServed || !receipt || !receiptReader.recognises(text)) return text
  try {
    const answer = await fetch(`${logPath(receipt.origin)}/proof/${receipt.index}.tlog-proof`)
    const proof = answer.ok ? await answer.text() : ''
    return parseProof(proof) ? `${text.trim()}\n${proof}` : text
  } catch {
    return text
  }
}

/** What shows that the proof's checkpoint and the one kept from before are of one log. */
async function fetchContinuation(text: string) {
  if (!isServed || !trust?.log || !split(text).proof) return
  try {
    const missing = gap(text, trust)
    if (!missing) return
    const log = logPath(missing.origin).slice('/log/'.length)
    const answer = await fetch(`/api/v1/logs/${log}/consistency?old=${missing.from}&size=${missing.to}`)
    if (!answer.ok) return
    const { proof } = await answer.json() as { proof: string[] }
    trust.log.continuations = [{ origin: missing.origin, old_size: Number(missing.from), size: Number(missing.to), proof }]
  } catch {
    // What is malformed is refused below; without network the check says what it could not look at.
  }
}

function keepCheckpoint(text: string) {
  const { proof } = split(text)
  const policy = trust?.log && parsePolicy(trust.log.policy)
  const shown = proof ? parseProof(proof)?.checkpoint : undefined
  const opened = shown && policy ? openNote(shown, policy) : undefined
  if (shown && opened && verdict?.checks.some((each) => each.code === 'verify.consistent' || each.code === 'verify.earlier_missing'))
    remember(opened.checkpoint.origin, shown)
}

async function check(pasted: string) {
  const text = await withProof(pasted)
  typed = text
  note = undefined
  if (!trust) {
    note = WORDS.trust_none
  } else if (text.trim()) {
    if (trust.log) trust.log.checkpoints = [...new Set([...trust.log.checkpoints, ...rememberedNotes()])]
    await fetchContinuation(text)
    checkedAt = Date.now()
    const start = performance.now()
    verdict = verify(text, trust, checkedAt)
    tookMs = performance.now() - start
    if (verdict.kind === 'receipt') keepCheckpoint(text)
  }
  draw()
  document.getElementById('result')?.focus()
}

function startScan() {
  const video = document.querySelector('video')
  if (!video) return
  stopScan = scan(video, (text) => {
    stopScan = undefined
    void check(text)
  }, () => {
    stopScan = undefined
    note = WORDS.camera_failed
    draw()
  })
}

function fileButton(words: Words, accept: string, capture: boolean, use: (file: File) => void) {
  const input = make('input', { type: 'file', accept })
  if (capture) input.setAttribute('capture', 'environment')
  input.addEventListener('change', () => {
    const file = input.files?.[0]
    if (file) use(file)
  })
  return make('label', { className: 'file' }, say(words), input)
}

async function takePhoto(file: File) {
  const text = await readPhoto(file).catch(() => undefined)
  if (text) return check(text)
  note = WORDS.photo_failed
  draw()
}

/** A proof file beside the receipt that was entered, if one was. */
async function takeProof(file: File) {
  const proof = await file.text()
  const { receipt } = split(typed)
  await check(parseReceipt(receipt) ? `${receipt}\n${proof}` : proof)
}

async function takeTrust(file: File) {
  try {
    trust = parseTrust(await file.text())
    note = WORDS.trust_loaded
    if (typed) return check(typed)
  } catch (error) {
    note = (error as { words?: Words }).words ?? WORDS.trust_none
  }
  draw()
}

function form() {
  const area = make('textarea', { id: 'text', rows: 5, value: typed, spellcheck: false, autocomplete: 'off' })
  area.setAttribute('aria-describedby', 'text-hint')
  const button = make('button', { className: 'first', type: 'submit' }, say(WORDS.check))
  const scanning = Boolean(stopScan)
  const camera = make('button', { type: 'button' }, say(scanning ? WORDS.stop : WORDS.scan))
  camera.addEventListener('click', () => {
    if (stopScan) {
      stopScan()
      stopScan = undefined
      draw()
    } else {
      stopScan = () => undefined
      draw()
      startScan()
    }
  })
  const parts: Node[] = [make('label', { htmlFor: 'text' }, say(WORDS.text)), make('p', { className: 'small', id: 'text-hint' }, say(WORDS.text_hint)), area,
    make('div', { className: 'actions' }, button, camera, fileButton(WORDS.photo, 'image/*', false, (file) => void takePhoto(file)),
      fileButton(WORDS.proof, '.tlog-proof,text/plain', false, (file) => void takeProof(file)))]
  if (scanning) {
    const video = make('video', { muted: true, playsInline: true })
    video.setAttribute('aria-label', say(WORDS.scanning))
    parts.push(video, make('p', { className: 'small' }, say(WORDS.scanning)))
  }
  const whole = make('form', { noValidate: true }, ...parts)
  whole.addEventListener('submit', (event) => {
    event.preventDefault()
    void check(area.value)
  })
  return whole
}

const checkItem = (one: Check) => {
  const item = make('li', { className: one.outcome }, say(one.words))
  item.dataset.code = one.code
  return item
}

function headlineOf(found: Verdict): Words {
  if (!isAccepted(found)) return WORDS.bad
  if (found.kind !== 'receipt') return isComplete(found) ? WORDS.good : WORDS.good_partly
  if (found.state !== 'included') return WORDS.unproved
  return isComplete(found) ? WORDS.in_log : WORDS.in_log_partly
}

function result(found: Verdict) {
  const accepted = isAccepted(found), complete = isComplete(found), isReceipt = found.kind === 'receipt'
  const headline = headlineOf(found)
  const box = make('section', { id: 'result', tabIndex: -1, className: `verdict ${!accepted ? 'bad' : complete ? 'good' : 'partly'}` }, make('h2', {}, say(headline)))
  box.dataset.state = found.state
  box.setAttribute('role', 'status')
  if (found.demonstration) box.append(make('p', { className: 'mark' }, say(WORDS.demonstration)))
  for (const one of found.checks.filter((each) => each.outcome === 'bad')) box.append(make('p', {}, say(one.words)))
  const rows = (facts: { label: Words; value: string }[]) => make('dl', {}, ...facts.map((fact) => make('div', {}, make('dt', {}, say(fact.label)), make('dd', {}, fact.value))))
  const took = make('span', { id: 'took' }, `${tookMs.toFixed(1)} ms`)
  return [box,
    make('h2', {}, say(WORDS.checked)),
    make('ul', { id: 'checked' }, ...found.checks.filter((each) => each.outcome !== 'unknown').map(checkItem)),
    make('p', { className: 'small' }, `${say(WORDS.as_of)} ${localTime(checkedAt)} · ${say(WORDS.took)} `, took),
    make('h2', {}, say(WORDS.not_checked)),
    make('ul', { id: 'not-checked' }, ...found.checks.filter((each) => each.outcome === 'unknown').map(checkItem), make('li', {}, say(isReceipt ? WORDS.receipt_limit : WORDS.holder))),
    ...(found.facts.length ? [make('h2', {}, say(isReceipt ? WORDS.receipt_contents : WORDS.contents)), rows(found.facts)] : [])]
}

function trustPart() {
  const parts: (Node | string)[] = [make('h2', {}, say(WORDS.trust))]
  if (!trust) {
    parts.push(make('p', {}, say(WORDS.trust_none)))
  } else {
    if (trust.demonstration) parts.push(make('p', { className: 'mark' }, say(WORDS.demonstration)))
    parts.push(make('p', {}, `${say(WORDS.trust_of)}: ${say(trust.authority)}`, make('br'), `${say(WORDS.trust_at)}: ${localTime(trust.made_at * 1000)}`))
    parts.push(make('p', { className: 'small' }, say(WORDS.trust_roots)))
    for (const key of trust.keys.filter((each) => each.purpose === 'authority')) parts.push(make('code', {}, key.fingerprint), make('br'))
  }
  parts.push(make('div', { className: 'actions' }, fileButton(WORDS.trust_load, '.json,application/json', false, (file) => void takeTrust(file))))
  parts.push(make('p', { className: 'small' }, say(WORDS.save)))
  return make('section', {}, ...parts)
}

function draw() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = say(WORDS.title)
  const other = make('button', { type: 'button', id: 'language' }, say(WORDS.language))
  other.lang = language === 'zh' ? 'en' : 'zh-CN'
  other.addEventListener('click', () => {
    language = language === 'zh' ? 'en' : 'zh'
    try {
      localStorage.setItem('language', language)
    } catch {
      // A page opened from a file may have no storage.
    }
    draw()
  })
  const message = make('p', { id: 'note' }, note ? say(note) : '')
  message.setAttribute('role', 'alert')
  document.getElementById('page')?.replaceChildren(make('main', {}, make('header', {}, make('h1', {}, say(WORDS.title)), other),
    make('p', {}, say(WORDS.lead)), form(), message, ...(verdict ? result(verdict) : []), trustPart()))
}

function embeddedTrust(): Trust | undefined {
  const text = document.getElementById('trust')?.textContent ?? 'null'
  try {
    return text === 'null' ? undefined : parseTrust(text)
  } catch {
    return undefined
  }
}

/** Served by the bureau itself: its newest file, if it can be had. */
async function refreshTrust() {
  if (!isServed) return
  try {
    const answer = await fetch('/trust.json')
    if (answer.ok) trust = parseTrust(await answer.text())
  } catch {
    // Without network what is in the page counts.
  }
}

function checkAddress() {
  if (location.hash.length > 1) void check(`${ADDRESS_MARK}${location.hash.slice(1)}`)
}

addReader(receiptReader)
trust = embeddedTrust()
draw()
addEventListener('hashchange', checkAddress)
if (location.hash.length > 1 || !trust) void refreshTrust().then(() => { draw(); checkAddress() })
