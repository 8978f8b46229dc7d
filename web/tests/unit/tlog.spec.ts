// Every leaf of small trees is found; any change is not.
import { describe, expect, it } from 'vitest'
import { isIncluded, leafHash, openCheckpoint, parseReceipt, toBase64 } from '../../src/shared/tlog'
import { keyOf, pathOf, rootOf } from './trees'

const ORIGIN = 'licence.example/log/public'
const leaves = Array.from({ length: 13 }, (_, index) => leafHash(`entry-${index}`))

const base64 = toBase64
const key = (seed: number) => keyOf(ORIGIN, seed)
const text = `${ORIGIN}\n13\n${base64(rootOf(leaves))}\n`
const note = `${text}\n${key(7).sign(text)}`

describe('a receipt', () => {
  const written = `${ORIGIN}#5.${base64(leaves[5]!).replaceAll('+', '-').replaceAll('/', '_').slice(0, 43)}`
  it('is read alone and behind an address', () => {
    expect(parseReceipt(written)).toEqual({ origin: ORIGIN, index: 5n, leaf: leaves[5] })
    expect(parseReceipt(` https://licence.example/receipt#${written}\n`)?.index).toBe(5n)
    expect(parseReceipt(`${written.slice(0, 20)}\r\n${written.slice(20)}`)?.index, 'copied from two lines of paper').toBe(5n)
  })
  it.each(['', 'x', `${ORIGIN}#5`, written.slice(0, -1), written.replace('#5', '#05'), `${written}A`])('is refused: %s', (wrong) => expect(parseReceipt(wrong)).toBeUndefined())
})

describe('a proof', () => {
  it.each([1, 2, 3, 7, 8, 13])('finds every leaf of %i, and no other', (count) => {
    const some = leaves.slice(0, count)
    const checkpoint = { origin: ORIGIN, size: BigInt(count), root: rootOf(some) }
    some.forEach((leaf, index) => {
      const path = pathOf(index, some)
      expect(isIncluded({ origin: ORIGIN, index: BigInt(index), leaf }, checkpoint, path)).toBe(true)
      expect(isIncluded({ origin: ORIGIN, index: BigInt(index), leaf: leafHash('another') }, checkpoint, path)).toBe(false)
      expect(isIncluded({ origin: ORIGIN, index: BigInt(index + count), leaf }, checkpoint, path)).toBe(false)
      expect(isIncluded({ origin: ORIGIN, index: BigInt(index), leaf }, checkpoint, [...path, leaf])).toBe(false)
      if (path.length) expect(isIncluded({ origin: ORIGIN, index: BigInt(index), leaf }, checkpoint, path.slice(1))).toBe(false)
    })
  })
})

describe('a checkpoint', () => {
  it('is opened by the key of its log', () => expect(openCheckpoint(note, [key(8).vkey, key(7).vkey])?.size).toBe(13n))
  it.each([
    ['another size', note.replace('\n13\n', '\n12\n'), key(7).vkey], ['another key', note, key(8).vkey], ['no signature', `${text}\n`, key(7).vkey],
    ['a key whose id is wrong', note, key(7).vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')], ['rubbish', 'x', key(7).vkey],
  ])('is refused: %s', (_, wrong, vkey) => expect(openCheckpoint(wrong, [vkey])).toBeUndefined())
})
