// Steps that can not go on: found, tried again together (which fails again) and singly with a corrected variable (which goes on).
// Cases are moved to another version of their service, and back.
//
//   STAFF_PASSWORD   the demonstration staff's password
import { BASE, BEHIND, check, counted, go, inspect, inspectBoth, person, run, seen } from './browser.mjs'
import { read, write } from './deadlines.mjs'
import { signIn } from './statistics.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const SERVICE = 'open-convenience-shop'
const NAME = '开办便利店'
const button = (page, name) => page.getByRole('button', { name, exact: true })
const isBatch = (url) => /\/office\/batches\/(?!new)[^/]+$/.test(url.pathname)

/// On the page of a batch, until it has ended; what it says then.
async function finished(page, before = '') {
  await page.waitForURL((url) => isBatch(url) && url.pathname !== before)
  await page.locator('.head .tag', { hasText: '已完成' }).waitFor(BEHIND)
  return read(page, `/batches/${new URL(page.url()).pathname.split('/').pop()}`)
}

async function finds(page) {
  await page.getByText('更多', { exact: true }).click()
  await page.getByRole('link', { name: '出错环节', exact: true }).click()
  await page.locator('.incidents tbody tr').first().waitFor()
  await inspectBoth(page, 'incidents')
  const { items } = await read(page, '/incident-groups')
  const cause = items.find((each) => each.service === SERVICE)
  check('operations: the demonstration has failed steps', cause?.steps >= 2, JSON.stringify(items))
  await page.locator('.by-cause tr', { hasText: NAME }).getByRole('button', { name: '只看这些' }).click()
  await page.waitForURL(/element=/)
  check('operations: a cause shows its steps alone', await counted(page.locator('.incidents tbody tr'), cause.steps))
  const query = `/incidents?service=${SERVICE}&element=${cause.element}&code=${cause.code}`
  const [oldest, newest] = await Promise.all(['oldest', 'newest'].map((sort) => read(page, `${query}&sort=${sort}`)))
  check('operations: the list turns round', oldest.items.map((each) => each.id).reverse().join() === newest.items.map((each) => each.id).join())
  await page.selectOption('select[name=sort]', 'newest')
  check('operations: so does the page', await seen(page.locator('.incidents tbody tr:first-child', { hasText: newest.items[0].case_number })))
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '导出 CSV' }).click()])
  check('operations: it exports', download.suggestedFilename().endsWith('.csv'))
  return cause
}

/// The cause is still there: every one fails again, and the batch says which and why.
async function retriesAll(page, cause) {
  await page.locator('.by-cause tr', { hasText: NAME }).locator('.retry-all').click()
  await page.waitForURL('**/batches/new?**')
  await button(page, '预览结果').click()
  await page.locator('.notice .reason').first().waitFor()
  check('operations: the preview tells what would fail again', (await page.locator('.notice').innerText()).includes('重试后仍然出错'))
  await inspect(page, 'batch-new-retry')
  const start = page.getByRole('button', { name: /^开始/ })
  await start.click()
  await page.locator('.error-summary').waitFor()
  check('operations: a batch without a reason is refused', (await page.locator('.error-summary').innerText()).includes('理由'))
  await page.fill('#batch-reason', '核对后整批重试')
  await start.click()
  const batch = await finished(page)
  check('operations: each was tried and has failed again', batch.refused === cause.cases && batch.done === 0, JSON.stringify(batch))
  check('operations: each is told', await counted(page.locator('.refusals tbody tr'), cause.cases))
  check('operations: a batch of retries is not taken back', (await page.locator('#undo-reason').count()) === 0)
  const again = await write(page, 'POST', `/batches/${batch.id}/stop`)
  check('operations: what has ended is not stopped', again.status() === 409 && (await again.json()).code === 'batches.not_running')
}

/// From the list of refusals to the case: the variable that the rule left empty is filled in, and the case goes on.
async function correctsOne(page) {
  await page.locator('.refusals tbody a').first().click()
  await page.locator('.failed li').first().waitFor()
  const id = new URL(page.url()).pathname.split('/').pop()
  await inspectBoth(page, 'case-failed')
  await page.locator('.failed').getByRole('button', { name: /^重试这一步/ }).click()
  check('operations: the button leads to what is asked', await page.locator('#op-variable').evaluate((element) => element === document.activeElement))
  await page.selectOption('#op-variable', 'inspection_needed')
  await page.fill('#op-variable-value', 'true')
  await page.fill('#op-reason', '正好300平方米，按本局口径须现场核查')
  await button(page, '预览结果').click()
  await page.locator('.operations .notice').waitFor()
  check('operations: the preview goes on', (await page.locator('.operations .notice').innerText()).includes('现场核查'))
  await button(page, '确认重试').click()
  await page.locator('.said', { hasText: '重试' }).waitFor()
  await page.locator('.failed').waitFor({ state: 'detached' })
  const after = await read(page, `/cases/${id}`)
  check('operations: the case has gone on', after.tasks.some((task) => task.name === '现场核查'), JSON.stringify(after.tasks.map((task) => task.name)))
  check('operations: the record tells the retry with its reason', (await page.locator('.timeline').innerText()).includes('正好300平方米'))
  return id
}

/// Sent back before the decision, the case meets the same gap of its version once more.
async function failsAnew(browser, page, id) {
  const { items } = await read(page, `/cases/${id}/operations`)
  const [task, to] = items.find((each) => each.operation === 'send_back').steps.find((step) => step.value.endsWith('>food_examine')).value.split('>')
  const back = await write(page, 'POST', `/cases/${id}/operations`, { operation: 'send_back', task: Number(task), to, reason: '重新审查', places: [] })
  check('operations: it is sent back', back.ok(), await back.text())
  const food = await person(browser)
  await food.request.post(`${BASE}/api/v1/sessions`, { data: { account: 'food', password: PASSWORD } })
  const open = (await read(food, `/cases/${id}`)).tasks.find((each) => each.element === 'food_examine')
  const done = await write(food, 'POST', `/tasks/${open.id}/completion`, { answers: { outcome: 'in_order', findings: '材料齐全' } })
  check('operations: it is examined again', done.ok(), await done.text())
  const found = await read(food, `/incidents?case=${id}`)
  check('operations: and fails at the same step', found.total === 1 && found.items[0].element === 'inspect', JSON.stringify(found))
  await food.context().close()
}

async function movesAndComesBack(page, id) {
  const version = async () => (await read(page, `/cases/${id}`)).service_version
  const former = await version()
  await go(page, '/office/batches')
  await page.getByRole('link', { name: '转到其他版本', exact: true }).click()
  await page.locator('#batch-service').waitFor()
  await page.selectOption('#batch-service', SERVICE)
  await page.selectOption('#batch-from', former)
  const target = await page.locator('#batch-to').inputValue()
  check('operations: the version in force is proposed', target !== '' && target !== former, target)
  await button(page, '预览结果').click()
  await page.locator('.notice .reason', { hasText: '没有对应的环节' }).waitFor()
  check('operations: a case that can not be moved is told', (await page.locator('.notice .reason a').count()) === 1)
  await page.selectOption('#renaming-0', 'site_inspection')
  await page.locator('.notice').waitFor({ state: 'detached' })
  await button(page, '预览结果').click()
  await page.locator('.notice li').first().waitFor()
  check('operations: with another name for its step it can', (await page.locator('.notice .reason').count()) === 0)
  await inspectBoth(page, 'batch-new-migrate')
  await page.fill('#batch-reason', '原版本漏掉正好300平方米的情形')
  await page.getByRole('button', { name: /^开始/ }).click()
  const moved = await finished(page)
  check('operations: the cases are moved', moved.done === moved.total && moved.total >= 3, JSON.stringify(moved))
  check('operations: this one too', (await version()) === target)
  await button(page, '撤回这项批量操作').click()
  await page.locator('.error-summary').waitFor()
  await page.fill('#undo-reason', '先补办会商')
  await inspectBoth(page, 'batch-moved')
  const before = new URL(page.url()).pathname
  await button(page, '撤回这项批量操作').click()
  const back = await finished(page, before)
  check('operations: all come back', back.kind === 'migrate_back' && back.done === moved.done && back.undoes === moved.id, JSON.stringify(back))
  check('operations: with it the version', (await version()) === former)
  await go(page, `/office/batches/${moved.id}`)
  check('operations: the first one tells it', await seen(page.getByText('撤回操作', { exact: true })))
}

/// A batch is quick; one of a few is stopped before it has begun. It goes on from its page.
async function stopsAndGoesOn(page) {
  let stopped = null
  for (let tries = 0; tries < 20 && !stopped; tries++) {
    const { id } = await write(page, 'POST', '/batches', { kind: 'retry', service: SERVICE, reason: '停止后继续' }).then((answer) => answer.json())
    const answer = await write(page, 'POST', `/batches/${id}/stop`)
    if (answer.ok()) stopped = await answer.json()
  }
  if (!check('operations: a batch is stopped', stopped?.state === 'stopped')) return
  await go(page, `/office/batches/${stopped.id}`)
  await page.locator('.head .tag', { hasText: '已停止' }).waitFor()
  await button(page, '继续').click()
  const after = await finished(page)
  check('operations: and done when it has gone on', after.refused === after.total && after.total > 0, JSON.stringify(after))
}

export const operations = () => run('operations', async (browser) => {
  const page = await signIn(browser, 'head')
  const cause = await finds(page)
  await retriesAll(page, cause)
  const id = await correctsOne(page)
  await failsAnew(browser, page, id)
  await movesAndComesBack(page, id)
  await stopsAndGoesOn(page)
  const clerk = await signIn(browser, 'clerk')
  check('operations: who may not retry has no such page in the menu', (await clerk.locator('nav a', { hasText: '出错环节' }).count()) === 0 && (await clerk.locator('nav a').count()) > 2)
  check('operations: nor sees batches', (await clerk.request.get(`${BASE}/api/v1/batches`)).status() === 403)
  await clerk.context().close()
  await page.context().close()
})
