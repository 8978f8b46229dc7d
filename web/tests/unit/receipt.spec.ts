// The checking page's reader of receipts: a proof file of a small log, and everything that can be wrong with it.
import { describe, expect, it } from 'vitest'
import { leafHash, toBase64, writeReceipt } from '../../src/shared/tlog'
import { gap, receiptReader } from '../../src/verify/receipt'
import type { Trust } from '../../src/verify/trust'
import { addReader, isAccepted, isComplete, verify } from '../../src/verify/verify'
import { consistencyOf, keyOf, pathOf, rootOf } from './trees'

const ORIGIN = 'licence.example/log/public'
const entries = Array.from({ length: 13 }, (_, index) => `{"n":${index}}`)
const leaves = entries.map(leafHash)
const log = keyOf(ORIGIN, 7)
const witnesses = ['one', 'two', 'three'].map((name, index) => ({ name, ...keyOf(`${name}.example/w`, 20 + index, 4) }))
const NOW = 1_795_620_000

function note(count: number, from = leaves, by = 2) {
  const text = `${ORIGIN}\n${count}\n${toBase64(rootOf(from.slice(0, count)))}\n`
  return `${text}\n${log.sign(text)}${witnesses.slice(0, by).map((each) => each.cosign(text, NOW)).join('')}`
}
const policy = `log ${log.vkey}\n${witnesses.map((each) => `witness ${each.name} ${each.vkey}\n`).join('')}group all 2 one two three\nquorum all\n`
const trust = (changes: Partial<NonNullable<Trust['log']>> = {}): Trust => ({ format: 'yichuang-trust-1', authority: { zh: '局', en: 'Bureau' }, demonstration: false, made_at: NOW, keys: [], kinds: {}, status_lists: [],
  log: { policy, checkpoints: [note(13)], ...changes } })
const receipt = (index: number, leaf = leaves[index]!) => writeReceipt({ origin: ORIGIN, index: BigInt(index), leaf })
const encoded = (text: string) => toBase64(new TextEncoder().encode(text))
function proof(index: number, { count = 13, checkpoint = note(count), extra = `${receipt(index)}\n${entries[index]}` } = {}) {
  return `c2sp.org/tlog-proof@v1\n${extra ? `extra ${encoded(extra)}\n` : ''}index ${index}\n${pathOf(index, leaves.slice(0, count)).map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`
}
addReader(receiptReader)
const codes = (text: string, by = trust()) => verify(text, by, NOW * 1000).checks.map((each) => each.code)

describe('a receipt with its proof file', () => {
  it.each(entries.map((_, index) => index))('is found whole: %i', (index) => {
    const verdict = verify(`https://licence.example/receipt#${receipt(index)}\n${proof(index)}`, trust(), NOW * 1000)
    expect(verdict.checks.map((each) => each.code)).toEqual(['verify.checkpoint_good', 'verify.included', 'verify.entry_good', 'verify.witnessed', 'verify.consistent'])
    expect([verdict.state, isAccepted(verdict), isComplete(verdict)]).toEqual(['included', true, true])
  })
  it('is found by the file alone, saved with other line ends', () => expect(codes(proof(5).replaceAll('\n', '\r\n'))).toContain('verify.included'))
  it('alone proves nothing yet, and says so', () => {
    const verdict = verify(receipt(5), trust(), NOW * 1000)
    expect([verdict.state, verdict.checks[0]?.code, verdict.checks[0]?.outcome]).toEqual(['unproved', 'verify.proof_missing', 'unknown'])
  })
  it.each([
    ['another leaf', `${receipt(5, leaves[4])}\n${proof(5, { extra: '' })}`, 'tlog.inclusion_wrong'],
    ['a file that carries another receipt', `${receipt(5, leaves[4])}\n${proof(5)}`, 'verify.other_leaf'],
    ['the file of another entry', `${receipt(4)}\n${proof(5)}`, 'verify.other_index'],
    ['another entry', proof(5, { extra: `${receipt(5)}\n{"n":6}` }), 'verify.entry_changed'],
    ['a changed size', proof(5, { checkpoint: note(13).replace('\n13\n', '\n12\n') }), 'tlog.signature_missing'],
    ['another root, signed by nobody', proof(5, { checkpoint: note(13).replace(/\n[^\n]{44}\n/, `\n${toBase64(leaves[0]!)}\n`) }), 'tlog.signature_missing'],
    ['a file cut short', proof(5).slice(0, 90), 'tlog.proof_malformed'],
    ['a receipt of another log', `${receipt(5).replace('licence.example', 'other.example')}`, 'verify.other_log'],
    ['no receipt at all', proof(5, { extra: '' }), 'verify.receipt_missing'],
    ['a path cut short', proof(5).replace(`${toBase64(pathOf(5, leaves)[0]!)}\n`, ''), 'tlog.inclusion_wrong'],
  ])('is refused: %s', (_, text, code) => {
    expect(codes(text)).toContain(code)
    expect(isAccepted(verify(text, trust(), NOW * 1000))).toBe(false)
  })
  it('says what was not checked', () => {
    expect(codes(proof(5, { checkpoint: note(13, leaves, 1) }))).toContain('verify.quorum_missing')
    expect(codes(proof(5), trust({ policy: `log ${log.vkey}\nquorum none\n` }))).toContain('verify.no_witnesses')
    expect(codes(proof(5), trust({ checkpoints: [] }))).toContain('verify.earlier_missing')
    expect(codes(proof(5, { extra: receipt(5) }))).toContain('verify.entry_missing')
    expect(codes(proof(5), trust({ policy: 'log x\n' }))).toContain('verify.policy_missing')
  })
})

describe('what was kept from before', () => {
  const old = trust({ checkpoints: [note(6)] })
  it('asks for a proof between the two', () => {
    expect(codes(proof(8), old)).toContain('verify.continuation_missing')
    expect(gap(proof(8), old)).toEqual({ origin: ORIGIN, from: 6n, to: 13n })
    expect(gap(proof(8), trust())).toBeUndefined()
  })
  it.each([1, 2, 3, 4, 6, 7, 8, 12])('is continued from %i', (from) => {
    const continuations = [{ origin: ORIGIN, old_size: from, size: 13, proof: consistencyOf(from, leaves).map(toBase64) }]
    expect(codes(proof(8), trust({ checkpoints: [note(from)], continuations }))).toContain('verify.consistent')
    const forged = [note(from, [...leaves.slice(0, from - 1), leafHash('x')])]
    expect(codes(proof(8), trust({ checkpoints: forged, continuations }))).toContain('tlog.consistency_wrong')
  })
  it('finds two logs of one length', () => expect(codes(proof(5), trust({ checkpoints: [note(13, [leafHash('x'), ...leaves.slice(1)])] }))).toContain('verify.log_forked'))
})

it('keys of another kind, or of another name, cosign nothing', () => {
  const text = `${ORIGIN}\n13\n${toBase64(rootOf(leaves))}\n`
  const stranger = keyOf('one.example/w', 99, 4)
  const checkpoint = `${text}\n${log.sign(text)}${stranger.cosign(text, NOW)}${witnesses[0]!.cosign(text, NOW)}${witnesses[1]!.cosign(`${text}x`, NOW)}`
  expect(codes(proof(5, { checkpoint }))).toContain('verify.quorum_missing')
})
