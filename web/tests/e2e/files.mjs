// Real files as a citizen would hand them in, drawn by the browser itself.

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const page = (title) => `<!doctype html><meta charset="utf-8"><body style="font-family:sans-serif;padding:40px;background:#fbfaf5">
  <h1>${title}</h1><p>测试材料，内容虚构。</p><svg width="400" height="260"><rect width="400" height="260" fill="#dfe7f0" stroke="#345"/>
  <circle cx="90" cy="100" r="46" fill="#9ab"/><path d="M180 70h180M180 110h180M180 150h120" stroke="#345" stroke-width="8"/></svg></body>`

export async function makeFiles(browser) {
  const folder = mkdtempSync(join(tmpdir(), 'materials-'))
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } })
  const tab = await context.newPage()
  await tab.setContent(page('租赁合同'))
  const files = { pdf: join(folder, '租赁合同.pdf'), jpeg: join(folder, '身份证.jpg'), png: join(folder, '布局图.png'), fake: join(folder, '冒充.pdf') }
  await tab.pdf({ path: files.pdf })
  await tab.setContent(page('身份证件'))
  await tab.screenshot({ path: files.jpeg, type: 'jpeg' })
  await tab.setContent(page('布局图'))
  await tab.screenshot({ path: files.png })
  writeFileSync(files.fake, 'MZ this is a program, not a document')
  await context.close()
  return files
}

/// A fictional citizen identity number with a right check digit (the area code exists, the person does not).
export function citizenId(serial) {
  const body = `43021119900101${String(serial % 1000).padStart(3, '0')}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, index) => total + weight * Number(body[index]), 0)
  return body + '10X98765432'[sum % 11]
}
