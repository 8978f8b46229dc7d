// The page: one file, which works from anywhere, also without network.
import './page.css'
import type { Words } from './refusal'
import { readPhoto, scan } from './scan'
import { parseTrust, type Trust } from './trust'
import { isAccepted, isComplete, localTime, verify, type Check, type Verdict } from './verify'
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

function check(text: string) {
  typed = text
  note = undefined
  if (!trust) {
    note = WORDS.trust_none
  } else if (text.trim()) {
    checkedAt = Date.now()
    const start = performance.now()
    verdict = verify(text, trust, checkedAt)
    tookMs = performance.now() - start
  }
  draw()
  document.getElementById('result')?.focus()
}

function startScan() {
  const video = document.querySelector('video')
  if (!video) return
  stopScan = scan(video, (text) => {
    stopScan = undefined
    check(text)
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
    make('div', { className: 'actions' }, button, camera, fileButton(WORDS.photo, 'image/*', false, (file) => void takePhoto(file)))]
  if (scanning) {
    const video = make('video', { muted: true, playsInline: true })
    video.setAttribute('aria-label', say(WORDS.scanning))
    parts.push(video, make('p', { className: 'small' }, say(WORDS.scanning)))
  }
  const whole = make('form', { noValidate: true }, ...parts)
  whole.addEventListener('submit', (event) => {
    event.preventDefault()
    check(area.value)
  })
  return whole
}

const checkItem = (one: Check) => {
  const item = make('li', { className: one.outcome }, say(one.words))
  item.dataset.code = one.code
  return item
}

function result(found: Verdict) {
  const accepted = isAccepted(found), complete = isComplete(found)
  const headline = !accepted ? WORDS.bad : complete ? WORDS.good : WORDS.good_partly
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
    make('ul', { id: 'not-checked' }, ...found.checks.filter((each) => each.outcome === 'unknown').map(checkItem), make('li', {}, say(WORDS.holder))),
    ...(found.facts.length ? [make('h2', {}, say(WORDS.contents)), rows(found.facts)] : [])]
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
  if (!location.protocol.startsWith('http')) return
  try {
    const answer = await fetch('/trust.json')
    if (answer.ok) trust = parseTrust(await answer.text())
  } catch {
    // Without network what is in the page counts.
  }
}

function checkAddress() {
  if (location.hash.length > 1) check(`${ADDRESS_MARK}${location.hash.slice(1)}`)
}

trust = embeddedTrust()
draw()
addEventListener('hashchange', checkAddress)
if (location.hash.length > 1 || !trust) void refreshTrust().then(() => { draw(); checkAddress() })
