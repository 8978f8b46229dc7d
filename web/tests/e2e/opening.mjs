// The way to a restaurant before anything is typed, and a cluster address that bars it; hosts of shared addresses.
import { BASE, check, counted, go, inspectBoth, person, run, settled } from './browser.mjs'
import { read, write } from './deadlines.mjs'
import { signIn } from './statistics.mjs'

const next = (page) => page.locator('form button.button:visible').first().click()

async function answer(page, answers) {
  await go(page, '/opening')
  await inspectBoth(page, 'opening')
  await page.getByRole('link', { name: '开始', exact: true }).click()
  for (let count = 0; !page.url().includes('/result') && count < 12; count++) {
    await page.locator('.field, fieldset').first().waitFor()
    const before = page.url()
    for (const [key, value] of Object.entries(answers)) {
      const radio = page.locator(`input[type=radio][name="${key}"][value="${value}"]`)
      if (await radio.count()) await radio.check()
      else if (await page.locator(`#field-${key}`).count()) await page.fill(`#field-${key}`, value).catch(() => undefined)
    }
    const hot = page.getByLabel('热食', { exact: false })
    if (await hot.count()) await hot.first().check()
    await next(page)
    await page.waitForURL((url) => url.href !== before)
    await settled(page)
  }
}

async function cluster(browser) {
  const examiner = await signIn(browser, 'examiner')
  await go(examiner, '/office/park')
  await examiner.locator('table.list, .nothing').first().waitFor()
  await inspectBoth(examiner, 'park')
  const hosts = (await read(examiner, '/park/hosts')).items
  check('park: the demonstration has two hosts', hosts.length >= 2, String(hosts.length))
  const [from, to] = [hosts.find((each) => each.members > 0), hosts.find((each) => each.members === 0)]
  await go(examiner, `/office/park/${from.id}`)
  await examiner.locator('table.list').first().waitFor()
  await examiner.getByRole('button', { name: /登记联系/ }).first().click()
  await examiner.selectOption('#deed-reached', 'no')
  await examiner.fill('#deed-method', '电话')
  await examiner.locator('form.panel').getByRole('button', { name: '登记' }).click()
  await examiner.getByText('最近一次没有联系上').first().waitFor()
  check('park: a try that failed is shown', true)
  await inspectBoth(examiner, 'park-host')
  const suspended = await write(examiner, 'POST', `/park/hosts/${to.id}/admissions`, { state: 'suspended', reason: '没有转交文书' })
  check('park: admissions are suspended', suspended.ok())
  const refused = await write(examiner, 'POST', `/park/hosts/${from.id}/move`, { to: to.id, reason: '搬迁' })
  check('park: nobody is moved to a suspended host', refused.status() === 409 && (await refused.json()).code === 'park.move_refused')
  await write(examiner, 'POST', `/park/hosts/${to.id}/admissions`, { state: 'admitting', reason: '已整改' })
  await examiner.selectOption('#move-to', to.id)
  await examiner.fill('#move-reason', '托管机构搬迁')
  await examiner.getByRole('button', { name: '整体迁移', exact: true }).click()
  await examiner.locator('.said', { hasText: '已整体迁移' }).waitFor()
  const after = (await read(examiner, '/park/hosts')).items
  check('park: everybody is moved', after.find((each) => each.id === to.id).members === from.members)
  const clerk = await signIn(browser, 'clerk')
  check('access: the clerk may not move members', (await write(clerk, 'POST', `/park/hosts/${from.id}/move`, {})).status() === 403)
  await examiner.context().close()
  await clerk.context().close()
}

export const opening = () => run('opening', async (browser) => {
  const page = await person(browser, { width: 375, height: 800 })
  const restaurant = { activity: 'catering', operator_kind: 'individual', licence_held: 'no', address_kind: 'ground_floor', premises_right: 'leased',
    area: '86.5', receive: 'window' }
  await answer(page, restaurant)
  await page.locator('.route li').first().waitFor()
  const text = await page.locator('main').innerText()
  check('opening: both registrations with their rules', text.includes('营业执照') && text.includes('食品经营许可证') && text.includes('opening/required#'))
  check('opening: one visit', /1\s*次/.test(text))
  check('opening: some steps are critical', await counted(page.locator('.route .current'), (count) => count >= 4))
  await inspectBoth(page, 'opening-result')
  const cluster_answers = { ...restaurant, address_kind: 'cluster', receive: 'electronic' }
  await answer(page, cluster_answers)
  await page.getByText('集群登记地址不能办理食品经营许可').first().waitFor()
  check('opening: a cluster address bars a food permit', true)
  await inspectBoth(page, 'opening-barred')
  const past = await page.request.post(`${BASE}/api/v1/opening/guide`, { data: { answers: {}, start: '2020-01-01' } })
  check('opening: a first day in the past is refused', past.status() === 422 && (await past.json()).code === 'opening.start_invalid')
  await go(page, '/cluster')
  await inspectBoth(page, 'cluster')
  await page.context().close()
  await cluster(browser)
})
