// One's own account: the second step of signing in from the QR code's key to a lost phone, and who has read the full numbers.
import { createHmac } from 'node:crypto'
import { check, counted, go, inspectBoth, person, run, seen } from './browser.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'

/// The code an authenticator shows for a key in base 32. `later` counts steps of 30 seconds.
function codeOf(secret, later = 0) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later))
  const mac = createHmac('sha1', key).update(counter).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

async function signIn(page, path, account) {
  await go(page, path)
  await page.fill('#field-account', account)
  await page.fill('#field-password', PASSWORD)
  await page.getByRole('button', { name: '登录', exact: true }).click()
}

async function secondFactor(browser) {
  const page = await person(browser)
  await signIn(page, '/sign-in?next=/account', 'citizen9')
  await page.getByRole('heading', { name: '我的账号' }).waitFor()
  await inspectBoth(page, 'account-zh')
  await page.getByRole('button', { name: '开启两步验证' }).click()
  await page.fill('#field-code', '000000')
  const secret = (await page.locator('code').innerText()).replace(/\s/g, '')
  check('account: the picture of the key is drawn', (await page.locator('img').evaluate((image) => image.naturalWidth)) > 100)
  await page.getByRole('button', { name: '确认开启' }).click()
  check('account: a wrong code is told', await seen(page.getByText('这个码不对或已经用过').first()))
  await inspectBoth(page, 'account-second-step-zh')
  await page.fill('#field-code', codeOf(secret))
  await page.getByRole('button', { name: '确认开启' }).click()
  check('account: ten recovery codes', await counted(page.locator('.statement li'), 10))
  const codes = await page.locator('.statement li').allInnerTexts()
  await inspectBoth(page, 'account-codes-zh')
  await page.context().close()

  const again = await person(browser, { width: 375, height: 800 })
  await signIn(again, '/sign-in?next=/account', 'citizen9')
  await again.locator('#field-code').waitFor()
  await inspectBoth(again, 'sign-in-code-zh')
  await again.fill('#field-code', codes[0].toLowerCase())
  await again.getByRole('button', { name: '登录', exact: true }).click()
  await again.getByText('还剩 9 个备用码').waitFor()
  check('account: two sessions are listed', await counted(again.getByText('登录，最近使用'), 2))
  await again.getByRole('button', { name: '让它退出' }).click()
  await again.waitForFunction(() => document.querySelectorAll('.plain-list li').length === 1)
  check('account: the other session has ended', await counted(again.getByRole('button', { name: '让它退出' }), 0))
  await again.getByRole('button', { name: '关闭两步验证' }).click()
  await again.fill('#field-password-again', PASSWORD)
  await again.getByRole('button', { name: '关闭两步验证' }).click()
  await again.getByRole('button', { name: '开启两步验证' }).waitFor()
  await again.context().close()
}

async function disclosure(browser) {
  const citizen = await person(browser)
  await signIn(citizen, '/sign-in', 'citizen1')
  await citizen.waitForURL('**/applications')
  const cases = await citizen.evaluate(() => fetch('/api/v1/applications').then((answer) => answer.json()))
  const submitted = cases.items.find((each) => each.state !== 'draft' && each.number)
  if (!check('disclosure: the citizen has a case', Boolean(submitted))) return
  const clerk = await person(browser)
  await signIn(clerk, '/office/sign-in', 'clerk')
  await clerk.waitForURL(/\/office\/?$/)
  await go(clerk, `/office/cases/${submitted.id}`)
  check('disclosure: masked at first', await seen(clerk.getByText(/\d{3}\*{8,}\d{3}[\dX]/).first()))
  await clerk.getByRole('button', { name: '查看完整号码' }).click()
  await clerk.fill('#field-reason', '看')
  await clerk.getByRole('button', { name: '查看并记录' }).click()
  check('disclosure: a reason is demanded', await seen(clerk.getByText('请写明查看完整号码的理由').first()))
  await inspectBoth(clerk, 'disclosure-reason-zh')
  await clerk.fill('#field-reason', '电话核对经营场所')
  await clerk.getByRole('button', { name: '查看并记录' }).click()
  await clerk.getByText(/·\s*\d{17}[\dX]\s*·\s*1\d{10}/).waitFor()
  await go(citizen, '/account')
  check('disclosure: the citizen reads who and why', await seen(citizen.getByText('电话核对经营场所').first()))
  for (const page of [citizen, clerk]) await page.context().close()
}

export const account = () => run('account', async (browser) => {
  await secondFactor(browser)
  await disclosure(browser)
})
