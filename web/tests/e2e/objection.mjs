// A company wants to deregister by the simplified procedure; somebody finds that on its public page, signs in and objects, and the
// procedure has ended: the page says so, the applicant reads why, and nobody can object a second time.
//
//   STAFF_PASSWORD   the demonstration accounts' password
import { BASE, check, counted, go, inspectBoth, person, run, seen } from './browser.mjs'
import { read } from './deadlines.mjs'
import { makeFiles } from './files.mjs'
import { STAFF, next, officer, perform } from './journey.mjs'
import { answerGuide, apply } from './services.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const REASON = '该公司尚欠我店货款，诉讼正在进行'

async function citizen(browser, account, options) {
  const page = await person(browser, { width: 375, height: 800, ...options })
  await page.request.post(`${BASE}/api/v1/sessions`, { data: { account, password: PASSWORD } })
  return page
}

/// A company in business of whose deregistration nothing is publicised.
async function company(page) {
  const { items } = await read(page, '/register/entities?search=有限公司&kind=enterprise&status=open&limit=50')
  for (const one of items) if (!(await read(page, `/register/entities/${one.credit_code}/publicity`)).is_open) return one
  throw new Error('the demonstration has no company in business')
}

async function applies(browser, page, one) {
  await answerGuide(page, '注销登记', { subject: one.credit_code, procedure: 'simplified', hindrances: ['none'] }, 'deregister')
  const filed = await apply(page, {
    contact_name: '李小满', contact_phone: '13000000000', filed_by: 'self', reason: 'decided', ended_on: '2026-11-01',
    employees_settled: true, debts_settled: true, delivery: 'electronic' }, await makeFiles(browser), 'deregister')
  const clerk = await officer(browser, STAFF.clerk)
  await perform(clerk, filed.number, 'the deregistration is accepted', { outcome: 'accept' })
  await clerk.context().close()
  return filed
}

/// From the search to the sent objection, without having signed in before.
async function objects(browser, one) {
  const page = await person(browser, { width: 375, height: 800 })
  await go(page, `/entities?search=${one.credit_code}`)
  await page.locator('main').getByRole('link', { name: one.name }).click()
  check('objection: the public page tells the publicity', await seen(page.getByRole('heading', { name: '正在公示简易注销' })))
  await inspectBoth(page, 'entity-publicised')
  await page.getByRole('link', { name: '对简易注销提出异议' }).click()
  await page.waitForURL(/\/sign-in/)
  await page.fill('#field-account', 'citizen9')
  await page.fill('#field-password', PASSWORD)
  await next(page)
  await page.waitForURL(`**/entities/${one.credit_code}/objection`)
  await page.locator('#field-reason').waitFor()
  await next(page)
  check('objection: a reason is asked for, and the summary has the focus', await seen(page.locator('.error-summary:focus li', { hasText: '理由' })))
  await page.fill('#field-reason', '欠')
  await next(page)
  check('objection: too short a reason is refused beside its field', await seen(page.locator('.field .error-text', { hasText: '4至1000字' })))
  await inspectBoth(page, 'objection-refused')
  await page.getByRole('button', { name: 'English' }).click()
  check('objection: what was typed outlives the other language', (await page.inputValue('#field-reason')) === '欠')
  await inspectBoth(page, 'objection-en')
  await page.getByRole('button', { name: '中文' }).click()
  await page.fill('#field-reason', REASON)
  await next(page)
  check('objection: it is received', await seen(page.locator('.notice.good')))
  await inspectBoth(page, 'objection-done')
  await go(page, `/entities/${one.credit_code}`)
  check('objection: nothing is publicised any more', await counted(page.getByRole('heading', { name: '正在公示简易注销' }), 0))
  check('objection: the company stays in business', await seen(page.locator('.notice.good', { hasText: one.credit_code })))
  await go(page, `/entities/${one.credit_code}/objection`)
  check('objection: a second one is told that it is too late', await seen(page.locator('.notice.warn')) && (await page.locator('#field-reason').count()) === 0)
  await page.context().close()
}

export const objection = () => run('objection', async (browser) => {
  const applicant = await citizen(browser, 'citizen8')
  const one = await company(applicant)
  const filed = await applies(browser, applicant, one)
  await objects(browser, one)
  await go(applicant, filed.draft)
  check('objection: the applicant reads that it ended', await seen(applicant.locator('main .tag', { hasText: '不予' }).first()))
  check('objection: and why', await seen(applicant.getByText(REASON).first()))
  const { documents } = await read(applicant, `/applications/${filed.id}`)
  const refusal = documents.find((each) => /不予/.test(each.name))
  const pdf = await applicant.request.get(`${BASE}/api/v1/documents/${refusal?.id}/content`)
  check('objection: the decision is a document', pdf.ok() && (await pdf.body()).subarray(0, 5).toString() === '%PDF-', JSON.stringify(documents))
  await inspectBoth(applicant, 'case-objected')
  await applicant.context().close()
})
