// The register: everybody finds a firm and reads what is public of it; the office searches further and sees its past.
import { BASE, BEHIND, check, go, inspectBoth, person, run } from './browser.mjs'
import { signIn } from './statistics.mjs'

const ask = (query, language = 'zh') =>
  fetch(`${BASE}/api/v1/register/entities?${new URLSearchParams(query)}`, { headers: { 'Accept-Language': language } })

async function refused(query, words) {
  for (const language of ['zh', 'en']) {
    const answer = await ask(query, language)
    const body = await answer.json()
    const said = (body.places ?? []).map((place) => place.message).join(' ')
    check(`register: ${JSON.stringify(query)} is refused in ${language}`, answer.status === 422 && said.includes(words[language]), `${answer.status} ${said}`)
  }
}

export const register = () => run('register', async (browser) => {
  await refused({}, { zh: '请输入要查找的', en: 'Enter a name' })
  await refused({ search: '湘', kind: 'shop' }, { zh: '没有这种主体类型', en: 'no such kind' })
  await refused({ search: '湘', established_from: '2026-13-01' }, { zh: '2026-11-24', en: '2026-11-24' })
  const first = await ask({ search: '餐饮', limit: '1' }).then((answer) => answer.json())
  const firm = first.items[0]
  const trade = firm.name.replace('株洲市天元区', '').slice(0, 3)
  const found = await ask({ search: trade }).then((answer) => answer.json())
  check('register: a part of a name finds it', found.items.some((one) => one.credit_code === firm.credit_code), trade)
  const byCode = await ask({ search: firm.credit_code }).then((answer) => answer.json())
  check('register: the credit code finds it first', byCode.items[0]?.credit_code === firm.credit_code)
  const entity = await fetch(`${BASE}/api/v1/register/entities/${firm.credit_code}`).then((answer) => answer.json())
  const boss = entity.fields.find((field) => field.id === 'operator_name').value
  const byPerson = await ask({ search: boss }).then((answer) => answer.json())
  check('register: nobody is found by the person in charge in public', byPerson.total === 0, boss)

  const visitor = await person(browser)
  await go(visitor, '/entities')
  await visitor.locator('main form button.button').click()
  check('register: an empty search is told', (await visitor.locator('.error-summary').innerText()).includes('请输入'))
  await inspectBoth(visitor, 'register-empty')
  await visitor.fill('#field-search', trade)
  await visitor.keyboard.press('Enter')
  await visitor.locator('.case-list li').first().waitFor()
  await inspectBoth(visitor, 'register-found')
  await visitor.getByText('缩小范围').click()
  await visitor.selectOption('#field-kind', 'cooperative')
  await visitor.fill('#field-search', '天元')
  await visitor.keyboard.press('Enter')
  await visitor.waitForURL('**kind=cooperative**')
  await go(visitor, `/entities/${firm.credit_code}`)
  check('register: a page per entity', (await visitor.locator('h1').innerText()) === firm.name)
  check('register: it says what is withheld', (await visitor.locator('main').innerText()).includes('依法不公开的内容'))
  await inspectBoth(visitor, 'register-entity')
  await visitor.context().close()

  const page = await signIn(browser, 'leader')
  await go(page, `/office/entities?search=${encodeURIComponent(boss)}`)
  await page.locator('table.list tbody tr').first().waitFor()
  check('register: the office finds by the person in charge', (await page.locator('table.list').innerText()).includes(boss))
  await inspectBoth(page, 'register-office')
  for (const [format, start] of [['csv', '\uFEFFid'], ['xlsx', 'PK']]) {
    const file = await page.request.get(`${BASE}/api/v1/entities?search=${encodeURIComponent(trade)}&format=${format}`)
    check(`register: the list exports as ${format}`, file.ok() && (await file.body()).toString('utf8').startsWith(start))
  }
  await page.locator('table.list a').first().click()
  await page.waitForURL('**/office/entities/*')
  await page.locator('.timeline li').first().waitFor()
  await inspectBoth(page, 'register-office-entity')
  await page.context().close()
})

/// Somebody tries a name, has a better one kept and gives it up; nobody else gets it meanwhile.
export const namesToKeep = () => run('names', async (browser) => {
  const check_of = (name, language = 'zh') => fetch(`${BASE}/api/v1/name-checks?${new URLSearchParams({ name, kind: 'enterprise' })}`, { headers: { 'Accept-Language': language } })
  for (const [language, words] of [['zh', '市辖区名称应当与所在市连用'], ['en', 'A district is named together with its city']]) {
    const body = await check_of('天元区湘演商贸有限公司', language).then((answer) => answer.json())
    check(`names: the article and the remedy in ${language}`, body.verdict === 'blocked' && body.issues.some((issue) => issue.message.startsWith(words)), JSON.stringify(body.issues))
  }
  check('names: a kind is needed', (await fetch(`${BASE}/api/v1/name-checks?name=湘演`)).status === 422)
  const page = await person(browser)
  await go(page, '/sign-in?next=/names')
  await page.fill('#field-account', 'citizen3')
  await page.fill('#field-password', process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026')
  await page.locator('main form button.button').first().click()
  await page.waitForURL('**/names')
  await page.fill('#field-name', '天元区演株湘软件有限公司')
  await page.keyboard.press('Enter')
  await page.locator('.notice.bad').waitFor()
  await inspectBoth(page, 'names-refused')
  await page.locator('.tasks a').first().click()
  await page.locator('.notice.good').waitFor()
  const name = await page.locator('.notice.good p').innerText()
  await page.getByRole('button', { name: '申报并保留' }).click()
  await page.locator('.case-list li').first().waitFor()
  check('names: it is kept', (await page.locator('.case-list').innerText()).includes(name))
  await inspectBoth(page, 'names-kept')
  check('names: nobody else gets it', (await check_of(name).then((answer) => answer.json())).verdict === 'blocked')
  await page.getByRole('button', { name: '放弃' }).first().click()
  await page.locator('.case-list', { hasText: '已放弃' }).waitFor()
  check('names: it is free again', (await check_of(name).then((answer) => answer.json())).verdict === 'passes')
  await page.context().close()
})

/// An import with rejects: looked at, tried, entered, undone.
export const imports = () => run('imports', async (browser) => {
  const rows = ['统一社会信用代码,企业名称,法定代表人,地址栏,成立日期',
    '91430211MA9WWWW91L,株洲市天元区演导入商贸有限公司,柳试宁,泰山路街道演示路901号,2019-09-30',
    '91430211MA9WWWW91L,株洲市天元区演导出商贸有限公司,柳试宁,演示路902号,2019-09-30',
    '=1+1,株洲市天元区演导航商贸有限公司,柳试宁,演示路903号,2019年13月1日']
  const page = await signIn(browser, 'head')
  await go(page, '/office/imports')
  await inspectBoth(page, 'imports-empty')
  await page.setInputFiles('#import-file', { name: 'old.csv', mimeType: 'text/csv', buffer: Buffer.from('\uFEFF' + rows.join('\r\n')) })
  await page.locator('#column-0').waitFor()
  await page.getByRole('button', { name: '试导入' }).click()
  await page.locator('.error-summary').waitFor()
  check('imports: a missing column is named', (await page.locator('.error-summary').innerText()).includes('缺少“住所(经营场所)”一列'))
  await page.selectOption('#column-3', 'address')
  await inspectBoth(page, 'imports-columns')
  await page.getByRole('button', { name: '试导入' }).click()
  await page.waitForURL('**/office/imports/*')
  await page.getByText('没有通过的行').waitFor(BEHIND)
  const text = await page.locator('main').innerText()
  check('imports: line, column and reason', text.includes('与第2行的代码相同') && text.includes('日期无效'), text)
  await inspectBoth(page, 'imports-checked')
  const id = page.url().split('/').pop()
  const file = await page.request.get(`${BASE}/api/v1/imports/${id}/rejects?format=csv`)
  check('imports: the rejects are safe to open', (await file.text()).includes("'=1+1"))
  await page.getByRole('button', { name: '正式导入通过的1行' }).click()
  await page.locator('.tag', { hasText: '已导入' }).waitFor(BEHIND)
  const found = () => ask({ search: '演导入' }).then((answer) => answer.json())
  check('imports: what passed is in the register', (await found()).total === 1)
  await page.getByRole('button', { name: '撤销整批导入' }).click()
  await page.locator('.error-summary').waitFor()
  check('imports: a reason is asked for', (await page.locator('.error-summary').innerText()).includes('请写明撤销的原因'))
  await page.fill('#undo-reason', '演示')
  await page.getByRole('button', { name: '撤销整批导入' }).click()
  await page.getByText('已撤销').waitFor(BEHIND)
  check('imports: undone', (await found()).total === 0)
  await inspectBoth(page, 'imports-undone')
  await page.context().close()
  const reader = await signIn(browser, 'leader')
  check('imports: reading the register is not enough to import', (await reader.request.get(`${BASE}/api/v1/imports`)).status() === 403)
  await reader.context().close()
})
