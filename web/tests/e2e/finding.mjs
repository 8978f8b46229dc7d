// Cases are found by a variable that their service declares: in the list, its address and its export.
import { BASE, check, go, inspectBoth, run, seen, settled } from './browser.mjs'
import { read } from './deadlines.mjs'
import { signIn } from './statistics.mjs'

export const finding = () => run('finding', async (browser) => {
  const page = await signIn(browser, 'head')
  const area = (await read(page, '/case-variables')).items.find((each) => each.id === 'area')
  const wanted = await read(page, '/cases?variable=area&from=50&to=200')
  const all = await read(page, '/cases')
  check('finding: some cases fit and some do not', wanted.total > 0 && wanted.total < all.total, `${wanted.total} of ${all.total}`)

  await go(page, '/office/cases')
  await page.locator('.case-filter .variable').click()
  await page.getByRole('option', { name: area.label }).click()
  const [from, to] = [page.locator('.case-filter .end input').first(), page.locator('.case-filter .end input').last()]
  await from.fill('50')
  await to.fill('200')
  await page.getByRole('button', { name: '筛选' }).click()
  await page.waitForURL(/variable=area/)
  await settled(page)
  check('finding: the list shows as many', await seen(page.locator('.pager [role=status]', { hasText: String(wanted.total) })))
  await inspectBoth(page, 'cases-found')
  const lines = (await (await page.request.get(BASE + await page.locator('.head a').first().getAttribute('href'))).text()).trim().split('\n')
  check('finding: the export has the same', lines.length === wanted.total + 1, `${lines.length} lines`)

  await go(page, '/office/cases?variable=area&from=999999')
  check('finding: nothing fits, and it is said', await seen(page.locator('.nothing')))
  const refused = await page.request.get(`${BASE}/api/v1/cases?variable=area&from=wide`, { headers: { 'Accept-Language': 'en' } })
  check('finding: a number that is none is refused', refused.status() === 422, await refused.text())
  await page.context().close()
})
