// A restaurant is opened: from the phone to the two certificates and the rating.
//
//   STAFF_PASSWORD   the demonstration staff's password
//   STAFF            accounts as JSON: {"clerk","registration","food","inspector","inspector2"}
import { existsSync, statSync } from 'node:fs'
import { BASE, check, counted, go, inspect, inspectBoth, person, run, seen, settled } from './browser.mjs'
import { chain } from './chain.mjs'
import { citizenId, makeFiles } from './files.mjs'

export const STAFF = { clerk: 'clerk', registration: 'examiner', food: 'food', inspector: 'inspector1', inspector2: 'inspector2', head: 'head',
  ...JSON.parse(process.env.STAFF ?? '{}') }
const STAFF_PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const serial = Date.now() % 1_000_000
const account = `e2e${serial}`
const PASSWORD = 'journey-password-1'
export const next = (page) => page.locator('form button.button:visible').first().click()
export const path = (page) => new URL(page.url()).pathname
/// On to the next page, until it stands there whole.
export async function turn(page) {
  const before = path(page)
  await next(page)
  await page.waitForURL((url) => url.pathname !== before)
  await settled(page)
}

async function answerGuide(page) {
  await go(page, '/')
  await page.getByRole('link', { name: '开办餐饮店' }).click()
  await page.getByRole('link', { name: '开始', exact: true }).click()
  const answers = { activity: 'catering', operator_kind: 'individual', address_kind: 'ground_floor', premises_right: 'leased' }
  for (const [key, value] of Object.entries(answers)) {
    await page.locator(`input[name="${key}"][value="${value}"]`).check()
    if (key === 'activity') await inspectBoth(page, 'guide-question')
    await turn(page)
  }
  await page.fill('#field-area', '８６．５')
  await turn(page)
  await page.getByLabel('热食').check()
  await next(page)
  await page.waitForURL('**/result')
  await page.locator('main').getByText('食品经营许可证').first().waitFor()
  check('guide: registrations are listed', true)
  await inspectBoth(page, 'guide-result')
}

async function register(page) {
  await page.getByRole('button', { name: '开始申请' }).click()
  await page.waitForURL(/\/sign-in/)
  await page.locator('main').getByRole('link', { name: '注册账号' }).or(page.locator('main').getByRole('link', { name: '注册', exact: true })).click()
  const values = { name: '李小满', citizen_id: citizenId(serial), phone: `1300000${String(serial % 10_000).padStart(4, '0')}`, account, password: PASSWORD }
  for (const [name, value] of Object.entries(values)) await page.fill(`#field-${name}`, value)
  await next(page)
  await page.locator('.notice.good').waitFor()
  await inspectBoth(page, 'registered')
  await page.getByRole('button', { name: '继续' }).click()
  await page.waitForURL('**/result')
  await page.getByRole('button', { name: '开始申请' }).click()
  await page.waitForURL(/\/applications\/[^/]+$/)
}

export const ANSWERS = {
  operator_name: '李小满', operator_citizen_id: citizenId(serial), operator_phone: '13000000000', composition: 'personal',
  operator_home: '天元区虚构路1号', filed_by: 'self', trade_name: '小满里', proposed_name: '株洲市天元区小满里餐饮店', township: '#1',
  address: '虚构路8号1楼', area: '86.5', industry: '6210', scope: '餐饮服务', employees: '4', food_items: ['hot'],
  food_safety_manager: '李小满', delivery: 'electronic',
}

export async function fillPage(page, answers) {
  for (const [key, value] of Object.entries(answers)) {
    const field = page.locator(`main [name="${key}"]`)
    if (!(await field.count())) continue
    const kind = await field.first().evaluate((element) => (element.tagName === 'INPUT' ? element.type : element.tagName.toLowerCase()))
    if (kind === 'radio') await page.locator(`main [name="${key}"][value="${value}"]`).check()
    else if (kind === 'checkbox' && Array.isArray(value)) for (const one of value) await page.locator(`main [name="${key}"][value="${one}"]`).check()
    else if (kind === 'checkbox') await field.first().check()
    else if (kind === 'select') await (value.startsWith('#') ? field.selectOption({ index: Number(value.slice(1)) }) : field.selectOption(value))
    else await field.fill(value)
  }
}

/// The name is looked at while it is typed; a suggestion is taken with a click.
async function tryNames(page) {
  const name = page.locator('#field-proposed_name')
  const said = page.locator('.name-checker')
  await name.fill('天元区小满里餐饮店')
  await said.locator('.tag.bad').first().waitFor()
  check('name: what is wrong is told while typing, with its article', (await said.innerText()).includes('《企业名称登记管理规定》第'))
  await inspectBoth(page, 'form-name')
  const suggestion = said.locator('button').first()
  await suggestion.waitFor()
  const suggested = await suggestion.innerText()
  await suggestion.click()
  check('name: a suggestion is taken over', (await name.inputValue()) === suggested, suggested)
  await said.locator('.tag.good').first().waitFor()
  check('name: the suggestion passes', true)
}

async function fillForm(page) {
  const draft = path(page)
  await inspectBoth(page, 'draft')
  await page.locator('.tasks a').first().click()
  await page.waitForURL('**/form/**')
  await next(page)
  check('form: what is missing is told at once', await counted(page.locator('.error-summary li'), (count) => count > 2))
  await inspectBoth(page, 'form-errors')
  for (let count = 0; path(page) !== draft && count < 12; count++) {
    await page.locator('main .field').first().waitFor()
    if (await page.locator('#field-proposed_name').count()) await tryNames(page)
    await fillPage(page, ANSWERS)
    if (count < 5) await inspectBoth(page, `form-${count + 1}`)
    await turn(page)
  }
  return draft
}

async function sendMaterials(page, draft, files) {
  await go(page, `${draft}/materials`)
  const slots = await page.locator('.upload').evaluateAll((all) => all.map((each) => ({
    id: each.id, required: each.querySelector('.tag')?.classList.contains('warn') })))
  await page.locator(`#${slots[0].id} input[type=file]`).first().setInputFiles(files.fake)
  await page.locator(`#${slots[0].id} .error-text`).waitFor()
  check('upload: a disguised file is refused', true)
  const kinds = [files.jpeg, files.pdf, files.png]
  for (const [index, slot] of slots.filter((each) => each.required).entries()) {
    await page.locator(`#${slot.id} input[type=file]`).first().setInputFiles(kinds[index % 3])
    await page.locator(`#${slot.id} .files li`).waitFor()
  }
  await inspectBoth(page, 'materials')
}

async function submit(page, draft) {
  await go(page, `${draft}`)
  await page.getByRole('link', { name: '核对并提交' }).click()
  await page.waitForURL('**/review')
  await page.locator('.rows').first().waitFor()
  await inspectBoth(page, 'review')
  await page.locator('main input[type=checkbox]').check()
  await next(page)
  await page.waitForURL('**/submitted')
  await page.locator('.confirmation .number').waitFor()
  await inspectBoth(page, 'submitted')
  return (await page.locator('.confirmation .number').innerText()).trim()
}

export async function officer(browser, name) {
  const page = await person(browser)
  await go(page, '/office')
  await page.fill('#field-account', name)
  await page.fill('#field-password', STAFF_PASSWORD)
  await page.locator('form button.button:visible').first().click()
  await page.locator('.tabs').waitFor()
  return page
}

/// Finds the case's task on the office's list, claims it, fills in its form and completes it.
export async function perform(page, number, name, answers, shots = '') {
  await go(page, `/office?tab=office&search=${encodeURIComponent(number)}`)
  if (shots) await inspectBoth(page, `${shots}-list`)
  await page.locator('.list tbody tr').first().waitFor()
  await page.locator('.list tbody a').first().click()
  await page.locator('.case').waitFor()
  const task = page.locator('.task', { has: page.locator('form, button') }).first()
  const claim = task.getByRole('button', { name: '签收' })
  if (await claim.count()) await claim.click()
  await task.locator('form').waitFor()
  await fillPage(page, answers)
  await fillPage(page, answers)  // what a first answer has made appear
  if (answers.officers) {
    await page.fill('#field-officers', answers.officers[0])
    await page.fill('#field-officers-1', answers.officers[1])
  }
  if (answers.corrections) await correct(page, answers.corrections)
  if (shots) await inspectBoth(page, shots)
  await task.getByRole('button', { name: '完成本环节' }).click()
  const confirm = page.locator('.el-dialog .confirm')
  await confirm.or(page.locator('.said:not(:empty)')).first().waitFor()
  if (await confirm.isVisible()) await confirm.click()
  await page.locator('.said:not(:empty)').waitFor()
  check(`office: ${name}`, true)
}

/// Records the delivery on the case's page; the step of the process is done with it.
export async function handOver(page, number, answers, shots = '') {
  await go(page, `/office?tab=office&search=${encodeURIComponent(number)}`)
  await page.locator('.list tbody a').first().click()
  await page.locator('.handover').waitFor()
  check('hand-over: it is not typed a second time', await seen(page.locator('.task a[href="#handover-title"]')))
  await page.selectOption('#send-way', answers.way)
  if (answers.identity_end) await page.fill('#send-identity_end', answers.identity_end)
  if (answers.way !== 'window') await page.check('#send-consented')
  if (shots) await inspectBoth(page, shots)
  await page.locator('.send').getByRole('button', { name: '登记' }).click()
  await page.locator('.handover .said:not(:empty)').waitFor()
  await page.locator('.task', { has: page.locator('a[href="#handover-title"]') }).waitFor({ state: 'detached' })
  check('hand-over: the delivery has done the step', await seen(page.locator('.case-head .tag', { hasText: '已办结' })))
}

async function correct(page, corrections) {
  for (const [index, { place, reason }] of corrections.entries()) {
    await page.selectOption('#field-corrections', place)
    await page.fill(`#reason-${index}`, reason)
  }
}

/// The inspectors find shortcomings; the applicant reports them put right; the inspectors come once more.
async function putRight(browser, number, citizen, draft, inspected) {
  const inspector = await officer(browser, STAFF.inspector)
  const month = new Date(Date.parse(inspected.inspected_on) + 30 * 86_400_000).toISOString().slice(0, 10)
  await perform(inspector, number, 'shortcomings are found on the premises',
    { ...inspected, result: 'rectify', demands: '洗手池须加装感应水龙头', rectify_by: month, findings: '洗手设施不全' }, 'office-inspection')
  await go(citizen, draft)
  check('case: what is to be put right is told', await seen(citizen.locator('.notice.warn')))
  await inspectBoth(citizen, 'case-rectifying')
  await citizen.locator(`a[href$="${draft}/rectify"]`).click()
  await citizen.waitForURL(`**${draft}/rectify`)
  await citizen.locator('#field-report').waitFor()
  await next(citizen)
  check('rectify: an empty report is refused', await seen(citizen.locator('.error-summary li')))
  await citizen.fill('#field-report', '已加装感应水龙头')
  await inspectBoth(citizen, 'rectify')
  await next(citizen)
  await citizen.waitForURL((url) => url.pathname === draft)
  await perform(inspector, number, 'the premises are inspected again', { ...inspected, findings: '已整改到位' }, 'office-reinspection')
}

async function examine(browser, number, citizen, draft) {
  const today = await (await person(browser)).request.get(`${BASE}/api/v1/sessions/current`).then((answer) => answer.json())
  const registration = await officer(browser, STAFF.registration)
  await perform(registration, number, 'the registration is examined',
    { checked: true, outcome: 'grant', findings: '材料齐全，符合法定形式' }, 'office-registration')
  const food = await officer(browser, STAFF.food)
  await perform(food, number, 'the permit is examined', { outcome: 'in_order', findings: '材料齐全' }, 'office-food')
  await putRight(browser, number, citizen, draft, {
    officers: [STAFF.inspector, STAFF.inspector2], inspected_on: today.business_day, inspected_at: '09:30—10:20', passed: true,
    result: 'pass', findings: '布局与图纸一致，设施齐全', opinion: '无异议' })
  await perform(food, number, 'the permit is decided', { outcome: 'grant', findings: '现场核查合格' }, 'office-decide')
}

async function sendCorrection(page, draft, files) {
  await go(page, draft)
  await inspectBoth(page, 'case-correction')
  await page.locator(`a[href$="${draft}/correct"]`).click()
  await page.locator('#field-address').waitFor()
  check('correction: only what was sent back is open', await counted(page.locator('main .field'), 1))
  await page.fill('#field-address', '虚构路8号1楼103室')
  await page.locator('.upload input[type=file]').first().setInputFiles(files.png)
  await page.locator('.upload [role=status]:not(:empty)').waitFor()
  await inspectBoth(page, 'correct')
  await next(page)
  await page.waitForURL((url) => url.pathname === draft)
}

async function finish(browser, page, draft) {
  await go(page, draft)
  await inspectBoth(page, 'case-finished')
  check('case: two certificates', await counted(page.locator('.certificate .downloads li'), 2))
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.certificate a.button').first().click()])
  const file = await download.path()
  check('case: a certificate is downloaded', existsSync(file) && statSync(file).size > 500)
  const numbers = await page.locator('.certificate .number').allInnerTexts()
  const stranger = await person(browser, { width: 375 })
  for (const number of numbers) {
    await go(stranger, '/certificates')
    await stranger.fill('#certificate-number', number)
    await next(stranger)
    await stranger.locator('.notice.good').waitFor()
  }
  check('public: anyone can check both', true)
  await inspectBoth(stranger, 'certificate')
  await go(page, `${draft}/rate`)
  await page.locator('input[value=very_satisfied]').check()
  await inspectBoth(page, 'rate')
  await next(page)
  await page.getByText('感谢您的评价').waitFor()
  check('rating: is taken', true)
  await go(page, '/applications')
  await inspectBoth(page, 'applications')
}

async function lookAround(page) {
  for (const [name, at] of [['office-cases', '/office/cases'], ['office-entities', '/office/entities']]) {
    await go(page, at)
    await page.locator('.list').waitFor()
    await inspectBoth(page, name)
    await page.locator('.list tbody a').first().click()
    await page.locator('.panel').first().waitFor()
    if (name === 'office-entities') await inspectBoth(page, 'office-entity')
  }
  await go(page, '/office/cases')
  await page.locator('.list tbody a').first().click()
  await page.getByRole('button', { name: '显示流程图' }).click()
  await page.locator('.djs-container svg').first().waitFor()
  check('diagram: the mark of its makers is visible', await seen(page.locator('.bjs-powered-by')))
  await inspect(page, 'office-diagram')
}

export const journey = () => run('journey', async (browser) => {
  const files = await makeFiles(browser)
  const citizen = await person(browser, { width: 375, height: 800 })
  await answerGuide(citizen)
  await register(citizen)
  const draft = await fillForm(citizen)
  await sendMaterials(citizen, draft, files)
  const number = await submit(citizen, draft)
  check('submitted: a number is given', number.length > 4, number)
  const clerk = await officer(browser, STAFF.clerk)
  await perform(clerk, number, 'correction is asked for', { outcome: 'correct', corrections: [
    { place: '/answers/address', reason: '门牌号不完整，请写到室' },
    { place: '/materials/layout_plan', reason: '图像模糊，请重新拍摄' }] }, 'office-accept')
  await sendCorrection(citizen, draft, files)
  await perform(clerk, number, 'the application is accepted', { outcome: 'accept' })
  await examine(browser, number, citizen, draft)
  await handOver(clerk, number, { way: 'electronic' }, 'office-hand-over')
  await finish(browser, citizen, draft)
  await chain(citizen, await officer(browser, STAFF.head), draft)
  await lookAround(clerk)
})
