// Every text exists in both languages, with the same parameters.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const areas = ['public', 'office', 'shared']
const folder = (area: string) => join(__dirname, '../../src', area, 'locales')

function flat(value: unknown, path = ''): Record<string, string> {
  if (typeof value === 'string') return { [path]: value }
  return Object.assign({}, ...Object.entries(value as object).map(([key, inner]) => flat(inner, path ? `${path}.${key}` : key)))
}
const read = (area: string, language: string) => flat(JSON.parse(readFileSync(join(folder(area), `${language}.json`), 'utf8')))
const parameters = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().filter((name, index, all) => all.indexOf(name) === index)

describe.each(areas)('texts of %s', (area) => {
  it('come in exactly two languages', () => expect(readdirSync(folder(area)).sort()).toEqual(['en.json', 'zh.json']))

  it('have the same keys', () => expect(Object.keys(read(area, 'en')).sort()).toEqual(Object.keys(read(area, 'zh')).sort()))

  it('have the same parameters and are not empty', () => {
    const zh = read(area, 'zh')
    for (const [key, text] of Object.entries(read(area, 'en'))) {
      expect(text.trim(), key).not.toBe('')
      expect(parameters(text), key).toEqual(parameters(zh[key] ?? ''))
    }
  })
})

// Keys a template writes out; those put together at run time begin with a part that is fixed ("phrase.", "changes.to_").
function sources(folderPath: string): string {
  return readdirSync(folderPath, { withFileTypes: true }).map((entry) => {
    const path = join(folderPath, entry.name)
    if (entry.isDirectory()) return entry.name === 'locales' ? '' : sources(path)
    return /\.(vue|ts)$/.test(entry.name) ? readFileSync(path, 'utf8') : ''
  }).join('\n')
}

describe('keys', () => {
  const shared = Object.keys(read('shared', 'zh'))
  const code = Object.fromEntries(areas.map((area) => [area, sources(join(__dirname, '../../src', area))]))
  const used = (text: string) => [...text.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1]!)

  it.each(['public', 'office'])('of %s are all there', (area) => {
    const known = new Set([...Object.keys(read(area, 'zh')), ...shared])
    expect(used(code[area] + code.shared!).filter((key) => !known.has(key))).toEqual([])
  })

  it.each(areas)('of %s are all used', (area) => {
    const text = Object.values(code).join('\n')
    const dynamic = [...text.matchAll(/[`']([\w.]+\.\w*)\$\{/g)].map((match) => match[1]!)
    const unused = Object.keys(read(area, 'zh'))
      .filter((key) => !text.includes(`'${key}'`) && !dynamic.some((start) => key.startsWith(start)))
    expect(unused).toEqual([])
  })
})
