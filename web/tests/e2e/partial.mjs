// The licence is granted and the food permit refused in one case: one hand-over, the refusal with its reasons and remedies. And a
// colleague is asked to sign before a step is done.
//
//   STAFF_PASSWORD   the demonstration accounts' password
import { BASE, check, go, inspectBoth, person, run, seen } from './browser.mjs'
import { read, write } from './deadlines.mjs'
import { handOver, perform } from './journey.mjs'
import { signIn } from './statistics.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const REASON = '现场核查：专间设施不符合要求且无法整改'

/// The citizen of the demonstration whose case it is.
async function applicantOf(browser, id) {
  for (let number = 1; number <= 24; number++) {
    const page = await person(browser, { width: 375, height: 800 })
    await page.request.post(`${BASE}/api/v1/sessions`, { data: { account: `citizen${number}`, password: PASSWORD } })
    if ((await page.request.get(`${BASE}/api/v1/applications/${id}`)).ok()) return page
    await page.context().close()
  }
  throw new Error(`nobody of the demonstration has applied for ${id}`)
}

async function refusePart(browser) {
  const food = await signIn(browser, 'food')
  const waiting = (await read(food, '/tasks?tab=office&limit=200')).items.filter((each) => each.element === 'food_decide')
  let chosen = null
  for (const task of waiting) {
    const page = await read(food, `/cases/${task.of_case}`)
    if (page.service === 'open-restaurant') chosen = page
    if (chosen) break
  }
  if (!check('partial: a permit waits for its decision', chosen !== null, `${waiting.length} decisions wait`)) return
  const examiner = await signIn(browser, 'examiner')
  const examinations = (await read(examiner, '/tasks?tab=office&limit=200')).items
  if (examinations.some((each) => each.of_case === chosen.id && each.element === 'registration_examine'))
    await perform(examiner, chosen.number, 'the licence is granted', { outcome: 'grant' })
  await examiner.context().close()
  await perform(food, chosen.number, 'the permit is refused', { outcome: 'refuse', reason: REASON }, 'office-refuse')
  const clerk = await signIn(browser, 'clerk')
  await handOver(clerk, chosen.number, { way: 'window', identity_end: '001X' }, 'office-partial')
  const citizen = await applicantOf(browser, chosen.id)
  await go(citizen, `/applications/${chosen.id}`)
  const application = await read(citizen, `/applications/${chosen.id}`)
  const outcomes = application.outcomes.map((each) => each.outcome).sort()
  check('partial: one is granted, the other refused', outcomes.join() === 'granted,refused', outcomes.join())
  check('partial: the applicant reads the reason', await seen(citizen.getByText(REASON).first()))
  check('partial: one certificate is issued', application.certificates.length === 1)
  const refusal = application.documents.find((each) => /不予/.test(each.name))
  const pdf = await citizen.request.get(`${BASE}/api/v1/documents/${refusal?.id}/content`)
  check('partial: the refusal is a document', pdf.ok() && (await pdf.body()).subarray(0, 5).toString() === '%PDF-', JSON.stringify(application.documents))
  const own = await read(citizen, `/applications/${chosen.id}/deliveries`)
  check('partial: it was handed over once', own.deliveries.length === 1 && own.deliveries[0].state === 'delivered', JSON.stringify(own.deliveries))
  check('partial: collecting counts as a visit', application.visits === 1, String(application.visits))
  await inspectBoth(citizen, 'case-partial')
  for (const page of [food, clerk, citizen]) await page.context().close()
}

/// The head finds what waits for a signature on the list, and signs.
async function sign(browser) {
  const examiner = await signIn(browser, 'examiner')
  const head = await signIn(browser, 'head')
  const me = await read(head, '/sessions/current')
  let asked = null
  for (const task of (await read(examiner, '/tasks?tab=office&limit=200')).items.filter((each) => each.element === 'registration_examine')) {
    const answer = await write(examiner, 'POST', `/cases/${task.of_case}/operations`, {
      operation: 'countersign', task: Number(task.id.split('-').pop()), person: me.person, reason: '场所权属有疑问', places: [] })
    if (answer.ok()) { asked = task; break }
  }
  if (!check('signature: a colleague is asked', asked !== null)) return
  await go(head, `/office?tab=mine&search=${encodeURIComponent(asked.case_number)}`)
  check('signature: it stands on the colleague’s list', await seen(head.locator('.list .tag', { hasText: '等您签署' })))
  await inspectBoth(head, 'work-to-sign')
  const early = await write(examiner, 'POST', `/tasks/${asked.id}/completion`, { answers: { outcome: 'grant' } })
  check('signature: nothing is done before it', early.status() === 409 && (await early.json()).code === 'casework.signature_open', String(early.status()))
  const signed = await write(head, 'POST', `/cases/${asked.of_case}/operations`, { operation: 'sign', task: Number(asked.id.split('-').pop()), agree: true, reason: '同意', places: [] })
  check('signature: it is given', signed.ok(), await signed.text())
  for (const page of [examiner, head]) await page.context().close()
}

export const partial = () => run('partial', async (browser) => {
  await refusePart(browser)
  await sign(browser)
})
