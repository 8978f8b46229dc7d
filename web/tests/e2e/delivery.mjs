// Handing over: a licence is printed at a kiosk (once it jams), a parcel comes back and is sent again; the certificate numbers
// stay what they were.
//
//   STAFF_PASSWORD   the demonstration accounts' password
import { BASE, check, counted, go, inspectBoth, person, run, seen } from './browser.mjs'
import { read, write } from './deadlines.mjs'
import { signIn } from './statistics.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'

/// A citizen of the demonstration who has certificates, signed in, and the case they came of.
async function holder(browser) {
  for (let number = 1; number <= 24; number++) {
    const page = await person(browser, { width: 375, height: 800 })
    await page.request.post(`${BASE}/api/v1/sessions`, { data: { account: `citizen${number}`, password: PASSWORD } })
    for (const one of (await read(page, '/applications?limit=100')).items) {
      if (!['finished', 'issued'].includes(one.state)) continue
      const own = await read(page, `/applications/${one.id}/deliveries`)
      if (own.certificates.length) return { page, id: one.id, own }
    }
    await page.context().close()
  }
  throw new Error('no citizen of the demonstration has certificates')
}

async function stock(clerk) {
  const letters = 'KQ'
  const first = String(Date.now() % 1_000_000_000).padStart(9, '0')
  await go(clerk, '/office/blanks')
  await clerk.locator('#kiosk-name').waitFor()
  await clerk.fill('#kiosk-name', '大厅一楼东侧')
  await clerk.getByRole('button', { name: '登记一台自助机' }).click()
  await clerk.locator('.kiosk-key').waitFor()
  const key = (await clerk.locator('.kiosk-key').innerText()).trim()
  await clerk.getByRole('button', { name: '登记', exact: true }).first().click()
  await clerk.locator('.error-summary').waitFor()
  check('stock: what is missing is told', await seen(clerk.locator('.error-text').first()))
  await clerk.selectOption('#range-kind', 'business_licence')
  await clerk.fill('#range-first', letters + first)
  await clerk.fill('#range-last', letters + String(Number(first) + 9).padStart(9, '0'))
  await clerk.locator('#range-kiosk').selectOption({ label: '大厅一楼东侧' })
  await clerk.getByRole('button', { name: '登记', exact: true }).first().click()
  await clerk.locator('.said', { hasText: '已登记' }).waitFor()
  check('stock: serials are received', (await clerk.locator('table.list').first().innerText()).includes(letters + first))
  await inspectBoth(clerk, 'blanks')
  const twice = await write(clerk, 'POST', '/blanks', { kind: 'business_licence', first: letters + first, last: letters + first, remark: '' })
  check('stock: no serial twice', twice.status() === 409 && (await twice.json()).code === 'delivery.serial_known')
  return key
}

async function printAtKiosk(browser, key, citizen, identity) {
  await go(citizen.page, `/applications/${citizen.id}`)
  await citizen.page.getByRole('button', { name: '获取取件码' }).click()
  await citizen.page.locator('.pick-up-code').waitFor()
  const code = (await citizen.page.locator('.pick-up-code').innerText()).trim()
  await inspectBoth(citizen.page, 'pick-up-code')
  const kiosk = await person(browser)
  await go(kiosk, '/kiosk')
  await inspectBoth(kiosk, 'kiosk-new')
  await kiosk.fill('#field-key', key)
  await kiosk.getByRole('button', { name: '保存' }).click()
  await inspectBoth(kiosk, 'kiosk')
  await kiosk.fill('#field-code', code)
  await kiosk.fill('#field-identity_end', identity === '0000' ? '1111' : '0000')
  await kiosk.getByRole('button', { name: '下一步' }).click()
  await kiosk.locator('.error-summary').waitFor()
  check('kiosk: a wrong identity number is refused', true)
  await kiosk.fill('#field-code', code)
  await kiosk.fill('#field-identity_end', identity)
  await kiosk.getByRole('button', { name: '下一步' }).click()
  await kiosk.locator('.downloads li').first().waitFor()
  await inspectBoth(kiosk, 'kiosk-choose')
  const line = kiosk.locator('.downloads li').filter({ hasText: '营业执照' }).first()
  await line.getByRole('button', { name: /打印/ }).click()
  await kiosk.locator('.kiosk-paper').waitFor()
  const pdf = await kiosk.request.get(BASE + (await kiosk.locator('.kiosk-paper').getAttribute('src')))
  check('kiosk: the licence is there to print', pdf.ok() && (await pdf.body()).subarray(0, 5).toString() === '%PDF-')
  await kiosk.getByRole('button', { name: '卡纸或打印坏了' }).click()
  await kiosk.locator('.notice', { hasText: '重新打印' }).waitFor()
  check('kiosk: a failed print may be repeated', true)
  await line.getByRole('button', { name: /打印/ }).click()
  await kiosk.locator('.kiosk-paper').waitFor()
  await kiosk.getByRole('button', { name: '打印好了' }).click()
  await kiosk.locator('.notice.good', { hasText: '已打印' }).waitFor()
  check('kiosk: the licence is printed', true)
  await kiosk.getByRole('button', { name: '结束' }).click()
  await kiosk.context().close()
}

async function parcelComesBack(clerk, citizen) {
  await go(clerk, `/office/cases/${citizen.id}`)
  await clerk.locator('.handover').waitFor()
  await clerk.selectOption('#send-way', 'courier')
  await clerk.locator('.send').getByRole('button', { name: '登记' }).click()
  await clerk.locator('.handover .error-summary').waitFor()
  check('courier: the address and its confirmation are asked for', await counted(clerk.locator('.send .error-text'), 2))
  await clerk.fill('#send-address', '虚构路901号')
  await clerk.check('#send-consented')
  await clerk.locator('.send').getByRole('button', { name: '登记' }).click()
  const parcel = clerk.locator('.sending', { hasText: '虚构路901号' })
  await parcel.getByRole('button', { name: '交寄' }).click()
  await clerk.fill('#step-carrier', '演示快递')
  await clerk.fill('#step-tracking', 'YS00001')
  await parcel.getByRole('button', { name: '登记' }).click()
  await parcel.getByRole('button', { name: '退回' }).click()
  await clerk.fill('#step-reason', '收件人不在此地址')
  await inspectBoth(clerk, 'courier')
  await parcel.getByRole('button', { name: '登记' }).click()
  await parcel.getByText('已退回').waitFor()
  await parcel.getByRole('button', { name: '重新送达' }).click()
  await clerk.fill('#send-address', '虚构路902号')
  await clerk.check('#send-consented')
  await clerk.locator('.send').getByRole('button', { name: '登记' }).click()
  const again = clerk.locator('.sending', { hasText: '虚构路902号' })
  await again.getByRole('button', { name: '交寄' }).click()
  await clerk.fill('#step-carrier', '演示快递')
  await clerk.fill('#step-tracking', 'YS00002')
  await again.getByRole('button', { name: '登记' }).click()
  await again.getByRole('button', { name: '送达', exact: true }).click()
  await again.getByRole('button', { name: '登记' }).click()
  await again.getByText('已送达').waitFor()
  check('courier: what came back is delivered at the second try', true)
  const receipt = await clerk.request.get(BASE + (await again.locator('a').getAttribute('href')))
  check('courier: the receipt is a PDF', receipt.ok() && (await receipt.body()).subarray(0, 5).toString() === '%PDF-')
  const returned = await read(clerk, '/deliveries?state=returned')
  check('courier: returned mail is kept as evidence', returned.items.some((each) => each.address === '虚构路901号' && each.reason.includes('不在')))
  await go(clerk, '/office/deliveries')
  await clerk.locator('.list').waitFor()
  await inspectBoth(clerk, 'deliveries')
}

export const delivery = () => run('delivery', async (browser) => {
  const citizen = await holder(browser)
  const clerk = await signIn(browser, 'clerk')
  const numbers = citizen.own.certificates.map((each) => each.number).join(' ')
  const key = await stock(clerk)
  const masked = await read(clerk, `/cases/${citizen.id}`).then((page) => page.applicant.citizen_id_masked)
  await printAtKiosk(browser, key, citizen, masked.slice(-4))
  await parcelComesBack(clerk, citizen)
  const after = await read(citizen.page, `/applications/${citizen.id}/deliveries`)
  check('delivery: no second certificate number', after.certificates.map((each) => each.number).join(' ') === numbers)
  check('delivery: the applicant sees every step', after.deliveries.length >= 3, String(after.deliveries.length))
  await go(citizen.page, `/applications/${citizen.id}`)
  await inspectBoth(citizen.page, 'case-deliveries')
  const leader = await signIn(browser, 'leader')
  for (const [method, path] of [['POST', '/blanks'], ['POST', '/kiosks'], ['POST', `/cases/${citizen.id}/deliveries`], ['POST', `/cases/${citizen.id}/prints`]])
    check(`access: the leader may not ${method} ${path}`, (await write(leader, method, path)).status() === 403)
  for (const page of [citizen.page, clerk, leader]) await page.context().close()
})
