// The public log as anybody sees it: keys and checkpoints, a receipt that is right, wrong ones, proof file, chain of a case.
//
//   CITIZEN, STAFF_PASSWORD   demonstration accounts
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BASE, check, counted, go, inspect, inspectBoth, person, run, seen } from './browser.mjs'

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

/** The page remembers the last checkpoint, and finds out when the log does not continue it. */
async function remembered(browser, receipt) {
  const page = await person(browser)
  await go(page, `/receipt#${receipt}`)
  check('trust: the first visit has nothing to compare with', await counted(page.locator('.receipt-checks li'), 3))
  const kept = await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.startsWith('log-checkpoint:')))
  check('trust: the checkpoint is kept', /\/log\/public\n\d+\n/.test(kept?.[1] ?? ''), JSON.stringify(kept))
  await page.reload()
  check('trust: the next visit compares', await counted(page.locator('.receipt-checks li'), 4))
  check('trust: the log continues what was seen', await seen(page.locator('[data-state=included]')))
  // A server that answers with another tree than it once signed: what was kept convicts it.
  await page.route('**/api/v1/logs/*/consistency*', (route) => route.fulfill({ json: { old_size: 1, size: 2, proof: [], checkpoint: '' } }))
  await page.route('**/api/v1/receipts*', async (route) => {
    const answer = await route.fetch()
    const body = await answer.json()
    await route.fulfill({ json: { ...body, checkpoint: earlier } })
  })
  const earlier = kept[1].replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`)
  await page.reload()
  check('trust: a checkpoint that nobody signed is not believed', await seen(page.locator('.notice.bad')))
  await page.context().close()
}

/** The page that works from a file: a receipt with its proof file, and what is wrong with others. */
async function offline(browser, receipt) {
  const proof = await (await fetch(`${BASE}/log/public/proof/3.tlog-proof`)).text()
  const served = await person(browser)
  await go(served, '/verify.html')
  await served.fill('#text', receipt)
  await served.locator('button.first').click()
  check('trust: the checking page fetches the proof of a receipt', await seen(served.locator('#result[data-state=included]')))
  await served.context().close()

  const page = await person(browser, { width: 375, height: 800 })
  const file = join(mkdtempSync(join(tmpdir(), 'verify-')), 'verify.html')
  writeFileSync(file, await (await fetch(`${BASE}/verify.html`)).text())
  await page.context().setOffline(true)
  await page.goto(`file://${file}`)
  const verdict = async (text) => {
    await page.fill('#text', text)
    await page.locator('button.first').click()
    return { state: await page.locator('#result').getAttribute('data-state'), kind: await page.locator('#result').getAttribute('class'),
      codes: await page.locator('li[data-code]').evaluateAll((items) => items.map((each) => each.dataset.code)) }
  }
  const alone = await verdict(receipt)
  check('trust: a receipt alone is not checked offline, and it says so', alone.state === 'unproved' && alone.codes.includes('verify.proof_missing'), JSON.stringify(alone))
  const chooser = page.waitForEvent('filechooser')
  await page.locator('label.file', { hasText: '证明文件' }).click()
  await (await chooser).setFiles({ name: '3.tlog-proof', mimeType: 'text/plain', buffer: Buffer.from(proof) })
  check('trust: with its proof file it is', await seen(page.locator('#result[data-state=included]')))
  const good = await verdict(`${receipt}\n${proof}`)
  check('trust: what was checked is said', ['verify.checkpoint_good', 'verify.included', 'verify.entry_good'].every((code) => good.codes.includes(code)), good.codes.join())
  await inspect(page, 'verify-receipt-zh')
  for (const [text, code] of [[`${receipt.replace('#3.', '#4.')}\n${proof}`, 'verify.other_index'], [proof.slice(0, 120), 'tlog.proof_malformed'],
    [proof.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`), 'tlog.signature_missing']]) {
    const bad = await verdict(text)
    check(`trust: refused offline, ${code}`, bad.kind.includes('bad') && bad.codes.includes(code), JSON.stringify(bad))
  }
  await page.context().close()
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

  await remembered(browser, receipt)
  await offline(browser, receipt)

  const answer = await fetch(`${BASE}/api/v1/sessions`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ account: 'head', password: PASSWORD }) })
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]
  const cases = await (await fetch(`${BASE}/api/v1/cases?limit=1`, { headers: { cookie } })).json()
  const chain = await (await fetch(`${BASE}/api/v1/cases/${cases.items[0].id}/receipts`, { headers: { cookie } })).json()
  check('trust: a case has its chain', chain.items?.length > 0 && chain.items.every((one, index) => index === 0 || one.index > chain.items[index - 1].index), JSON.stringify(chain).slice(0, 300))
  check('trust: nobody else reads it', (await fetch(`${BASE}/api/v1/cases/${cases.items[0].id}/receipts`)).status === 401)
})
