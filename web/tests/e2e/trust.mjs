// The public log as anybody sees it: keys and checkpoints, a receipt that is right, wrong ones, proof file, chain of a case.
//
//   CITIZEN, STAFF_PASSWORD   demonstration accounts
import { BASE, check, counted, go, inspectBoth, person, run, seen } from './browser.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'

/** A receipt of the public log, as its proof file carries it. */
async function receiptOf(index) {
  const answer = await fetch(`${BASE}/log/public/proof/${index}.tlog-proof`)
  const text = await answer.text()
  return Buffer.from(/^extra (.+)$/m.exec(text)?.[1] ?? '', 'base64').toString().split('\n')[0]
}

async function enter(page, text) {
  await page.fill('#receipt-text', text)
  await page.locator('form.card button').click()
}

export const trust = () => run('trust', async (browser) => {
  const policy = await (await fetch(`${BASE}/log/policy`)).text()
  check('trust: the policy names the public log', /^log \S+\/log\/public\+/m.test(policy), policy)
  const receipt = await receiptOf(3)
  check('trust: a proof file carries its receipt', /#3\./.test(receipt), receipt)
  const leaf = await (await fetch(`${BASE}/api/v1/logs/public/consistency?old=2&size=5`)).json()
  check('trust: consistency to a size', leaf.old_size === 2 && leaf.size === 5, JSON.stringify(leaf))
  check('trust: consistency backwards is refused', (await fetch(`${BASE}/api/v1/logs/public/consistency?old=5&size=2`)).status >= 400)

  for (const language of ['zh', 'en']) {
    const page = await person(browser, { language })
    await go(page, '/trust')
    check(`trust: both logs are shown (${language})`, await counted(page.locator('.log-card'), (count) => count >= 2))
    await inspectBoth(page, `trust-${language}`)
    await go(page, `/receipt#${receipt}`)
    check(`trust: a receipt's address says it is in the log (${language})`, await seen(page.locator('[data-state=included]')))
    check(`trust: three things were computed here (${language})`, await counted(page.locator('.receipt-checks li'), 3))
    await inspectBoth(page, `receipt-${language}`)
    await page.context().close()
  }

  const page = await person(browser)
  await go(page, '/')
  await page.locator('footer a[href="/receipt"]').click()
  await enter(page, 'rubbish')
  check('trust: what is no receipt is refused at the field', await seen(page.locator('.error-summary a')))
  const other = receipt.slice(0, -2) + (receipt.at(-2) === 'A' ? 'B' : 'A') + receipt.at(-1)
  await enter(page, other)
  check('trust: another hash is contradicted', await seen(page.locator('[data-state=contradicted]')))
  await enter(page, receipt.replace('#3.', '#999999999.'))
  check('trust: an index beyond the log waits', await seen(page.locator('[data-state=pending]')))
  await page.context().close()

  const answer = await fetch(`${BASE}/api/v1/sessions`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ account: 'head', password: PASSWORD }) })
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]
  const cases = await (await fetch(`${BASE}/api/v1/cases?limit=1`, { headers: { cookie } })).json()
  const chain = await (await fetch(`${BASE}/api/v1/cases/${cases.items[0].id}/receipts`, { headers: { cookie } })).json()
  check('trust: a case has its chain', chain.items?.length > 0 && chain.items.every((one, index) => index === 0 || one.index > chain.items[index - 1].index), JSON.stringify(chain).slice(0, 300))
  check('trust: nobody else reads it', (await fetch(`${BASE}/api/v1/cases/${cases.items[0].id}/receipts`)).status === 401)
})
