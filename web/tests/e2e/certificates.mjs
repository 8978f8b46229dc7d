// Certificates as anybody can check them: files, an independent library, the page opened from a file, and what a change does.
//
//   STAFF_PASSWORD   the demonstration staff's password
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { BASE, check, counted, go, inspect, inspectBoth, person, run } from './browser.mjs'

const require = createRequire(import.meta.url)
const cose = require('cose-js')
const cbor = require('cbor')
const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

async function signIn(account) {
  const answer = await fetch(`${BASE}/api/v1/sessions`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ account, password: PASSWORD }) })
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]
  return { cookie, csrf: (await answer.json()).csrf_token }
}

async function ask(who, method, path, body) {
  const headers = { 'Content-Type': 'application/json', 'Accept-Language': 'en', 'Idempotency-Key': crypto.randomUUID() }
  if (who) Object.assign(headers, { cookie: who.cookie, 'X-CSRF-Token': who.csrf })
  const answer = await fetch(`${BASE}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
  return { status: answer.status, body: await answer.json().catch(() => ({})) }
}

/** A certificate that the demonstration has issued, with its kind. */
async function issued(who, kind) {
  const cases = await ask(who, 'GET', '/cases?limit=100')
  for (const one of cases.body.items ?? []) {
    const page = await ask(who, 'GET', `/cases/${one.id}`)
    const found = (page.body.certificates ?? []).find((each) => each.kind === kind && each.status === 'valid')
    if (found) return found
  }
  return undefined
}

function fromBase45(text) {
  const bytes = []
  for (let at = 0; at < text.length; at += 3) {
    const digits = [...text.slice(at, at + 3)].map((each) => ALPHABET.indexOf(each))
    const value = digits.reduce((sum, digit, index) => sum + digit * 45 ** index, 0)
    if (digits.length === 3) bytes.push(value >> 8)
    bytes.push(value & 255)
  }
  return Buffer.from(bytes)
}

async function independent(proofs, trust, number) {
  const signed = inflateSync(fromBase45(proofs.qr.slice(4)))
  const header = cbor.decodeFirstSync(cbor.decodeFirstSync(signed).value[0])
  const kid = Buffer.from(header.get(4)).toString('hex')
  const point = Buffer.from(trust.keys.find((key) => key.purpose === 'licence' && key.kid === kid).point, 'hex')
  const verifier = { key: { x: point.subarray(1, 33), y: point.subarray(33) } }
  const payload = await cose.sign.verify(signed, verifier)
  const claims = cbor.decodeFirstSync(payload)
  check('certificates: an independent COSE library accepts the code', claims.get(-65537).get(4) === number)
  const changed = Buffer.from(signed)
  changed[changed.length - 70] ^= 1
  const refused = await cose.sign.verify(changed, verifier).then(() => false, () => true)
  check('certificates: an independent COSE library refuses a change', refused)
  const list = await fetch(claims.get(65535).status_list.uri.replace(/^https?:\/\/[^/]+/, BASE))
  const content = Buffer.from(await list.arrayBuffer())
  const states = cbor.decodeFirstSync(await cose.sign.verify(content, verifier))
  check('certificates: an independent COSE library accepts the list of states',
    inflateSync(states.get(65533).lst).length === 65536 && states.get(4) > Date.now() / 1000)
}

async function files(found) {
  for (const [ending, magic] of [['pdf', '%PDF-'], ['ofd', 'PK']]) {
    const answer = await fetch(`${BASE}/api/v1/certificates/${found.token}/${ending}`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    check(`certificates: ${ending} by the code's address`, answer.status === 200 && bytes.toString('latin1').startsWith(magic), String(answer.status))
  }
  const pdf = Buffer.from(await (await fetch(`${BASE}/api/v1/certificates/${found.token}/pdf`)).arrayBuffer())
  check('certificates: the PDF is signed', pdf.includes('ETSI.CAdES.detached'))
  const unknown = await fetch(`${BASE}/api/v1/certificates/JY00000000000000/pdf`)
  check('certificates: an unknown number has no file', unknown.status === 404)
  const noList = await fetch(`${BASE}/status/99999999999`)
  check('certificates: an unknown list is refused', noList.status === 404 && (await noList.json()).code === 'certificates.list_unknown')
}

/** Puts a text into the page and says what it finds. */
async function verdict(page, text) {
  await page.fill('#text', text)
  await page.locator('button.first').click()
  const box = page.locator('#result')
  return { kind: await box.getAttribute('class'), state: await box.getAttribute('data-state'), words: await box.innerText(),
    codes: await page.locator('li[data-code]').evaluateAll((items) => items.map((each) => each.dataset.code)),
    ms: parseFloat(await page.locator('#took').innerText()) }
}

async function savedPage(folder, name) {
  const file = join(folder, name)
  writeFileSync(file, await (await fetch(`${BASE}/verify.html`)).text())
  return `file://${file}`
}

async function fromFile(browser, folder, proofs) {
  const page = await person(browser, { width: 375, height: 800 })
  await page.context().setOffline(true)
  await page.goto(await savedPage(folder, 'good.html'))
  await verdict(page, proofs.qr)
  const good = await verdict(page, proofs.qr)
  check('certificates: the saved page accepts the code without network', good.kind.includes('good') && good.state === 'valid', JSON.stringify(good))
  check('certificates: the saved page says what was checked', ['signing.signature_good', 'signing.status_good'].every((code) => good.codes.includes(code)), good.codes.join())
  // What the check costs, not what else the machine does: the fastest of a few.
  let fastest = good.ms
  for (let tries = 0; tries < 10 && fastest >= 100; tries++) fastest = Math.min(fastest, (await verdict(page, proofs.qr)).ms)
  check('certificates: a code is checked in less than 100 ms', fastest < 100, `${fastest} ms`)
  check('certificates: demonstration is said', /演示件/.test(good.words), good.words)
  const address = await verdict(page, proofs.address)
  check('certificates: the address form is accepted', address.kind.includes('good'))
  const broken = [
    [proofs.qr.slice(0, -1), 'cose.base45_length'], [proofs.qr.toLowerCase().replace('lc1:', 'LC1:'), 'cose.base45_character'],
    [proofs.qr.replace('LC1:', 'HC1:'), 'cose.not_licence_text'], ['', ''],
  ]
  for (const [text, code] of broken) {
    if (!text) continue
    const bad = await verdict(page, text)
    check(`certificates: refused, ${code}`, bad.kind.includes('bad') && (bad.codes.includes(code) || /cose\.|cbor\./.test(bad.codes.join())), bad.codes.join())
  }
  let refused = 0
  for (let index = 4; index < proofs.qr.length; index += 41) {
    const flipped = proofs.qr.slice(0, index) + (proofs.qr[index] === 'A' ? 'B' : 'A') + proofs.qr.slice(index + 1)
    if ((await verdict(page, flipped)).kind.includes('bad')) ++refused
    else check(`certificates: a change at ${index} is refused`, false)
  }
  check('certificates: every change of the code is refused', refused > 5)
  await inspect(page, 'certificates-page-zh')
  await page.locator('#language').click()
  check('certificates: the page speaks English', /Check a licence or receipt offline/.test(await page.locator('h1').innerText()))
  await inspect(page, 'certificates-page-en')
  await page.context().close()
}

async function changes(clerk, examiner, head, found) {
  const path = `/certificates/${found.id}/changes`
  const body = { status: 'suspended', reason: '现场条件不再符合', basis: '食品经营许可和备案管理办法第四十八条' }
  check('certificates: nobody proposes without signing in', (await ask(undefined, 'POST', path, body)).status === 401)
  check('certificates: a clerk may not propose', (await ask(clerk, 'POST', path, body)).status === 403)
  const empty = await ask(examiner, 'POST', path, { ...body, reason: ' ', basis: '' })
  check('certificates: reason and basis are asked for together', empty.status === 422 && JSON.stringify(empty.body).includes('certificates.basis_missing'), JSON.stringify(empty.body))
  const wrong = await ask(examiner, 'POST', path, { ...body, status: 'lost' })
  check('certificates: an unknown state is refused', wrong.body.code === 'certificates.status_unknown', JSON.stringify(wrong.body))
  const proposed = await ask(head, 'POST', path, body)
  check('certificates: a change is proposed', proposed.status === 201, JSON.stringify(proposed.body))
  check('certificates: one change at a time', (await ask(examiner, 'POST', path, body)).body.code === 'certificates.change_pending')
  const decision = `/certificate-changes/${proposed.body.id}/decision`
  check('certificates: an examiner may not confirm', (await ask(examiner, 'POST', decision, { confirm: true })).status === 403)
  check('certificates: who proposed may not confirm', (await ask(head, 'POST', decision, { confirm: true })).body.code === 'certificates.same_person')
  const leader = await signIn('leader')
  check('certificates: it waits in the list', (await ask(leader, 'GET', '/certificate-changes')).body.items.some((each) => each.id === proposed.body.id))
  const done = await ask(leader, 'POST', decision, { confirm: true, comment: '同意' })
  check('certificates: a second person confirms', done.status === 200 && done.body.outcome === 'confirmed', JSON.stringify(done.body))
  check('certificates: a decided change stays decided', (await ask(leader, 'POST', decision, { confirm: false })).body.code === 'certificates.change_closed')
  const again = await ask(examiner, 'POST', path, body)
  check('certificates: what is suspended is not suspended again', again.body.code === 'certificates.change_not_possible', JSON.stringify(again.body))
  const looked = await ask(undefined, 'GET', `/certificates/${found.token}`)
  check('certificates: the public look-up says so', looked.body.status === 'suspended', JSON.stringify(looked.body))
}

async function afterChange(browser, folder, proofs) {
  const page = await person(browser)
  let found
  // The list of states follows within a moment.
  for (let attempt = 0; attempt < 40; ++attempt) {
    await page.goto(await savedPage(folder, 'after.html'))
    found = await verdict(page, proofs.qr)
    if (found.kind.includes('bad')) break
    await new Promise((done) => setTimeout(done, 250))
  }
  check('certificates: a newer list says suspended', found.state === 'suspended' && found.codes.includes('signing.licence_suspended'), JSON.stringify(found))
  await page.context().close()
}

export const certificates = () => run('certificates', async (browser) => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  const [clerk, examiner, head] = [await signIn('clerk'), await signIn('examiner'), await signIn('head')]
  const found = await issued(head, 'food_permit')
  if (!check('certificates: the demonstration has issued one', Boolean(found))) return
  const proofs = (await ask(undefined, 'GET', `/certificates/${found.token}/proofs`)).body
  check('certificates: the code is offered', proofs.qr?.startsWith('LC1:') && proofs.address.includes('/V#'), JSON.stringify(proofs).slice(0, 200))
  for (let attempt = 0; attempt < 40 && (await fetch(`${BASE}/status/0`)).status !== 200; ++attempt) await new Promise((done) => setTimeout(done, 250))
  // What is signed just now gets its place in the next list; wait until the published one knows it.
  const trust = await (await fetch(`${BASE}/trust.json`)).json()
  await independent(proofs, trust, found.number)
  await files(found)
  await fromFile(browser, folder, proofs)

  const visitor = await person(browser)
  await go(visitor, `/certificates/${found.token}`)
  check('certificates: the public page offers PDF, OFD and the code', await counted(visitor.locator('a[href$="/pdf"], a[href$="/ofd"]'), 2))
  await inspectBoth(visitor, 'certificate-public')
  await go(visitor, `/V#${proofs.address.split('/V#')[1]}`)
  await visitor.locator('#result').waitFor()
  check('certificates: the address opens the checked licence', (await visitor.locator('#result').getAttribute('class')).includes('good'))
  await visitor.context().close()

  await changes(clerk, examiner, head, found)
  await afterChange(browser, folder, proofs)
  rmSync(folder, { recursive: true })
})
