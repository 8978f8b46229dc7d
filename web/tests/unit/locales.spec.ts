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
