// Figures with their definitions, in public and in the office; each number opens the records behind it.
//
//   STAFF_PASSWORD   the demonstration staff's password
// Beside the account's figures when the whole demonstration district is loaded (in its small form nothing was reported).
import { BASE, check, go, inspectBoth, person, run, seen } from './browser.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const api = `${BASE}/api/v1/statistics`

async function refused(path, code, status = 422) {
  const answer = await fetch(api + path, { headers: { 'Accept-Language': 'zh' } })
  const body = await answer.json()
  check(`statistics: ${path} is refused`, answer.status === status && body.code === code, `${answer.status} ${body.code}`)
  check(`statistics: ${path} says why`, /[\u4e00-\u9fff]/.test(body.detail), body.detail)
}

export async function signIn(browser, account) {
  const page = await person(browser)
  await go(page, '/office')
  await page.fill('#field-account', account)
  await page.fill('#field-password', PASSWORD)
  await page.locator('form button.button:visible').first().click()
  await page.locator('.tabs').waitFor()
  return page
}

async function besideTheReported(page) {
  const rows = await page.locator('table.list tbody tr').all()
  for (const row of rows) {
    const [value, reported] = [await row.locator('td').nth(1).locator('strong').innerText(), await row.locator('td').nth(2).innerText()]
    check(`statistics: as reported, ${await row.locator('td').first().innerText()}`, value === reported.trim(), `${value} for ${reported}`)
  }
}

export const statistics = () => run('statistics', async (browser) => {
  await refused('/entities_in_business?day=yesterday', 'statistics.day_invalid')
  await refused('/one_thing_cases?from=2020-01-02&to=2020-01-01', 'statistics.period_invalid')
  await refused('/no_such_figure', 'statistics.unknown', 404)
  await refused('/same_day_promise?day=2015-01-01', 'catalogue.rule_not_in_force', 409)

  const visitor = await person(browser)
  await go(visitor, '/statistics')
  check('statistics: the public sees figures', await seen(visitor.locator('.figure strong').nth(8)))
  await inspectBoth(visitor, 'statistics-public')
  await visitor.context().close()

  const page = await signIn(browser, 'leader')
  await page.getByRole('link', { name: '统计' }).click()
  await page.locator('table.list strong.number').first().waitFor()
  await inspectBoth(page, 'statistics-office')
  await go(page, '/office/statistics?as=reported')
  await inspectBoth(page, 'statistics-reported')
  const stock = await fetch(`${api}/entities_in_business?day=2019-09-30`).then((answer) => answer.json())
  if (Number(stock.value) > 10_000) await besideTheReported(page)

  await go(page, '/office/statistics/entities_in_business')
  const part = page.locator('section.panel li a').first()
  const count = Number((await part.locator('strong').innerText()).trim())
  await part.click()
  await page.locator('.pager').waitFor()
  check('statistics: the list has as many as the number says', (await page.locator('.pager').innerText()).includes(String(count)))
  await inspectBoth(page, 'statistic-records')
  const csv = await page.request.get(`${BASE}/api/v1/statistics/entities_in_business/records?part=cooperatives&format=csv`)
  check('statistics: the records export', csv.ok() && (await csv.text()).includes('number'))
  const unknown = await page.request.get(`${api}/entities_in_business/records?part=none`)
  check('statistics: an unknown part is refused', unknown.status() === 404)
  await page.locator('table.list a').first().click()
  await page.waitForURL('**/office/entities/**')
  check('statistics: a record opens its entity', true)
  await page.context().close()
})
