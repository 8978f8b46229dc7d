// Two journeys without a mouse: a person registers, applies and submits; a clerk finds the case on the work list, takes it and
// accepts it. Only keys are pressed; what has the focus is always to be seen.
//
//   STAFF_PASSWORD   the demonstration accounts' password
import { check, go, person, run, seen, settled } from './browser.mjs'
import { citizenId, makeFiles } from './files.mjs'
import { STAFF, path } from './journey.mjs'

const STOPS_MAX = 200
const serial = (Date.now() + 13) % 1_000_000
const NAME = `株洲市天元区演键${String(serial).replace(/\d/g, (digit) => '零一二三四五六七八九'[Number(digit)])}文具店`
const ANSWERS = {
  name: '李小满', citizen_id: citizenId(serial), phone: '13000000013', account: `keys${serial}`, password: 'keyboard-password-1',
  composition_kind: 'personal', address_kind: 'own', premises_right: 'owned', food: 'none',
  operator_name: '李小满', operator_citizen_id: citizenId(serial), operator_phone: '13000000013', operator_home: '天元区虚构路1号', filed_by: 'self',
  trade_name: NAME.slice(6, -3), proposed_name: NAME, township: '430211002', address: '虚构路13号', industry: '5244', scope: '文具用品零售',
  employees: '1', delivery: 'electronic', declaration: true,
}

/// What has the focus, and whether it shows that it has.
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement
  const style = getComputedStyle(element)
  const shown = element.type === 'file' || element.type === 'radio' || element.type === 'checkbox' ? element.closest('.choice, .pick') ?? element : element
  return {
    tag: element.tagName, type: element.type ?? '', name: element.name ?? '', value: element.value ?? '', id: element.id,
    text: (element.innerText ?? '').trim().replace(/\s+/g, ' '), checked: element.checked === true,
    visible: style.outlineStyle !== 'none' || style.boxShadow !== 'none' || getComputedStyle(shown).outlineStyle !== 'none' || !!shown.querySelector?.(':focus-visible'),
  }
})
const unseen = new Set()
async function tab(page) {
  await page.keyboard.press('Tab')
  const at = await focused(page)
  if (at.tag !== 'BODY' && !at.visible) unseen.add(`${path(page)} ${at.tag} ${at.id || at.text}`)
  return at
}
/// Presses Tab until what has the focus is wanted.
async function tabTo(page, wanted, what) {
  for (let stop = 0; stop < STOPS_MAX; stop++) {
    const at = await tab(page)
    if (wanted(at)) return at
  }
  throw new Error(`${what} is not reached with the keyboard on ${path(page)}`)
}
const press = async (page, name) => {
  await tabTo(page, (at) => at.text.startsWith(name) && ['A', 'BUTTON', 'SUMMARY'].includes(at.tag), name)
  await page.keyboard.press('Enter')
}
async function answer(page, at, value) {
  if (at.type === 'radio')
    for (let tries = 0; tries < 12; tries++) {
      const now = await focused(page)
      if (now.value === value && now.checked) return
      await page.keyboard.press(now.value === value ? 'Space' : 'ArrowDown')
    }
  else if (at.type === 'checkbox') { if (!at.checked) await page.keyboard.press('Space') }
  else if (at.tag === 'SELECT') for (let tries = 0; tries < 300 && (await focused(page)).value !== value; tries++) await page.keyboard.press('ArrowDown')
  else {
    await page.keyboard.press('Control+A')
    await page.keyboard.type(value)
  }
}
/// Tab by Tab through a page's form: each known field is answered, the button pressed.
async function fillByKeys(page, button) {
  const done = new Set()
  for (let stop = 0; stop < STOPS_MAX; stop++) {
    const at = await tab(page)
    if (at.tag === 'BUTTON' && at.text === button) return void (await page.keyboard.press('Enter'))
    if (!at.name || done.has(at.name) || !(at.name in ANSWERS)) continue
    done.add(at.name)
    await answer(page, at, ANSWERS[at.name])
  }
  throw new Error(`“${button}” is not reached with the keyboard on ${path(page)}`)
}
async function on(page, button) {
  const before = path(page)
  await fillByKeys(page, button)
  await page.waitForURL((url) => url.pathname !== before)
  await settled(page)
}

async function applies(browser) {
  const files = await makeFiles(browser)
  const page = await person(browser)
  page.on('filechooser', (chooser) => chooser.setFiles(files.pdf))
  await go(page, '/register')
  for (const name of ['name', 'citizen_id', 'phone', 'account', 'password']) {
    await tabTo(page, (at) => at.id === `field-${name}`, name)
    await page.keyboard.type(ANSWERS[name])
  }
  await press(page, '核验并注册')
  await press(page, '继续')
  await page.waitForURL((url) => url.pathname === '/')
  await settled(page)
  await press(page, '设立个体工商户')
  await page.waitForURL('**/services/**')
  await settled(page)
  await press(page, '开始')
  await page.waitForURL('**/guide')
  await settled(page)
  for (let count = 0; !path(page).endsWith('/result') && count < 8; count++) await on(page, '继续')
  await press(page, '开始申请')
  await page.waitForURL(/\/applications\/[^/]+$/)
  await settled(page)
  const draft = path(page)
  await press(page, '经营者')
  await page.waitForURL('**/form/**')
  await settled(page)
  for (let count = 0; path(page) !== draft && count < 10; count++) await on(page, '保存并继续')
  check('keyboard: the whole form is filled in', path(page) === draft)
  await press(page, '上传材料')
  await page.waitForURL('**/materials')
  await settled(page)
  const slots = await page.locator('.upload:has(h2 .tag.warn)').count()
  for (let slot = 0; slot < slots; slot++) {
    const wanted = await page.locator('.upload:has(h2 .tag.warn) input[type=file]').first().getAttribute('id')
    await tabTo(page, (at) => at.id === wanted, wanted)
    await page.keyboard.press('Space')
    await page.locator(`.upload:has(#${wanted}) .files li`).first().waitFor()
    await settled(page)
  }
  check('keyboard: every material is handed in', (await page.locator('.upload:has(h2 .tag.warn)').count()) === 0)
  await go(page, `${draft}/review`)
  await on(page, '提交申请')
  await page.locator('.confirmation .number').waitFor()
  const number = (await page.locator('.confirmation .number').innerText()).trim()
  check('keyboard: it is submitted', path(page) === `${draft}/submitted`)
  await page.context().close()
  return number
}

async function accepts(browser, number) {
  const page = await person(browser)
  await go(page, '/office')
  await tabTo(page, (at) => at.id === 'field-account', 'account')
  await page.keyboard.type(STAFF.clerk)
  await tabTo(page, (at) => at.id === 'field-password', 'password')
  await page.keyboard.type(process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026')
  await page.keyboard.press('Enter')
  await page.locator('.tabs').waitFor()
  await settled(page)
  await press(page, '本科室')
  await settled(page)
  await tabTo(page, (at) => at.id === 'search', 'search')
  await page.keyboard.type(number)
  await page.keyboard.press('Enter')
  await page.locator('.list tbody tr').filter({ hasText: number }).waitFor()
  await settled(page)
  await press(page, '到达')
  check('keyboard: a column sorts', await seen(page.locator('th[aria-sort]', { hasText: '到达' })))
  await settled(page)
  await press(page, '签收')
  await page.waitForURL('**/office/cases/**')
  await page.locator('.task form').waitFor()
  await settled(page)
  Object.assign(ANSWERS, { outcome: 'accept' })
  await fillByKeys(page, '完成本环节')
  await page.locator('.el-dialog .confirm').waitFor()
  await press(page, '确认完成')
  check('keyboard: the case is accepted', await seen(page.locator('.said', { hasText: '已完成' })))
  await page.context().close()
}

/// The office head's long menu: the rest of it opens, closes with Esc, and leads on.
async function opensTheMenu(browser) {
  const page = await person(browser)
  await go(page, '/office')
  await page.fill('#field-account', STAFF.head)
  await page.fill('#field-password', process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026')
  await page.keyboard.press('Enter')
  await page.locator('.tabs').waitFor()
  const lines = await page.locator('.bar nav').evaluate((nav) => new Set([...nav.children].map((each) => Math.round(each.getBoundingClientRect().top))).size)
  check('keyboard: the menu stands in one line', lines === 1, `${lines} lines`)
  await press(page, '更多')
  check('keyboard: the rest of the menu opens', await page.getByRole('link', { name: '批量操作' }).isVisible())
  await tab(page)
  await page.keyboard.press('Escape')
  check('keyboard: Esc closes it and gives the focus back', !(await page.getByRole('link', { name: '批量操作' }).isVisible()) && (await focused(page)).text === '更多')
  await page.keyboard.press('Enter')
  await press(page, '模型发布')
  await page.waitForURL('**/office/models')
  check('keyboard: it closes when it has led on', !(await page.getByRole('link', { name: '批量操作' }).isVisible()))
  await page.context().close()
}

export const keyboard = () => run('keyboard', async (browser) => {
  const number = await applies(browser)
  await accepts(browser, number)
  await opensTheMenu(browser)
  check('keyboard: what has the focus is seen', unseen.size === 0, [...unseen].slice(0, 8).join('; '))
})
