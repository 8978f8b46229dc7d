// The board for leaders: each number opens as many cases as it says, and pages update by themselves. A role is delegated
// and taken back.
//
//   STAFF_PASSWORD   the demonstration staff's password
import { BASE, check, go, inspectBoth, run, seen } from './browser.mjs'
import { signIn } from './statistics.mjs'

/// A write of the signed-in person, outside the page.
export async function write(page, method, path, body = {}) {
  const me = await page.request.get(`${BASE}/api/v1/sessions/current`).then((answer) => answer.json())
  return page.request.fetch(`${BASE}/api/v1${path}`, {
    method, data: body, headers: { 'X-CSRF-Token': me.csrf_token, 'Idempotency-Key': crypto.randomUUID() } })
}
export const read = (page, path) => page.request.get(`${BASE}/api/v1${path}`).then((answer) => answer.json())

async function numbersOpenTheirCases(page) {
  await go(page, '/office/deadlines')
  await page.locator('.numbers strong').first().waitFor()
  await inspectBoth(page, 'deadlines')
  const board = await read(page, '/deadlines')
  check('deadlines: the piles add up to what is open', board.piles.reduce((sum, pile) => sum + pile.count, 0) === board.open && board.open > 0)
  for (const pile of board.piles.filter((each) => each.count)) {
    const list = await read(page, `/deadlines/cases?pile=${pile.id}`)
    check(`deadlines: ${pile.id} opens as many cases as it says`, list.total === pile.count, `${list.total} for ${pile.count}`)
  }
  const link = page.locator('.numbers a').first()
  const count = (await link.locator('strong').innerText()).trim()
  await link.click()
  await page.locator('.pager').waitFor()
  check('deadlines: the page shows the same', (await page.locator('.pager').innerText()).includes(count))
  await inspectBoth(page, 'deadline-cases')
  await go(page, '/office/deadlines/promises')
  await inspectBoth(page, 'deadline-promises')
  const refused = await page.request.get(`${BASE}/api/v1/deadlines/cases?pile=somewhere`, { headers: { 'Accept-Language': 'zh' } })
  const body = await refused.json()
  check('deadlines: an unknown pile is refused', refused.status() === 422 && body.code === 'deadlines.filter_invalid' && /看板/.test(body.detail))
}

/// A day off is tried: due days move on the page and nowhere else.
async function whatIf(page) {
  await go(page, '/office/deadlines')
  await page.getByRole('link', { name: '时限推演' }).click()
  await page.waitForURL('**/deadlines/what-if')
  await page.getByRole('button', { name: '添加日期' }).waitFor()
  const before = await read(page, '/deadlines')
  await page.getByRole('button', { name: '添加日期' }).click()
  const day = before.days.find((each) => new Date(each.day) > new Date(before.today))?.day ?? before.soon_until
  await page.locator('fieldset input[type=date]').first().fill(day)
  await page.getByRole('button', { name: '添加环节' }).click()
  await page.locator('fieldset select').nth(1).selectOption('registration_examine')
  await page.getByRole('button', { name: '开始推演' }).click()
  await page.locator('#effects-title').waitFor()
  await page.waitForFunction(() => !document.querySelector('.is-loading'), null, { timeout: 60_000 })
  const told = await page.locator('p[role=status]').innerText()
  check('what if: all open cases are looked at', told.includes(`${before.open}件在办件`), told)
  await page.getByLabel('只看会超期的期限').uncheck()
  check('what if: cases that would change are listed', (await page.locator('table.list tbody tr').count()) > 0)
  await inspectBoth(page, 'what-if')
  const after = await read(page, '/deadlines')
  const open = (await read(page, '/deadlines/cases?limit=1')).items[0]
  await go(page, `/office/cases/${open.id}`)
  await page.getByRole('link', { name: '时限推演' }).click()
  await page.waitForURL('**/what-if?case=*')
  await page.getByRole('button', { name: '开始推演' }).click()
  await page.locator('#effects-title').waitFor()
  check('what if: one case alone', (await page.locator('p[role=status]').innerText()).includes('1件在办件'))
  check('what if: nothing is written', JSON.stringify(before.days) === JSON.stringify(after.days))
  const refused = await write(page, 'POST', '/deadlines/what-if', { holidays: ['2020-01-01'] })
  check('what if: a day gone by is refused', refused.status() === 422 && (await refused.json()).code === 'deadlines.assumption_invalid')
}

/// The head suspends a case; the leader's open board changes without being touched.
async function updatesByItself(browser, page) {
  await go(page, '/office/deadlines')
  await page.locator('.live.on').waitFor()
  const head = await signIn(browser, 'head')
  const list = await read(head, '/deadlines/cases?limit=200')
  const before = await read(head, '/deadlines')
  const paused = (board) => board.piles.find((pile) => pile.id === 'paused').count
  const shown = (count) => page.waitForFunction((wanted) => [...document.querySelectorAll('.numbers li')]
    .some((each) => each.textContent.includes('暂停计时') && each.querySelector('strong').textContent === String(wanted)), count, { timeout: 15_000 })
  let changed = ''
  for (const one of list.items.filter((each) => each.next_day && !each.paused_for)) {
    const answer = await write(head, 'POST', `/cases/${one.id}/operations`, { operation: 'suspend', reason: '等待上级批复', basis: '《行政许可法》第四十五条', places: [] })
    if (answer.ok()) { changed = one.id; break }
  }
  check('live: a case is suspended', !!changed)
  await shown(paused(before) + 1).then(() => check('live: the board shows it by itself', true), () => check('live: the board shows it by itself', false))
  const reasons = await read(head, '/deadlines')
  check('deadlines: the pause is shown with its reason', reasons.pauses.some((each) => each.reason.includes('中止') || each.reason.includes('批复')), JSON.stringify(reasons.pauses))
  await write(head, 'POST', `/cases/${changed}/operations`, { operation: 'resume', reason: '批复已到', places: [] })
  await shown(paused(before)).then(() => check('live: and back', true), () => check('live: and back', false))
  await head.context().close()
}

async function delegates(browser) {
  const clerk = await signIn(browser, 'clerk')
  const helper = await signIn(browser, 'examiner')
  const office = async () => (await read(helper, '/task-counts')).office
  const before = await office()
  const own = await read(clerk, '/task-counts')
  check('delegation: the clerk has work to lend', own.office > 0)
  await go(clerk, '/office/delegations')
  await clerk.locator('#field-to_person').waitFor()
  await clerk.getByRole('button', { name: '委托', exact: true }).click()
  await clerk.locator('.error-summary').waitFor()
  check('delegation: what is missing is told', true)
  const name = await read(helper, '/sessions/current').then((me) => me.name)
  const value = await clerk.locator('#field-to_person option', { hasText: name }).first().getAttribute('value')
  await clerk.selectOption('#field-to_person', value)
  await clerk.fill('#field-reason', '外出开会')
  await clerk.getByRole('button', { name: '委托', exact: true }).click()
  await clerk.locator('.said:not(:empty)').waitFor()
  await inspectBoth(clerk, 'delegations')
  check('delegation: the colleague sees the lent work', (await office()) > before, `${await office()} after ${before}`)
  await go(helper, '/office/delegations')
  check('delegation: the colleague sees who has lent it', await seen(helper.locator('.delegation-received').first()))
  await clerk.locator('.delegation-given').filter({ hasText: name }).getByRole('button', { name: /收回/ }).first().click()
  await clerk.locator('.said', { hasText: '收回' }).waitFor()
  check('delegation: once taken back, the work is gone', (await office()) === before)
  await clerk.context().close()
  await helper.context().close()
}

async function showsBeforeItDoes(browser) {
  const head = await signIn(browser, 'head')
  const list = await read(head, '/deadlines/cases?limit=200')
  const one = list.items.find((each) => each.next_day)
  await go(head, `/office/cases/${one.id}`)
  await head.locator('#operation').selectOption('suspend')
  await head.fill('#op-basis', '《行政许可法》第四十五条')
  await head.getByRole('button', { name: '预览结果' }).click()
  await head.locator('.operations .error-summary').waitFor()
  check('operations: a missing reason is told', true)
  await head.fill('#op-reason', '等待检验结论')
  await head.getByRole('button', { name: '预览结果' }).click()
  await head.locator('.operations .notice').waitFor()
  check('operations: the result is shown first', (await head.locator('.operations .notice').innerText()).includes('中止'))
  await inspectBoth(head, 'operations')
  await head.getByRole('button', { name: /确认中止/ }).click()
  await head.locator('.said:not(:empty)').waitFor()
  await head.locator('#operation').selectOption('resume')
  await head.fill('#op-reason', '结论已出')
  await head.getByRole('button', { name: '预览结果' }).click()
  await head.getByRole('button', { name: /确认恢复/ }).click()
  await head.locator('.said', { hasText: '恢复' }).waitFor()
  check('operations: suspended and resumed', true)
  await head.context().close()
}

export const deadlines = () => run('deadlines', async (browser) => {
  const page = await signIn(browser, 'leader')
  await numbersOpenTheirCases(page)
  await whatIf(page)
  await updatesByItself(browser, page)
  await page.context().close()
  await delegates(browser)
  await showsBeforeItDoes(browser)
  const technician = await signIn(browser, 'technician').catch(() => null)
  if (technician) {
    for (const path of ['/deadlines', '/deadlines/cases', '/deadlines/promises', '/deadlines/what-if', '/changes'])
      check(`access: the technician may not read ${path}`, (await technician.request.get(`${BASE}/api/v1${path}`)).status() === 403)
    await technician.context().close()
  }
})
