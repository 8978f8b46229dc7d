// A browser for the end-to-end tests: opens pages, counts what passed, asks axe, keeps screenshots.
//
//   BASE_URL   the server to test, default http://127.0.0.1:8080
//   SHOTS      a folder for screenshots; none are kept when it is not set
//   CHROMIUM   the browser, default /usr/bin/chromium
//   INSPECT    "no": pages are walked through, not inspected

import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const INSPECTS = process.env.INSPECT !== 'no'
export const BASE = process.env.BASE_URL ?? 'http://127.0.0.1:8080'
const SHOTS = process.env.SHOTS
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
if (SHOTS) mkdirSync(SHOTS, { recursive: true })

const counts = { passed: 0, failed: 0 }
export function check(name, isGood, detail = '') {
  if (isGood) counts.passed++
  else {
    counts.failed++
    console.log(`FAILED ${name}${detail ? `: ${detail}` : ''}`)
  }
  return isGood
}

export async function run(name, work) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--disable-quic', '--no-first-run'],
  })
  try {
    await work(browser)
  } catch (error) {
    check(name, false, error.stack ?? String(error))
  } finally {
    await browser.close()
  }
}

export function report() {
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  process.exitCode = counts.failed ? 1 : 0
}

/// A person at a screen: a context of its own, in Chinese unless told otherwise.
export async function person(browser, { width = 1280, height = 900, language = 'zh' } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, locale: language === 'zh' ? 'zh-CN' : 'en-GB', acceptDownloads: true, reducedMotion: 'reduce',
    hasTouch: width < 500, isMobile: width < 500,
  })
  await context.addCookies([{ name: 'yichuang_lang', value: language, url: BASE }])
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const asked = new Set()
  waiting.set(page, asked)
  // The stream of news stays open as long as its page does.
  page.on('request', (request) => request.url().endsWith('/api/v1/changes') || asked.add(request))
  page.on('requestfinished', (request) => asked.delete(request))
  page.on('requestfailed', (request) => asked.delete(request))
  page.on('pageerror', (error) => check('no page error', false, error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text()))
      check('no breach of the content security policy', false, message.text())
  })
  return page
}

/// Work behind the pages gives way to whoever is served, so that it may take its time on a busy machine.
export const BEHIND = { timeout: 120_000 }

const waiting = new WeakMap()
/// Every request of the page is answered, and for a while none has followed.
export async function settled(page, quiet = 300, limit = 30_000) {
  const until = Date.now() + limit
  for (let since = Date.now(); Date.now() - since < quiet; await page.waitForTimeout(50)) {
    if (waiting.get(page)?.size) since = Date.now()
    if (Date.now() > until) throw new Error(`still waiting for ${[...waiting.get(page)].map((request) => request.url()).join(' ')}`)
  }
}

/// Whether it comes into view within ten seconds: an answer may take its time.
export const seen = (locator) => locator.waitFor({ timeout: 10_000 }).then(() => true, () => false)

/// Whether as many are there as are wanted, or become so within ten seconds.
export async function counted(locator, wanted) {
  const isWanted = typeof wanted === 'number' ? (count) => count === wanted : wanted
  for (const until = Date.now() + 10_000; Date.now() < until; await new Promise((ready) => setTimeout(ready, 100)))
    if (isWanted(await locator.count())) return true
  return false
}

export async function go(page, path) {
  const answer = await page.goto(BASE + path, { waitUntil: 'load' })
  await settled(page)
  return answer
}

/// What holds for every page: axe finds nothing, nothing overflows sideways, a heading and a language are there.
export async function inspect(page, name) {
  await settled(page)
  if (!INSPECTS) return page.waitForTimeout(500)  // a person looks before the next click, while the page may still be drawn
  await page.evaluate(AXE)
  const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: { type: 'tag', values: rules } }), RULES)
  const words = found.violations.map((each) => `${each.id} (${each.nodes.map((node) => node.target.join(' ')).slice(0, 3).join('; ')})`)
  check(`${name}: axe`, words.length === 0, words.join(', '))
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  check(`${name}: fits its width`, overflow <= 0, `${overflow} px too wide`)
  check(`${name}: heading`, (await page.locator('h1').count()) === 1)
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
}

/// The same page on a phone and on a desk.
export async function inspectBoth(page, name) {
  await page.setViewportSize({ width: 375, height: 800 })
  await inspect(page, `${name}-375`)
  await page.setViewportSize({ width: 1280, height: 900 })
  await inspect(page, `${name}-1280`)
}
