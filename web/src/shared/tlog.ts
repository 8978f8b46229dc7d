// The tree and the signatures of the public log, computed on the reader's own device: the same rules as the program's kernel/tlog.
import { ed25519 } from '@noble/curves/ed25519'
import { sha256 } from '@noble/hashes/sha2'

export interface Receipt { origin: string; index: bigint; leaf: Uint8Array }
export interface Checkpoint { origin: string; size: bigint; root: Uint8Array }

const utf8 = (text: string) => new TextEncoder().encode(text)
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
const isSame = (left: Uint8Array, right: Uint8Array) => left.length === right.length && left.every((byte, index) => byte === right[index])
const isDecimal = (text: string | undefined): text is string => /^(0|[1-9]\d{0,18})$/.test(text ?? '')

export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
}

export const leafHash = (entry: string) => sha256(joined(Uint8Array.of(0), utf8(entry)))
const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(joined(Uint8Array.of(1), left, right))

/** Reads "origin#index.hash", also behind "…/receipt#"; undefined when it is malformed. */
export function parseReceipt(text: string): Receipt | undefined {
  const mark = '/receipt#'
  const at = text.indexOf(mark)
  const found = /^([^\s#+]+)#(\d+)\.([A-Za-z0-9_-]{43})$/.exec((at < 0 ? text : text.slice(at + mark.length)).replace(/[\r\n]/g, '').trim())
  const leaf = found && fromBase64(`${found[3]!.replaceAll('-', '+').replaceAll('_', '/')}=`)
  return found && leaf?.length === 32 && isDecimal(found[2]) ? { origin: found[1]!, index: BigInt(found[2]), leaf } : undefined
}

/** Whether the leaf at `index` of a tree of `size` leaves leads to `root` by `path` (RFC 6962, 2.1.1). */
export function isIncluded(receipt: Receipt, checkpoint: Checkpoint, path: Uint8Array[]): boolean {
  if (receipt.index >= checkpoint.size) return false
  let node = receipt.index, last = checkpoint.size - 1n, hash = receipt.leaf
  for (const sibling of path) {
    if (last === 0n || sibling.length !== 32) return false
    if (node % 2n === 1n || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2n === 0n && node !== 0n) { node >>= 1n; last >>= 1n }
    } else {
      hash = nodeHash(hash, sibling)
    }
    node >>= 1n
    last >>= 1n
  }
  return last === 0n && isSame(hash, checkpoint.root)
}

/** The key in "name+id+base64"; undefined when it is not an Ed25519 key or its id is not its own. */
function parseKey(vkey: string): { name: string; id: Uint8Array; key: Uint8Array } | undefined {
  const [name, id, ...rest] = vkey.split('+')
  const bytes = fromBase64(rest.join('+'))
  if (!name || !id || bytes?.length !== 33 || bytes[0] !== 1) return undefined
  const own = sha256(joined(utf8(`${name}\n`), bytes)).slice(0, 4)
  const hex = [...own].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex === id ? { name, id: own, key: bytes.slice(1) } : undefined
}

/** The checkpoint in a signed note, if one of the keys of its log has signed it. */
export function openCheckpoint(note: string, vkeys: string[]): Checkpoint | undefined {
  const end = note.indexOf('\n\n')
  if (end < 0) return undefined
  const text = note.slice(0, end + 1)
  const [origin, size, root] = text.split('\n')
  const hash = fromBase64(root ?? '')
  if (!origin || !isDecimal(size) || hash?.length !== 32) return undefined
  const keys = vkeys.map(parseKey).filter((key) => key?.name === origin)
  const isSigned = note.slice(end + 2).split('\n').some((line) => {
    const [dash, name, encoded] = line.split(' ')
    const bytes = fromBase64(encoded ?? '')
    if (dash !== '—' || name !== origin || bytes?.length !== 68) return false
    return keys.some((key) => key && isSame(key.id, bytes.slice(0, 4)) && ed25519.verify(bytes.slice(4), utf8(text), key.key))
  })
  return isSigned ? { origin, size: BigInt(size), root: hash } : undefined
}
