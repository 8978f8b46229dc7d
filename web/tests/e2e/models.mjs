// A rule owner changes a decision in the standard editor; another person approves it; a new case is decided by it, a running one is not.
//
//   STAFF_PASSWORD   the demonstration staff's password
import { BASE, check, go, inspect, inspectBoth, person, run, seen, settled } from './browser.mjs'
import { read, write } from './deadlines.mjs'
import { citizenId, makeFiles } from './files.mjs'
import { ANSWERS, next } from './journey.mjs'
import { answerGuide, apply } from './services.mjs'
import { signIn } from './statistics.mjs'

const BASIS = '演示依据：限额调整'
const SERVICE = 'open-restaurant'
const FILE = 'decision.dmn'
const draftOf = (page) => new URL(page.url()).pathname.split('/').pop()
const versionOf = (page) => read(page, `/models/${SERVICE}`).then((service) => service.version)
const button = (page, name) => page.getByRole('button', { name, exact: true })

/// The editor's cell of a table, by its id in the model.
const cell = (page, id) => page.locator(`[data-element-id="${id}"] .content-editable, [data-element-id="${id}"][contenteditable]`).first()

async function drafts(page) {
  await go(page, '/office/models')
  await inspectBoth(page, 'models')
  await page.getByRole('link', { name: '开办餐饮店', exact: true }).click()
  await page.waitForURL(`**/models/${SERVICE}`)
  await inspectBoth(page, 'models-service')
  await button(page, `起草修改 ${FILE}`).click()
  await page.waitForURL('**/model-drafts/**')
  await page.locator('.bjs-powered-by').first().waitFor()
  await inspectBoth(page, 'model-draft-decision')
  check('models: the mark of the editors stays in view', await page.locator('.bjs-powered-by').first().isVisible())
}

/// The dated limits are tables like all others: read, drafted, dropped.
async function limits(page) {
  await go(page, '/office/models/rules')
  await button(page, '起草修改 limits.dmn').waitFor()
  await inspectBoth(page, 'models-limits')
  await button(page, '起草修改 limits.dmn').click()
  await page.waitForURL('**/model-drafts/**')
  await page.locator('.notes').waitFor({ state: 'attached' })
  check('limits: every table is there', (await page.locator('.designer-views button').count()) >= 5)
  const rows = await page.locator('.notes li').count()
  check('limits: each row has its basis', rows > 5 && (await page.locator('.notes textarea').count()) === rows * 2, `${rows}`)
  await inspectBoth(page, 'model-draft-limits')
  const id = draftOf(page)
  const { status } = await write(page, 'POST', `/model-drafts/${id}/drop`).then((answer) => ({ status: answer.status() }))
  check('limits: the draft is dropped', status === 200, `${status}`)
}

/// Another output in the table's first row, typed into the editor's own cell.
async function changes(page) {
  const { text } = await read(page, `/models/${SERVICE}/text?file=${FILE}`)
  const decision = await page.evaluate((xml) => {
    const model = new DOMParser().parseFromString(xml, 'text/xml')
    const rule = [...model.getElementsByTagNameNS('*', 'rule')].find((each) => each.closest('decision').id === 'inspection_needed')
    const output = rule.getElementsByTagNameNS('*', 'outputEntry')[0]
    return { id: 'inspection_needed', output: output.id, value: output.textContent.trim() }
  }, text)
  await page.locator('.designer-views').getByRole('button', { name: decision.id }).click()
  await cell(page, decision.output).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(decision.value === 'true' ? 'false' : 'true')
  await page.getByText('有改动尚未保存。').waitFor()
  // The legal basis of the same row, which the editor itself does not show.
  await page.locator('.notes textarea').first().fill(BASIS)
  await page.locator('.notes textarea').first().blur()
  await inspect(page, 'model-draft-changed')
  await button(page, '保存').click()
  await page.locator('.said', { hasText: '已保存' }).waitFor()
  await button(page, '检查').click()
  await page.locator('#findings-title').waitFor()
  check('models: the check finds nothing fatal', (await page.locator('.findings .error-text').count()) === 0)
  await button(page, '比较').click()
  await page.locator('.changes').waitFor()
  check('models: the comparison tells the cell', (await page.locator('.difference').innerText()).includes(decision.value))
  check('models: and the basis of the row', (await page.locator('.changes').innerText()).includes(BASIS))
  check('models: it tells nothing else', (await page.locator('.changes > li').count()) === 1, await page.locator('.changes').innerText())
  await inspect(page, 'model-draft-compared')
  return decision
}

async function findsItsFaults(page) {
  const id = draftOf(page)
  await button(page, '文本').click()
  const good = await page.locator('.model-text').inputValue()
  await page.locator('.model-text').fill(good.replace('<text>true</text>', '<text>true +</text>'))
  await button(page, '检查').click()
  await page.locator('.findings .error-text').first().waitFor()
  await page.locator('.findings .file').first().click()
  check('models: a finding leads to its element', await seen(page.locator('.designer-canvas')))
  await button(page, '文本').click()
  await page.locator('.model-text').fill(good)
  await button(page, '保存').click()
  await page.locator('.said', { hasText: '已保存' }).waitFor()
  await button(page, '图形').click()
  await page.locator('.bjs-powered-by').first().waitFor()
  await button(page, '送审').click()
  await page.locator('.error-summary').waitFor()
  check('models: a proposal without a reason is refused', (await page.locator('.error-summary').innerText()).includes('理由'))
  return id
}

async function proposes(page, id) {
  await page.fill('#field-reason', '核查范围调整，依据演示文件第1条')
  await button(page, '送审').click()
  await page.locator('.said', { hasText: '已送审' }).waitFor()
  await inspectBoth(page, 'model-draft-proposed')
  check('models: who has written has no button to approve', (await button(page, '批准').count()) === 0)
  const { edition } = await read(page, `/model-drafts/${id}`)
  const me = await read(page, '/sessions/current')
  const own = await page.request.fetch(`${BASE}/api/v1/model-drafts/${id}/decision`, {
    method: 'POST', data: { outcome: 'approve' },
    headers: { 'X-CSRF-Token': me.csrf_token, 'Idempotency-Key': crypto.randomUUID(), 'If-Match': `"${edition}"` } })
  check('models: nor may he over the API', own.status() === 403 && (await own.json()).code === 'publishing.same_person')
}

async function approves(browser, id) {
  const leader = await signIn(browser, 'leader')
  const before = await versionOf(leader)
  await go(leader, '/office/models')
  await leader.locator('#waiting-title .count.hot').waitFor()
  await leader.locator(`a[href$="/model-drafts/${id}"]`).click()
  await leader.locator('.changes').waitFor()
  await leader.locator('.bjs-powered-by').first().waitFor()
  await inspectBoth(leader, 'model-draft-deciding')
  await button(leader, '批准').click()
  await leader.locator('.said', { hasText: '已批准' }).waitFor()
  await inspectBoth(leader, 'model-version')
  const after = await versionOf(leader)
  check('models: another version is in force', before !== after, `${before} ${after}`)
  await leader.context().close()
  return { before, after }
}

/// The other two editors open what the catalogue holds and give it back unchanged.
async function opensAll(page) {
  for (const file of ['process.bpmn', 'form.json']) {
    await go(page, `/office/models/${SERVICE}`)
    await button(page, `起草修改 ${file}`).click()
    await page.waitForURL('**/model-drafts/**')
    await page.locator('.bjs-powered-by, .fjs-powered-by').first().waitFor()
    await settled(page)
    await inspectBoth(page, `model-draft-${file}`)
    const id = draftOf(page)
    const answer = await write(page, 'POST', `/model-drafts/${id}/check`)
    check(`models: ${file} as it stands passes the check`, (await answer.json()).may_be_proposed)
    await write(page, 'POST', `/model-drafts/${id}/drop`)
  }
}

/// What a decision says to the same inputs.
async function says(page, decision) {
  const answer = await write(page, 'POST', `/decisions/${SERVICE}/evaluation`, { decision, inputs: { answers: { area: 40 }, guide: { activity: 'catering' } } })
  return answer.status()
}

export const models = () => run('models', async (browser) => {
  const owner = await signIn(browser, 'rules')
  const files = await makeFiles(browser)
  const running = await read(owner, '/cases?limit=100').then((list) => list.items.find((one) => one.service_name === '开办餐饮店'))
  check('models: the demonstration has a running case', !!running)
  const versionBefore = running && (await read(owner, `/cases/${running.id}`)).service_version
  await drafts(owner)
  const decision = await changes(owner)
  const id = await findsItsFaults(owner)
  await proposes(owner, id)
  const { before, after } = await approves(browser, id)
  check('models: it answers', (await says(owner, decision.id)) === 200)
  check('models: the running case ran on the former version', versionBefore === before, `${versionBefore} ${before}`)
  check('models: and still does', running && (await read(owner, `/cases/${running.id}`)).service_version === before)
  const number = await appliesForOne(browser, files)
  const found = await read(owner, `/cases?search=${encodeURIComponent(number)}`)
  check('models: a new case begins with the new version', (await read(owner, `/cases/${found.items[0].id}`)).service_version === after)
  await opensAll(owner)
  await limits(owner)
  await owner.context().close()
})

/// A citizen of its own applies for a restaurant; returns the case's number.
async function appliesForOne(browser, files) {
  const page = await person(browser, { width: 375, height: 800 })
  const serial = (Date.now() + 77) % 1_000_000
  const id = citizenId(serial)
  await go(page, '/register')
  const values = { name: '李小满', citizen_id: id, phone: `1300000${String(serial % 10_000).padStart(4, '0')}`, account: `model${serial}`, password: 'models-password-1' }
  for (const [key, value] of Object.entries(values)) await page.fill(`#field-${key}`, value)
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/sessions') && answer.ok()), next(page)])
  await page.locator('.notice.good').waitFor()
  await answerGuide(page, '开办餐饮店', { activity: 'catering', operator_kind: 'individual', address_kind: 'ground_floor', premises_right: 'leased', area: '40', food_items: ['hot'] })
  const trade = `模${String(serial).replace(/\d/g, (digit) => '零一二三四五六七八九'[Number(digit)])}`
  const { number } = await apply(page, { ...ANSWERS, area: '40', operator_citizen_id: id, trade_name: trade, proposed_name: `株洲市天元区${trade}餐饮店` }, files)
  await page.context().close()
  return number
}
