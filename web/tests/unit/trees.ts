// Small trees and keys for the tests: written plainly after RFC 6962, so that they are another hand than what they test.
import { ed25519 } from '@noble/curves/ed25519'
import { sha256 } from '@noble/hashes/sha2'
import { toBase64 } from '../../src/shared/tlog'

const utf8 = (text: string) => new TextEncoder().encode(text)
const node = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.from([1, ...left, ...right]))
const half = (count: number) => { let size = 1; while (size * 2 < count) size *= 2; return size }

export const rootOf = (leaves: Uint8Array[]): Uint8Array =>
  leaves.length === 1 ? leaves[0]! : node(rootOf(leaves.slice(0, half(leaves.length))), rootOf(leaves.slice(half(leaves.length))))
export function pathOf(index: number, leaves: Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return []
  const split = half(leaves.length)
  return index < split ? [...pathOf(index, leaves.slice(0, split)), rootOf(leaves.slice(split))] : [...pathOf(index - split, leaves.slice(split)), rootOf(leaves.slice(0, split))]
}
export function consistencyOf(old: number, leaves: Uint8Array[], isWhole = true): Uint8Array[] {
  if (old === leaves.length) return isWhole ? [] : [rootOf(leaves)]
  const split = half(leaves.length)
  return old <= split ? [...consistencyOf(old, leaves.slice(0, split), isWhole), rootOf(leaves.slice(split))]
    : [...consistencyOf(old - split, leaves.slice(split), false), rootOf(leaves.slice(0, split))]
}

/** A key of a log (kind 1) or of a witness (kind 4). */
export function keyOf(name: string, seed: number, kind = 1) {
  const secret = new Uint8Array(32).fill(seed)
  const bytes = Uint8Array.from([kind, ...ed25519.getPublicKey(secret)])
  const id = sha256(Uint8Array.from([...utf8(`${name}\n`), ...bytes])).slice(0, 4)
  const time = (at: number) => new Uint8Array(new BigUint64Array([BigInt(at)]).buffer).reverse()
  return { vkey: `${name}+${[...id].map((byte) => byte.toString(16).padStart(2, '0')).join('')}+${toBase64(bytes)}`,
    sign: (text: string) => `— ${name} ${toBase64(Uint8Array.from([...id, ...ed25519.sign(utf8(text), secret)]))}\n`,
    cosign: (text: string, at: number) => `— ${name} ${toBase64(Uint8Array.from([...id, ...time(at), ...ed25519.sign(utf8(`cosignature/v1\ntime ${at}\n${text}`), secret)]))}\n` }
}
