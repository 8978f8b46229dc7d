// The signed content of a licence's QR code and of a list of states; the same rules as the program's kernel/cose.
import { fromBase32, fromBase45 } from './base45'
import { decode, signedStructure, Tagged, type Cbor } from './cbor'
import { refuse } from './refusal'
import { inflate } from './zlib'

export interface Sign1 { kid: Uint8Array; type: string; payload: Uint8Array; signature: Uint8Array; signed: Uint8Array }
export interface Licence {
  issuer: string
  expiresAt?: number
  issuedAt: number
  status: { index: number; uri: string }
  identifier: string
  kind: string
  name: string
  number: string
  authority: string
  demonstration: boolean
  fields: [string, string][]
}
export interface StatusList { uri: string; issuedAt: number; expiresAt: number; bits: Uint8Array }

const ES256 = -7
export const LICENCE_PREFIX = 'LC1:'
export const ADDRESS_MARK = '/V#'
export const STATUS_LIST_TYPE = 'application/statuslist+cwt'

const isMap = (value: Cbor | undefined): value is Map<number | string, Cbor> => value instanceof Map

export function decodeSign1(bytes: Uint8Array): Sign1 {
  const whole = decode(bytes)
  const parts = whole instanceof Tagged && whole.tag === 18 && Array.isArray(whole.content) ? whole.content : []
  const [header, open, payload, signature] = parts
  if (parts.length !== 4 || !(header instanceof Uint8Array) || !isMap(open) || !(payload instanceof Uint8Array) || !(signature instanceof Uint8Array))
    refuse('cose.not_sign1', '不是COSE_Sign1签名内容', 'It is not a COSE_Sign1 content')
  if (open.size) refuse('cose.header_unsigned', '有未被签名保护的头', 'There is a header that the signature does not cover')
  const entries = decode(header)
  if (!isMap(entries)) refuse('cose.not_sign1', '签名头不是映射', 'The signed header is not a map')
  if (entries.get(1) !== ES256) refuse('cose.algorithm_refused', '签名算法不是ES256,不予接受', "The signature's algorithm is not ES256")
  const kid = entries.get(4)
  if (!(kid instanceof Uint8Array) || kid.length !== 8) refuse('cose.kid_missing', '没有写明由哪一把密钥签名', 'It does not say which key signed it')
  const type = entries.get(16) ?? ''
  if (typeof type !== 'string') refuse('cose.header_unknown', '内容类型不是文字', 'The type of content is not a text')
  if (entries.size !== (entries.has(16) ? 3 : 2)) refuse('cose.header_unknown', '签名头含有不认识的内容', 'The signed header has an entry that is not known')
  if (signature.length !== 64) refuse('cose.signature_length', '签名的长度不对', "The signature's length is wrong")
  return { kid, type, payload, signature, signed: signedStructure(header, payload) }
}

export function fromText(typed: string): Sign1 {
  const text = typed.replace(/^\s+/, '').replace(/[\r\n]+$/, '')
  let packed: Uint8Array
  if (text.startsWith(LICENCE_PREFIX)) packed = fromBase45(text.slice(LICENCE_PREFIX.length))
  else if (text.includes(ADDRESS_MARK)) packed = fromBase32(text.slice(text.indexOf(ADDRESS_MARK) + ADDRESS_MARK.length).trimEnd())
  else refuse('cose.not_licence_text', '不是证照二维码的文字(应以LC1:开头)', "It is not the text of a licence's QR code, which begins with LC1:")
  return decodeSign1(inflate(packed))
}

function invalid(claim: string): never {
  refuse('cose.claims_invalid', `内容项${claim}缺失或形式不对`, `Claim ${claim} is missing or of the wrong form`)
}
function text(map: Map<number | string, Cbor>, key: number): string {
  const found = map.get(key)
  return typeof found === 'string' ? found : invalid(String(key))
}
/** Milliseconds since 1970. */
function moment(map: Map<number | string, Cbor>, key: number): number {
  const found = map.get(key)
  return typeof found === 'number' && found >= 0 && found <= 253_402_300_799 ? found * 1000 : invalid(String(key))
}

export function decodeLicence(payload: Uint8Array): Licence {
  const claims = decode(payload)
  if (!isMap(claims)) invalid('1')
  const issuer = text(claims, 1)
  const issuedAt = moment(claims, 6)
  const expiresAt = claims.has(4) ? moment(claims, 4) : undefined
  if (!(claims.get(7) instanceof Uint8Array)) invalid('7')
  const status = claims.get(65535)
  const list = isMap(status) ? status.get('status_list') : undefined
  const index = isMap(list) ? list.get('idx') : undefined
  const uri = isMap(list) ? list.get('uri') : undefined
  if (typeof index !== 'number' || index < 0 || typeof uri !== 'string') invalid('65535')
  const content = claims.get(-65537)
  if (!isMap(content)) invalid('-65537')
  const [identifier, kind, name, number, authority] = [text(content, 1), text(content, 2), text(content, 3), text(content, 4), text(content, 5)]
  const mark = content.get(6) ?? false
  if (typeof mark !== 'boolean') invalid('-65537/6')
  const shown = content.get(7)
  if (!isMap(shown)) invalid('-65537/7')
  const fields = [...shown].map(([key, value]): [string, string] =>
    typeof key === 'string' && typeof value === 'string' ? [key, value] : invalid('-65537/7'))
  return { issuer, expiresAt, issuedAt, status: { index, uri }, identifier, kind, name, number, authority, demonstration: mark, fields }
}

export function decodeStatusList(payload: Uint8Array): StatusList {
  const claims = decode(payload)
  if (!isMap(claims)) invalid('2')
  const content = claims.get(65533)
  const packed = isMap(content) ? content.get('lst') : undefined
  if (!isMap(content) || typeof content.get('bits') !== 'number' || !(packed instanceof Uint8Array)) invalid('65533')
  if (content.get('bits') !== 4) refuse('cose.status_bits', '状态列表每项不是4位', 'The list of states does not have four bits an entry')
  return { uri: text(claims, 2), issuedAt: moment(claims, 6), expiresAt: moment(claims, 4), bits: inflate(packed) }
}

const STATES: Record<number, string> = { 0: 'valid', 1: 'revoked', 2: 'suspended', 3: 'superseded', 12: 'cancelled', 13: 'expired' }
export function statusAt(list: StatusList, index: number): string | undefined {
  const byte = list.bits[Math.floor(index / 2)]
  return byte === undefined ? undefined : STATES[index % 2 === 0 ? byte & 15 : byte >> 4]
}
