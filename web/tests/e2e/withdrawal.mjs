// An applicant thinks better of it: a submitted application is withdrawn, and the office finds its task gone.
import { BASE, check, counted, go, inspectBoth, person, run, seen } from './browser.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const CITIZENS = 24

async function signIn(page, account) {
  await page.context().clearCookies({ name: /session/ })
  const answer = await page.request.post(`${BASE}/api/v1/sessions`, { data: { account, password: PASSWORD } })
  return answer.ok()
}

/// The first application of a demonstration citizen that nothing has been done with yet.
async function findSubmitted(page) {
  for (let number = 1; number <= CITIZENS; number++) {
    if (!(await signIn(page, `citizen${number}`))) continue
    const { items } = await page.request.get(`${BASE}/api/v1/applications`).then((answer) => answer.json())
    const found = items.find((each) => each.state === 'submitted')
    if (found) return found
  }
  return null
}

export const withdrawal = () => run('withdrawal', async (browser) => {
  const page = await person(browser)
  const application = await findSubmitted(page)
  if (!check('withdrawal: the demonstration has a submitted application', application !== null)) return
  const own = `/applications/${application.id}`
  await go(page, own)
  await page.locator(`a[href$="${own}/withdraw"]`).click()
  await page.waitForURL(`**${own}/withdraw`)
  await page.locator('#field-reason').waitFor()
  const send = page.locator('form button.button:visible').first()
  await send.click()
  check('withdrawal: a reason is asked for', await seen(page.locator('.error-summary li')))
  await page.fill('#field-reason', '改租别处，另行申请')
  await inspectBoth(page, 'withdraw')
  await send.click()
  await page.waitForURL((url) => url.pathname === own)
  await page.locator('h1').waitFor()
  check('withdrawal: the case says so', (await page.locator('main .tag').first().innerText()).includes('已撤回'))
  check('withdrawal: it can not be withdrawn twice', await counted(page.locator(`a[href$="${own}/withdraw"]`), 0))
  await inspectBoth(page, 'withdrawn')
  await signIn(page, 'clerk')
  const open = await page.request.get(`${BASE}/api/v1/tasks?tab=office&search=${encodeURIComponent(application.number)}`).then((answer) => answer.json())
  check('withdrawal: the office has nothing left to do', open.items.length === 0, JSON.stringify(open.items))
})
