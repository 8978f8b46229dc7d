// Pages that need no case: each in both languages, on both widths; the switch keeps what was typed; errors are linked.
import { check, go, inspectBoth, person, run } from './browser.mjs'

const OPEN = { home: '/', service: '/services/open-restaurant', guide: '/services/open-restaurant/guide', 'guide-subject': '/services/move/guide', 'sign-in': '/sign-in',
  register: '/register', 'look-up': '/certificates', 'not-issued': '/certificates/JY00000000000000', entities: '/entities', 'entities-found': '/entities?search=天元', 'entities-none': '/entities?search=龘龘', 'entity-missing': '/entities/91350100M000100Y43',
  names: '/names', 'names-blocked': '/names?kind=enterprise&name=天元区湘商贸', 'names-passing': '/names?kind=enterprise&name=株洲市天元区禾屿瑞贸易有限公司', about: '/about',
  accessibility: '/accessibility', missing: '/no/such/page', 'office-sign-in': '/office' }

export const pages = () => run('pages', async (browser) => {
  for (const language of ['zh', 'en']) {
    const page = await person(browser, { language })
    for (const [name, path] of Object.entries(OPEN)) {
      await go(page, path)
      await inspectBoth(page, `${name}-${language}`)
    }
    await page.context().close()
  }

  const page = await person(browser)
  await go(page, '/register')
  await page.fill('#field-name', '李小满')
  await page.getByRole('button', { name: 'English' }).click()
  check('switch: language of the page', (await page.getAttribute('html', 'lang')) === 'en')
  check('switch: typed text is kept', (await page.inputValue('#field-name')) === '李小满')
  await page.reload({ waitUntil: 'networkidle' })
  check('switch: the cookie keeps it', (await page.getAttribute('html', 'lang')) === 'en')
  await page.getByRole('button', { name: 'Check and register' }).click()
  check('errors: summary has the focus', await page.evaluate(() => document.activeElement?.classList.contains('error-summary')))
  await page.locator('.error-summary a').first().press('Enter')
  check('errors: a link leads to its field', (await page.evaluate(() => document.activeElement?.id)) === 'field-name')
  await inspectBoth(page, 'register-errors-en')

  await go(page, '/')
  await page.keyboard.press('Tab')
  check('keyboard: the first stop skips to the content', (await page.evaluate(() => document.activeElement?.className)) === 'skip')
  await go(page, '/applications')
  check('sign-in is asked for', new URL(page.url()).pathname === '/sign-in')
  await page.context().close()
})
