// Bad input on every form: all that is wrong is told at once, each with its field and its remedy, in the reader's language; the
// summary has the focus, and each of its lines leads to its field, beside which the same words stand.
//
//   STAFF_PASSWORD   the demonstration accounts' password
import { BASE, check, go, inspect, person, run, settled } from './browser.mjs'
import { read, write } from './deadlines.mjs'
import { signIn } from './statistics.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const HAN = /[\u4e00-\u9fff]/

/// What the summary says, where its lines lead, and what stands beside the fields.
const summary = (page) => page.evaluate(() => {
  const box = document.querySelector('.error-summary')
  const beside = [...document.querySelectorAll('.error-text')].map((each) => each.innerText.trim())
  return {
    focus: document.activeElement === box,
    lines: [...box.querySelectorAll('li a')].map((link) => {
      const field = document.getElementById(link.getAttribute('href').slice(1))
      return { text: link.innerText.trim(), id: link.getAttribute('href').slice(1), leads: !!field && field.getClientRects().length > 0, beside: beside.some((each) => each.endsWith(link.innerText.trim())) }
    }),
  }
})

/// Sends the form and looks at what is refused: `wanted` lines at least, all leading to a field.
async function refused(page, name, send, wanted, language = 'zh') {
  await page.locator('.error-summary').waitFor({ state: 'detached', timeout: 1000 }).catch(() => undefined)
  await send()
  await page.locator('.error-summary').first().waitFor({ timeout: 10_000 })
  await settled(page)
  const found = await summary(page)
  const words = JSON.stringify(found.lines)
  check(`forms: ${name} ${language}: the summary has the focus`, found.focus)
  check(`forms: ${name} ${language}: all is told at once`, found.lines.length >= wanted, `${wanted} wanted: ${words}`)
  check(`forms: ${name} ${language}: each line leads to its field`, found.lines.every((each) => each.leads), words)
  check(`forms: ${name} ${language}: the words stand beside the field, too`, found.lines.every((each) => each.beside), words)
  check(`forms: ${name} ${language}: it is the reader's language`, found.lines.every((each) => HAN.test(each.text) === (language === 'zh')), words)
}

async function inBoth(page, name, send, wanted) {
  await refused(page, name, send, wanted)
  await page.getByRole('button', { name: 'English', exact: true }).click()
  await settled(page)
  check(`forms: ${name}: no words of the other language stay behind`, (await page.locator('.error-summary').count()) === 0)
  await refused(page, name, send, wanted, 'en')
  await page.locator('.error-summary li a').first().press('Enter')
  check(`forms: ${name}: a line takes the focus to its field`, await page.evaluate(() => ['INPUT', 'SELECT', 'TEXTAREA'].includes(document.activeElement.tagName)
    || document.activeElement.closest('.upload, .rows') !== null))
  await inspect(page, `refused-${name}-en`)
  await page.getByRole('button', { name: '中文', exact: true }).click()
  await settled(page)
}
const button = (page, scope = 'main form') => () => page.locator(`${scope} button:visible`).first().click()

async function publicForms(browser) {
  const page = await person(browser, { width: 375, height: 800 })
  await go(page, '/register')
  await inBoth(page, 'register', button(page), 5)
  await page.fill('#field-name', '李')
  await page.fill('#field-citizen_id', '430211199001010000')
  await page.fill('#field-phone', '12')
  await page.fill('#field-account', 'x')
  await page.fill('#field-password', '1')
  await inBoth(page, 'register-bad', button(page), 4)
  await go(page, '/sign-in')
  await inBoth(page, 'sign-in', button(page), 2)
  await go(page, '/certificates')
  await inBoth(page, 'look-up', button(page), 1)
  await go(page, '/names')
  await inBoth(page, 'names', button(page), 1)
  await go(page, '/kiosk')
  await inBoth(page, 'kiosk-key', button(page), 1)
  await page.fill('#field-key', 'no-such-key')
  await button(page)()
  await page.locator('#field-code').waitFor()
  await inBoth(page, 'kiosk', button(page), 2)
  await go(page, '/services/open-restaurant/guide')
  await inBoth(page, 'guide', button(page), 1)
  await go(page, '/services/move/guide')
  await page.fill('#field-subject', '123')
  await inBoth(page, 'guide-subject', button(page), 1)
  await page.context().close()
}

/// Somebody of the demonstration in whose name `find` finds an application.
async function applicant(browser, state) {
  for (let number = 1; number <= 24; number++) {
    const page = await person(browser, { width: 375, height: 800 })
    await page.request.post(`${BASE}/api/v1/sessions`, { data: { account: `citizen${number}`, password: PASSWORD } })
    const found = (await read(page, '/applications?limit=100')).items.find((each) => each.state === state)
    if (found) return { page, id: found.id }
    await page.context().close()
  }
  return null
}

async function ownForms(browser) {
  const { page } = await applicant(browser, 'drafted')
  const draft = await write(page, 'POST', '/applications', { service: 'open-restaurant', guide: {
    activity: 'catering', operator_kind: 'individual', address_kind: 'ground_floor', premises_right: 'leased', area: 80, food_items: ['hot'] } }).then((answer) => answer.json())
  await go(page, `/applications/${draft.id}`)
  await page.locator('.tasks a').first().click()
  await page.waitForURL('**/form/**')
  await page.locator('main .field').first().waitFor()
  await inBoth(page, 'form', button(page), 5)
  await page.fill('#field-operator_citizen_id', '430211199001010000')
  await page.fill('#field-operator_phone', '12')
  await page.fill('#field-operator_name', '李小满')
  await page.fill('#field-operator_home', '天元区虚构路1号')
  await page.locator('main input[type=radio]').first().check()
  await page.locator('main fieldset').last().locator('input').first().check()
  await inBoth(page, 'form-bad', button(page), 2)
  await go(page, `/applications/${draft.id}/review`)
  await inBoth(page, 'review', button(page), 1)
  await page.locator('main input[type=checkbox]').last().check()
  await refused(page, 'review-incomplete', button(page), 8)
  await go(page, '/account')
  await inBoth(page, 'password', button(page), 2)
  check('forms: the draft is thrown away', (await write(page, 'DELETE', `/applications/${draft.id}`)).ok())
  await page.context().close()
  for (const [state, at] of [['submitted', 'withdraw'], ['correction_requested', 'correct'], ['rectifying', 'rectify']]) {
    const found = await applicant(browser, state)
    if (!found) continue
    await go(found.page, `/applications/${found.id}/${at}`)
    await found.page.locator('main form').waitFor()
    // Documents of the correction have buttons of their own, before the one that sends.
    const sending = () => found.page.locator('main form button:visible').last().click()
    const typed = await found.page.locator('main .field [aria-required=true]:is(input, textarea)').all()
    for (const field of typed) await field.fill('')
    if (typed.length) await inBoth(found.page, at, sending, 1)
    await found.page.context().close()
  }
}

async function officeForms(browser) {
  const nobody = await person(browser)
  await go(nobody, '/office')
  await nobody.locator('#field-account').waitFor()
  const signingIn = () => nobody.locator('form button.button:visible').first().click()
  await refused(nobody, 'office-sign-in', signingIn, 2)
  await nobody.context().close()

  const clerk = await signIn(browser, 'clerk')
  await go(clerk, '/office/blanks')
  await clerk.locator('#range-kind').waitFor()
  const form = (title) => button(clerk, `section[aria-labelledby="${title}"] form`)
  await inBoth(clerk, 'blanks-receive', form('receive-title'), 3)
  await inBoth(clerk, 'blanks-off', form('off-title'), 4)
  await inBoth(clerk, 'blanks-kiosk', () => clerk.locator('section[aria-labelledby="kiosks-title"] form button').click(), 1)
  await go(clerk, '/office/delegations')
  await clerk.locator('#field-to_person').waitFor()
  await inBoth(clerk, 'delegation', button(clerk, 'section[aria-labelledby="give-title"] form'), 2)
  const tasks = (await read(clerk, '/tasks?tab=office&limit=100')).items
  const open = tasks.find((each) => each.element === 'accept' && !each.assignee_name) ?? tasks.find((each) => !each.assignee_name)
  await write(clerk, 'POST', `/tasks/${open.id}/claim`)
  await go(clerk, `/office/cases/${open.of_case}`)
  await clerk.locator('.task form').waitFor()
  const complete = (words) => () => clerk.locator('.task form button', { hasText: words }).first().click()
  await refused(clerk, 'task', complete(/完成本环节/), 1)
  await write(clerk, 'POST', `/tasks/${open.id}/release`)
  await go(clerk, `/office/cases/${open.of_case}`)
  await clerk.locator('.case').waitFor()
  if (await clerk.locator('#visit').count()) await inBoth(clerk, 'visit', () => clerk.locator('form:has(#visit) button').click(), 1)
  await clerk.context().close()

  const head = await signIn(browser, 'head')
  await go(head, '/office/park')
  await head.locator('#host-entity').waitFor()
  await inBoth(head, 'host', button(head, 'section[aria-labelledby="open-title"] form'), 3)
  const host = (await read(head, '/park/hosts')).items.find((each) => each.state === 'admitting' && each.members > 0)
  await go(head, `/office/park/${host.id}`)
  await head.locator('#member-entity').waitFor()
  await inBoth(head, 'member', button(head, 'section[aria-labelledby="admit-title"] form'), 2)
  await head.locator('.list td button').first().click()
  await inBoth(head, 'contact-check', () => head.locator('form:has(#deed-method) button').first().click(), 1)
  await head.selectOption('#admissions-state', 'suspended')
  await inBoth(head, 'admissions', button(head, 'section[aria-labelledby="admissions-title"] form'), 1)
  await go(head, '/office/cases?state=accepted')
  await head.locator('.list tbody a').first().click()
  await head.locator('#operation').waitFor()
  for (const operation of ['extend', 'suspend', 'assist', 'correct', 'send_back', 'terminate', 'withdraw', 'countersign']) {
    if (!(await head.locator(`#operation option[value="${operation}"]:not([disabled])`).count())) continue
    await head.selectOption('#operation', operation)
    await inBoth(head, `operation-${operation}`, button(head, '.operations form'), 1)
  }
  const entity = (await read(head, '/entities?search=天元&limit=20')).items
  for (const one of entity) {
    await go(head, `/office/entities/${one.id}`)
    if (!(await head.getByText('提出变更').count())) continue
    await head.getByText('提出变更').first().click()
    await inBoth(head, 'certificate-change', () => head.locator('details form button').first().click(), 2)
    break
  }
  await head.context().close()
}

export const forms = () => run('forms', async (browser) => {
  await publicForms(browser)
  await ownForms(browser)
  await officeForms(browser)
})
