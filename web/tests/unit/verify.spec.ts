// The checking page's readers, against signatures of its own, the standards' examples and every negative case.
import { p256 } from '@noble/curves/nist'
import { zlibSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { fromBase32, fromBase45, fromHex, toHex } from '../../src/verify/base45'
import { decode, signedStructure } from '../../src/verify/cbor'
import { Refusal } from '../../src/verify/refusal'
import { parseTrust, type Trust } from '../../src/verify/trust'
import { isAccepted, isComplete, verify, type Verdict } from '../../src/verify/verify'
import { inflate } from '../../src/verify/zlib'

const NOW = 1_795_620_000
const secret = fromHex('11'.repeat(32))
const KID = '0102030405060708'
const LIST = 'https://licence.example/status/0'

type Plain = number | boolean | string | Uint8Array | Plain[] | Map<number | string, Plain>
const head = (major: number, size: number): number[] =>
  size < 24 ? [major << 5 | size] : size < 256 ? [major << 5 | 24, size] : size < 65536 ? [major << 5 | 25, size >> 8, size & 255]
    : [major << 5 | 26, size >>> 24, size >> 16 & 255, size >> 8 & 255, size & 255]
function encode(value: Plain): number[] {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value)
  if (typeof value === 'boolean') return [value ? 0xF5 : 0xF4]
  if (typeof value === 'string') return [...head(3, new TextEncoder().encode(value).length), ...new TextEncoder().encode(value)]
  if (value instanceof Uint8Array) return [...head(2, value.length), ...value]
  if (Array.isArray(value)) return [...head(4, value.length), ...value.flatMap(encode)]
  return [...head(5, value.size), ...[...value].flatMap(([key, content]) => [...encode(key), ...encode(content)])]
}
const bytes = (value: Plain) => Uint8Array.from(encode(value))

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
function toBase45(content: Uint8Array): string {
  let text = ''
  for (let at = 0; at < content.length; at += 2) {
    const pair = at + 1 < content.length
    let value = pair ? (content[at] ?? 0) * 256 + (content[at + 1] ?? 0) : content[at] ?? 0
    for (let digit = 0; digit < (pair ? 3 : 2); ++digit, value = Math.floor(value / 45)) text += ALPHABET.charAt(value % 45)
  }
  return text
}

function claims(changes: [number, Plain][] = []): Map<number | string, Plain> {
  const all = new Map<number | string, Plain>([[1, 'https://licence.example'], [4, NOW + 86_400], [6, NOW], [7, fromHex('0000000000000001')],
    [65535, new Map([['status_list', new Map<string, Plain>([['idx', 5], ['uri', LIST]])]])],
    [-65537, new Map<number, Plain>([[1, '1.2.156'], [2, 'food_permit'], [3, '食品经营许可证'], [4, 'JY1'], [5, '局'], [6, true],
      [7, new Map([['name', '小吃店']])]])]])
  for (const [key, value] of changes) all.set(key, value)
  return all
}

function sign(payload: Uint8Array, header: [number, Plain][] = [[1, -7], [4, fromHex(KID)]]): Uint8Array {
  const protectedHeader = bytes(new Map(header))
  const signature = p256.sign(signedStructure(protectedHeader, payload), secret, { prehash: true }).toCompactRawBytes()
  return Uint8Array.from([0xD2, ...encode([protectedHeader, new Map(), payload, signature])])
}
const text = (signed: Uint8Array) => `LC1:${toBase45(zlibSync(signed))}`
const licence = (changes: [number, Plain][] = []) => text(sign(bytes(claims(changes))))

function list(state: number, issued = NOW): string {
  const bits = new Uint8Array(65536)
  bits[2] = state << 4
  const payload = bytes(new Map<number, Plain>([[2, LIST], [6, issued], [4, issued + 86_400], [65533, new Map<string, Plain>([['bits', 4], ['lst', zlibSync(bits)]])]]))
  return btoa(String.fromCharCode(...sign(payload, [[1, -7], [4, fromHex(KID)], [16, 'application/statuslist+cwt']])))
}

const trust = (lists: string[] = []): Trust => ({
  format: 'yichuang-trust-1', authority: { zh: '局', en: 'Bureau' }, demonstration: true, made_at: NOW,
  keys: [{ purpose: 'licence', kid: KID, point: toHex(p256.getPublicKey(secret, false)), valid_from: NOW - 100, valid_to: NOW + 1e6, subject: '', fingerprint: '', demonstration: true, active: true }],
  kinds: { food_permit: { name: { zh: '食品经营许可证', en: 'Food business permit' }, fields: [{ id: 'name', label: { zh: '经营者', en: 'Operator' } }] } },
  status_lists: lists,
})
const bad = (verdict: Verdict) => verdict.checks.filter((each) => each.outcome === 'bad').map((each) => each.code)
const code = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error)
  }
}

describe('the readers', () => {
  it('give the examples of the standards', () => {
    expect(new TextDecoder().decode(fromBase45('QED8WEX0'))).toBe('ietf!')
    expect(new TextDecoder().decode(fromBase32('MZXW6YTBOI'))).toBe('foobar')
    expect(decode(fromHex('8301820203820405'))).toEqual([1, [2, 3], [4, 5]])
    expect(decode(fromHex('1b000000e8d4a51000'))).toBe(1_000_000_000_000)
  })

  it.each([['BB8A', 'cose.base45_length'], ['bb8', 'cose.base45_character'], [':::', 'cose.base45_value'], ['GGW', 'cose.base45_value']])(
    'refuse Base45 %s', (typed, expected) => expect(code(() => fromBase45(typed))).toBe(expected))

  it.each([['', 'cbor.truncated'], ['9bffffffffffffffff', 'cbor.number_too_large'], ['0000', 'cbor.trailing'], ['9fff', 'cbor.indefinite'], ['bfff', 'cbor.indefinite'],
    ['1817', 'cbor.not_shortest'], ['190001', 'cbor.not_shortest'], ['1a0000ffff', 'cbor.not_shortest'], ['1b00000000ffffffff', 'cbor.not_shortest'],
    ['a201020103', 'cbor.key_twice'], ['62c328', 'cbor.not_utf8'], ['f97e00', 'cbor.unsupported'],
    ['818181818181818181818181818181818180', 'cbor.too_deep']])('refuse CBOR %s', (typed, expected) => expect(code(() => decode(fromHex(typed)))).toBe(expected))

  it('refuse bombs and damaged compression', () => {
    expect(code(() => inflate(zlibSync(new Uint8Array(65_537))))).toBe('cose.inflated_too_long')
    expect(code(() => inflate(zlibSync(new Uint8Array(10_000_000))))).toBe('cose.inflated_too_long')
    expect(inflate(zlibSync(new Uint8Array(65_536))).length).toBe(65_536)
    const packed = zlibSync(bytes('content'))
    for (let index = packed.length - 4; index < packed.length; ++index) {
      const flipped = Uint8Array.from(packed)
      flipped[index] = (flipped[index] ?? 0) ^ 1
      expect(code(() => inflate(flipped))).toBe('cose.compression_broken')
    }
    expect(code(() => inflate(Uint8Array.from([...packed, 0])))).toBe('cose.compression_broken')
  })
})

describe('a licence', () => {
  it('is accepted with its state', () => {
    const verdict = verify(licence(), trust([list(0)]), NOW * 1000)
    expect(isAccepted(verdict) && isComplete(verdict)).toBe(true)
    expect(verdict.state).toBe('valid')
    expect(verdict.facts.find((fact) => fact.label.en === 'Operator')?.value).toBe('小吃店')
  })

  it('is accepted without a list, and that is said', () => {
    const verdict = verify(licence(), trust(), NOW * 1000)
    expect(isAccepted(verdict)).toBe(true)
    expect(verdict.checks.map((each) => each.code)).toContain('signing.status_missing')
  })

  it('says that a list is old', () => expect(verify(licence([[4, NOW + 1e6]]), trust([list(0)]), (NOW + 200_000) * 1000).checks.map((each) => each.code)).toContain('signing.status_stale'))

  it.each([[1, 'revoked'], [2, 'suspended'], [3, 'superseded'], [12, 'cancelled'], [13, 'expired']])('in state %i is %s', (number, word) => {
    const verdict = verify(licence(), trust([list(number)]), NOW * 1000)
    expect(bad(verdict)).toEqual([`signing.licence_${word}`])
    expect(verdict.state).toBe(word)
  })

  it('follows the newest list', () => expect(bad(verify(licence(), trust([list(1, NOW), list(0, NOW - 100)]), NOW * 1000))).toEqual(['signing.licence_revoked']))

  it('expires', () => expect(bad(verify(licence(), trust(), (NOW + 86_400) * 1000))).toEqual(['signing.licence_expired']))
  it('does not come from the future', () => expect(bad(verify(licence([[6, NOW + 1000]]), trust(), NOW * 1000))).toEqual(['signing.issued_in_future']))
  it('is not older than its key', () => expect(bad(verify(licence([[6, NOW - 200]]), trust(), NOW * 1000))).toEqual(['signing.key_not_valid_then']))

  it.each<[string, [number, Plain][], string]>([
    ['none', [[1, 'none'], [4, fromHex(KID)]], 'cose.algorithm_refused'],
    ['HS256', [[1, 5], [4, fromHex(KID)]], 'cose.algorithm_refused'],
    ['an unknown key', [[1, -7], [4, fromHex('ffffffffffffffff')]], 'signing.key_unknown'],
    ['no key', [[1, -7]], 'cose.kid_missing'],
    ['a critical header', [[1, -7], [4, fromHex(KID)], [2, [1]]], 'cose.header_unknown'],
    ['another type', [[1, -7], [4, fromHex(KID)], [16, 'application/statuslist+cwt']], 'signing.not_licence'],
  ])('with %s is refused', (_name, header, expected) => expect(bad(verify(text(sign(bytes(claims()), header)), trust(), NOW * 1000))).toEqual([expected]))

  it('with any byte changed is refused', () => {
    const signed = sign(bytes(claims()))
    const seen = new Set<string>()
    for (let index = 0; index < signed.length; index += index < 24 ? 1 : 5) {
      const flipped = Uint8Array.from(signed)
      flipped[index] = (flipped[index] ?? 0) ^ 1
      const found = bad(verify(text(flipped), trust(), NOW * 1000))
      expect(found.length, `byte ${index}`).toBeGreaterThan(0)
      found.forEach((each) => seen.add(each))
    }
    expect([...seen]).toEqual(expect.arrayContaining(['signing.signature_wrong', 'signing.key_unknown', 'cose.algorithm_refused']))
  }, 30_000)

  it('has every refusal in both languages', () => {
    for (const typed of ['', 'LC1:', 'LC1:A', 'nonsense', licence().slice(0, -3)])
      for (const each of verify(typed, trust(), NOW * 1000).checks) expect(each.words.zh && each.words.en).toBeTruthy()
  })
})

it('a trust file that is none is refused', () => {
  expect(code(() => parseTrust('{'))).toBe('signing.trust_unreadable')
  expect(code(() => parseTrust('{"format":"other"}'))).toBe('signing.trust_unreadable')
  expect(parseTrust(JSON.stringify(trust())).authority.en).toBe('Bureau')
})
