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

export const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))

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

/** Receipts as they are printed. */
export const writeReceipt = (receipt: Receipt) =>
  `${receipt.origin}#${receipt.index}.${toBase64(receipt.leaf).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`

/** Whether the tree of `now` continues that of `old` (RFC 6962, 2.1.2); `proof` as base 64. */
export function isContinued(old: Checkpoint, now: Checkpoint, proof: string[]): boolean {
  const hashes = proof.map((text) => fromBase64(text) ?? new Uint8Array())
  if (old.size > now.size || hashes.some((hash) => hash.length !== 32)) return false
  if (old.size === now.size) return !hashes.length && isSame(old.root, now.root)
  if (old.size === 0n) return !hashes.length
  let node = old.size - 1n, last = now.size - 1n
  while (node % 2n === 1n) { node >>= 1n; last >>= 1n }
  // An old tree that is one perfect subtree is known, and left out of the proof.
  const first = node === 0n ? old.root : hashes.shift()
  if (!first) return false
  let ofOld = first, ofNew = first
  for (const sibling of hashes) {
    if (last === 0n) return false
    if (node % 2n === 1n || node === last) {
      ofOld = nodeHash(sibling, ofOld)
      ofNew = nodeHash(sibling, ofNew)
      while (node % 2n === 0n && node !== 0n) { node >>= 1n; last >>= 1n }
    } else {
      ofNew = nodeHash(ofNew, sibling)
    }
    node >>= 1n
    last >>= 1n
  }
  return last === 0n && isSame(ofOld, old.root) && isSame(ofNew, now.root)
}

const ED25519 = 1, COSIGNATURE = 4
interface Key { name: string; kind: number; id: Uint8Array; key: Uint8Array }
/** The key in "name+id+base64"; undefined when it is not an Ed25519 key or its id is not its own. */
function parseKey(vkey: string, kind = ED25519): Key | undefined {
  const [name, id, ...rest] = vkey.split('+')
  const bytes = fromBase64(rest.join('+'))
  if (!name || !id || bytes?.length !== 33 || bytes[0] !== kind) return undefined
  const own = sha256(joined(utf8(`${name}\n`), bytes)).slice(0, 4)
  const hex = [...own].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex === id ? { name, kind, id: own, key: bytes.slice(1) } : undefined
}

/** Whose signatures count, and how many witnesses are needed (C2SP tlog-policy). */
export interface Policy {
  logs: Key[]
  witnesses: { name: string; key: Key }[]
  groups: { name: string; needed: number; members: string[] }[]
  quorum: string
}
/** Undefined when a line is wrong or the quorum is missing. */
export function parsePolicy(text: string): Policy | undefined {
  const policy: Policy = { logs: [], witnesses: [], groups: [], quorum: '' }
  const isMember = new Map<string, boolean>()
  const isNew = (name: string) => name !== 'none' && !isMember.has(name) && Boolean(isMember.set(name, false))
  const read = ([word, first, second, ...rest]: string[]): boolean => {
    if (word === 'log') {
      const key = parseKey(first ?? '')
      return rest.length === 0 && Boolean(key && policy.logs.push(key))
    }
    if (word === 'witness') {
      const key = parseKey(second ?? '', COSIGNATURE)
      return Boolean(first && rest.length <= 1 && key && isNew(first) && policy.witnesses.push({ name: first, key }))
    }
    if (word === 'group') {
      const needed = second === 'all' ? rest.length : second === 'any' ? 1 : isDecimal(second) ? Number(second) : 0
      const areFree = rest.every((member) => isMember.get(member) === false && isMember.set(member, true))
      return Boolean(first && areFree && needed >= 1 && needed <= rest.length && isNew(first) && policy.groups.push({ name: first, needed, members: rest }))
    }
    if (word !== 'quorum' || !first || second || policy.quorum || (first !== 'none' && !isMember.has(first))) return false
    policy.quorum = first
    return true
  }
  for (const line of text.split('\n')) {
    const words = line.split(/[ \t]+/).filter(Boolean)
    if (words.length && !words[0]!.startsWith('#') && !read(words)) return undefined
  }
  return policy.quorum ? policy : undefined
}

export interface Cosignature { name: string; at: number }
export interface Opened { checkpoint: Checkpoint; witnesses: Cosignature[] }
export function isMet(policy: Policy, cosignatures: Cosignature[]): boolean {
  const met = new Set(cosignatures.map((each) => each.name))
  for (const group of policy.groups) if (group.members.filter((member) => met.has(member)).length >= group.needed) met.add(group.name)
  return policy.quorum === 'none' || met.has(policy.quorum)
}

function cosignedAt(text: string, line: string, key: Key): number | undefined {
  const [dash, name, encoded] = line.split(' ')
  const bytes = fromBase64(encoded ?? '')
  if (dash !== '—' || name !== key.name || bytes?.length !== 76 || !isSame(key.id, bytes.slice(0, 4))) return undefined
  const at = new DataView(bytes.buffer, bytes.byteOffset + 4, 8).getBigUint64(0)
  return ed25519.verify(bytes.slice(12), utf8(`cosignature/v1\ntime ${at}\n${text}`), key.key) ? Number(at) : undefined
}

/** The checkpoint in a signed note with the witnesses of the policy that have cosigned it; undefined when its log has not signed. */
export function openNote(note: string, policy: Policy): Opened | undefined {
  const end = note.indexOf('\n\n')
  const checkpoint = openBy(note, policy.logs)
  if (!checkpoint) return undefined
  const text = note.slice(0, end + 1)
  const witnesses: Cosignature[] = []
  for (const line of note.slice(end + 2).split('\n'))
    for (const { name, key } of policy.witnesses) {
      const at = cosignedAt(text, line, key)
      if (at !== undefined && !witnesses.some((each) => each.name === name)) witnesses.push({ name, at })
    }
  return { checkpoint, witnesses }
}

export const PROOF_MARK = 'c2sp.org/tlog-proof@v1'
export interface Proof { extra: string; index: bigint; path: Uint8Array[]; checkpoint: string }
/** Undefined when the file is malformed or cut short. */
export function parseProof(file: string): Proof | undefined {
  const text = file.replaceAll('\r\n', '\n')
  const lines = text.split('\n')
  if (lines.shift() !== PROOF_MARK) return undefined
  let extra = ''
  if (lines[0]?.startsWith('extra ')) {
    const bytes = fromBase64(lines.shift()!.slice(6))
    if (!bytes?.length) return undefined
    extra = new TextDecoder().decode(bytes)
  }
  const index = /^index (.+)$/.exec(lines.shift() ?? '')?.[1]
  const end = lines.indexOf('')
  const path = lines.slice(0, end).map((line) => fromBase64(line) ?? new Uint8Array())
  const checkpoint = `${lines.slice(end + 1).join('\n').trimEnd()}\n`
  if (!isDecimal(index) || end < 0 || path.length > 63 || path.some((hash) => hash.length !== 32) || !checkpoint.includes('\n\n')) return undefined
  return { extra, index: BigInt(index), path, checkpoint }
}

/** The checkpoint in a signed note, if one of the keys of its log has signed it. */
export const openCheckpoint = (note: string, vkeys: string[]): Checkpoint | undefined =>
  openBy(note, vkeys.map((vkey) => parseKey(vkey)).filter((key): key is Key => key !== undefined))

function openBy(note: string, known: Key[]): Checkpoint | undefined {
  const end = note.indexOf('\n\n')
  if (end < 0) return undefined
  const text = note.slice(0, end + 1)
  const [origin, size, root] = text.split('\n')
  const hash = fromBase64(root ?? '')
  if (!origin || !isDecimal(size) || hash?.length !== 32) return undefined
  const keys = known.filter((key) => key.name === origin)
  const isSigned = note.slice(end + 2).split('\n').some((line) => {
    const [dash, name, encoded] = line.split(' ')
    const bytes = fromBase64(encoded ?? '')
    if (dash !== '—' || name !== origin || bytes?.length !== 68) return false
    return keys.some((key) => isSame(key.id, bytes.slice(0, 4)) && ed25519.verify(bytes.slice(4), utf8(text), key.key))
  })
  return isSigned ? { origin, size: BigInt(size), root: hash } : undefined
}
