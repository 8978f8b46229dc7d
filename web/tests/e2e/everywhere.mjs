// Every route of both routers is opened once, as somebody who may, on a phone: axe finds nothing on any page. A route that is
// added without an example fails here.
import { readFileSync } from 'node:fs'
import { BASE, check, go, inspect, person, run } from './browser.mjs'
import { read } from './deadlines.mjs'
import { signIn } from './statistics.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const routesOf = (name) => [...readFileSync(new URL(`../../src/${name}/router.ts`, import.meta.url), 'utf8').matchAll(/path: '([^']+)'/g)]
  .map((match) => match[1]).filter((path, index, all) => all.indexOf(path) === index && path.startsWith('/'))

/// The path with its parameters filled in; null when there is no example for one.
function filled(route, examples) {
  let missing = false
  const path = route.replace('/:rest(.*)*', '/no/such/page').replace(/\/:\w+\?/g, '').replace(/:(\w+)/g, (whole, name) => {
    const example = examples[`${route} ${name}`] ?? examples[name]
    missing ||= !example
    return example ?? whole
  })
  return missing ? null : path
}

async function visit(page, name, prefix, examples, skips = []) {
  for (const route of routesOf(name)) {
    if (skips.includes(route)) continue
    const path = filled(route, examples)
    if (!check(`everywhere: ${prefix}${route} has an example`, path !== null)) continue
    await go(page, prefix + path)
    await inspect(page, `every${(prefix + route).replace(/\W+/g, '-')}`)
  }
}

/// A citizen of the demonstration with a draft.
async function drafter(browser) {
  for (let number = 1; number <= 24; number++) {
    const page = await person(browser, { width: 375, height: 800 })
    await page.request.post(`${BASE}/api/v1/sessions`, { data: { account: `citizen${number}`, password: PASSWORD } })
    const draft = (await read(page, '/applications?limit=100')).items.find((each) => each.state === 'drafted')
    if (draft) return { page, draft }
    await page.context().close()
  }
  throw new Error('no citizen of the demonstration has a draft')
}

export const everywhere = () => run('everywhere', async (browser) => {
  const { page, draft } = await drafter(browser)
  await go(page, `/applications/${draft.id}`)
  const group = (await page.locator('.tasks a').first().getAttribute('href')).split('/').pop()
  const [entity] = (await read(page, '/register/entities?search=天元&limit=1')).items
  await visit(page, 'public', '', { service: 'open-restaurant', id: draft.id, group, key: entity.credit_code, code: entity.credit_code })
  await page.context().close()

  const head = await signIn(browser, 'head')
  await head.setViewportSize({ width: 375, height: 800 })
  const first = async (path) => (await read(head, path)).items[0]
  const imported = await first('/imports?limit=1')
  const batch = await first('/batches?limit=1')
  const statistics = await read(head, '/statistics')
  const examples = {
    '/cases/:id id': (await first('/cases?limit=1'))?.id, '/entities/:id id': (await first('/entities?search=天元&limit=1'))?.id,
    '/statistics/:id id': (statistics.items ?? statistics.statistics)[0]?.id, '/park/:id id': (await first('/park/hosts?limit=1'))?.id,
    '/imports/:id id': imported?.id, '/batches/:id id': batch?.id, '/models/:service service': 'open-restaurant' }
  // An import and a batch are made by their own tests, which look at their pages.
  // Drafts of models are made by their own test, too.
  await visit(head, 'office', '/office', examples, ['/sign-in', '/model-drafts/:id', ...(imported ? [] : ['/imports/:id']), ...(batch ? [] : ['/batches/:id'])])
  await head.context().close()
})
