// A company is registered and then moves: the second application asks for nothing that the register knows, and both
// certificates tell the truth afterwards.
import { BASE, check, go, inspectBoth, person, run, seen } from './browser.mjs'
import { citizenId, makeFiles } from './files.mjs'
import { STAFF, fillPage, next, officer, path, handOver, perform, turn } from './journey.mjs'

const serial = (Date.now() + 7) % 1_000_000
const account = `firm${serial}`
const PASSWORD = 'services-password-1'
const CHARACTERS = '零一二三四五六七八九'
const trade = `演${String(serial).replace(/\d/g, (digit) => CHARACTERS[Number(digit)])}`
const name = `株洲市天元区${trade}科技有限公司`

async function signUp(page) {
  await go(page, '/register')
  const values = { name: '李小满', citizen_id: citizenId(serial), phone: `1300000${String(serial % 10_000).padStart(4, '0')}`, account, password: PASSWORD }
  for (const [key, value] of Object.entries(values)) await page.fill(`#field-${key}`, value)
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/sessions') && answer.ok()), next(page)])
  await page.locator('.notice.good').waitFor()
}

/// From the home page through the guide; each question is answered by its key.
export async function answerGuide(page, service, answers, shots) {
  await go(page, '/')
  await page.getByRole('link', { name: service, exact: true }).click()
  await page.getByRole('link', { name: '开始', exact: true }).click()
  await page.waitForURL('**/guide')
  for (let count = 0; !path(page).endsWith('/result') && count < 10; count++) {
    await page.locator('main .field').first().waitFor()
    await fillPage(page, answers)
    if (shots) await inspectBoth(page, `${shots}-guide-${count + 1}`)
    await turn(page)
  }
  await page.getByRole('button', { name: '开始申请' }).waitFor()
  if (shots) await inspectBoth(page, `${shots}-result`)
}

export async function apply(page, answers, files, shots) {
  await page.getByRole('button', { name: '开始申请' }).click()
  await page.waitForURL(/\/applications\/[^/]+$/)
  const draft = path(page)
  await page.locator('.tasks a').first().waitFor()
  if (shots) await inspectBoth(page, `${shots}-draft`)
  await page.locator('.tasks a').first().click()
  await page.waitForURL('**/form/**')
  const asked = []
  for (let count = 0; path(page) !== draft && count < 12; count++) {
    await page.locator('main .field').first().waitFor()
    await fillPage(page, answers)
    await fillPage(page, answers)  // what a first answer has made appear
    asked.push(...await page.locator('main .field [name]').evaluateAll((all) => all.map((each) => each.name)))
    if (shots) await inspectBoth(page, `${shots}-form-${count + 1}`)
    await turn(page)
  }
  await go(page, `${draft}/materials`)
  const slots = await page.locator('.upload').evaluateAll((all) => all.map((each) => ({
    id: each.id, required: each.querySelector('.tag')?.classList.contains('warn') })))
  for (const slot of slots.filter((each) => each.required)) {
    await page.locator(`#${slot.id} input[type=file]`).first().setInputFiles(files.pdf)
    await page.locator(`#${slot.id} .files li`).waitFor()
  }
  await go(page, `${draft}/review`)
  await page.locator('main input[type=checkbox]').last().check()
  await next(page)
  await page.waitForURL('**/submitted')
  const number = (await page.locator('.confirmation .number').innerText()).trim()
  return { id: draft.split('/').pop(), draft, number, asked: new Set(asked) }
}

const certificatesOf = (page, id) => page.request.get(`${BASE}/api/v1/applications/${id}`)
  .then((answer) => answer.json()).then((application) => application.certificates)

async function lead(staff, number, shots) {
  await perform(staff.clerk, number, 'the application is accepted', { outcome: 'accept' })
  if (shots) {
    await go(staff.examiner, `/office?tab=office&search=${encodeURIComponent(number)}`)
    await staff.examiner.locator('.list tbody a').first().click()
    await staff.examiner.locator('.case').waitFor()
    await inspectBoth(staff.examiner, shots)
  }
  await perform(staff.examiner, number, 'it is examined and granted', { checked: true, outcome: 'grant', findings: '符合规定' })
  await handOver(staff.clerk, number, { way: 'window', identity_end: '001X' })
}

const COMPANY = {
  operator_name: '李小满', operator_citizen_id: citizenId(serial), operator_phone: '13000000000', filed_by: 'self', trade_name: trade,
  proposed_name: name, registered_capital: '50', capital_paid_by: '2028-06-30', shareholders: '李小满，认缴50万元', township: '430211001',
  address: '虚构路18号', industry: '6513', scope: '一般项目：软件开发', employees: '3', delivery: 'electronic',
}
const MOVE = {
  contact_name: '李小满', contact_phone: '13000000000', filed_by: 'self', township: '430211003', address: '虚构大道1818号', area: '88',
  moved_on: '2026-12-01', delivery: 'electronic',
}

export const services = () => run('services', async (browser) => {
  const files = await makeFiles(browser)
  const citizen = await person(browser, { width: 375, height: 800 })
  const staff = { clerk: await officer(browser, STAFF.clerk), examiner: await officer(browser, STAFF.registration) }
  await signUp(citizen)
  await answerGuide(citizen, '设立公司', { shareholders_kind: 'persons', address_kind: 'own', premises_right: 'leased', food: 'none' })
  const company = await apply(citizen, COMPANY, files)
  await lead(staff, company.number)
  const [licence] = await certificatesOf(citizen, company.id)
  check('company: a licence is issued under a credit code', /^91430211[0-9A-Z]{10}$/.test(licence.number), licence.number)

  await go(citizen, '/services/move/guide')
  await citizen.fill('#field-subject', '91430211MA4TYA02X0')
  await next(citizen)
  await citizen.locator('.error-summary').waitFor()
  check('move: a code that is not registered is told at once', true)
  await inspectBoth(citizen, 'move-unknown-subject')
  await answerGuide(citizen, '迁址（住所、经营场所变更）', { subject: licence.number, to: 'district', premises_right: 'leased' }, 'move')
  check('move: the business is shown', await seen(citizen.getByText(name).first()))
  const move = await apply(citizen, MOVE, files, 'move')
  for (const known of ['operator_name', 'proposed_name', 'scope', 'industry', 'registered_capital'])
    check(`move: ${known} is not asked again`, !move.asked.has(known))
  await lead(staff, move.number, 'office-move')
  const [moved] = await certificatesOf(citizen, move.id)
  check('move: the licence keeps its number', moved.number === licence.number, moved.number)

  const stranger = await person(browser, { width: 375 })
  await go(stranger, `/certificates/${moved.number}`)
  await stranger.locator('.notice.good').waitFor()
  check('move: the number leads to the new address', await seen(stranger.getByText('虚构大道1818号')))
  await go(stranger, `/certificates/${licence.token}`)
  await stranger.locator('.notice.bad').waitFor()
  check('move: the old licence says that it was superseded', await seen(stranger.getByText('已换发新证')))
  await inspectBoth(stranger, 'certificate-superseded')
})
