// After a case was worked on: the chain of its receipts on both pages, and who looked at it, when and why.
import { check, counted, go, inspectBoth, seen } from './browser.mjs'

/** Opens the chain on the page of a case and follows its first receipt. */
async function openChain(page, at, name) {
  await go(page, at)
  const chain = page.locator('.receipt-chain')
  check(`chain: it stands on the ${name}`, await seen(chain))
  await chain.locator('summary').click()
  check(`chain: every step is there (${name})`, await counted(chain.locator('li'), (count) => count >= 5))
  await inspectBoth(page, `chain-${name}`)
  const [index] = (await chain.locator('li').first().innerText()).match(/\d+ 条/) ?? ['']
  await chain.locator('li a').first().click()
  await page.waitForURL(/\/receipt#/)
  check(`chain: a step's receipt holds (${name})`, await seen(page.locator('[data-state=included]')), index)
}

export async function chain(citizen, stranger, draft) {
  const id = draft.split('/').pop()
  // Whose task it is not is asked why; nobody need answer, and then that is told.
  await go(stranger, `/office/cases/${id}`)
  check('looks: who has no task in the case is asked why', await seen(stranger.locator('.purpose')))
  await stranger.locator('.purpose button').click()
  check('looks: an empty reason is refused', await seen(stranger.locator('.purpose .error-summary')))
  await inspectBoth(stranger, 'office-purpose')
  await stranger.fill('#purpose-reason', '核对投诉线索')
  await stranger.locator('.purpose button').click()
  check('looks: the reason is kept', await seen(stranger.locator('.purpose-stated')))
  await openChain(stranger, `/office/cases/${id}`, 'office')

  await go(citizen, draft)
  const reads = citizen.locator('.reads li')
  check('looks: the applicant sees them', await counted(reads, (count) => count >= 4))
  const told = await citizen.locator('.reads').innerText()
  check('looks: a stated reason is told', told.includes('核对投诉线索'), told)
  check('looks: the step is told for which somebody looked', /办理“[^”]+”/.test(told), told)
  check('looks: that no reason was stated is told', told.includes('没有说明理由'), told)
  await inspectBoth(citizen, 'case-reads')
  await reads.first().locator('a').click()
  await citizen.waitForURL(/\/receipt#/)
  check('looks: a look stands in the audit log', await seen(citizen.locator('[data-state=included]')))
  await openChain(citizen, draft, 'case')
  check('receipt: the log continues what this browser saw before', await counted(citizen.locator('.receipt-checks li'), (count) => count >= 3))
  await go(citizen, '/account')
  check('looks: all of them stand with the account', await counted(citizen.locator('.reads li'), (count) => count >= 4))
  await inspectBoth(citizen, 'account-reads')
}
