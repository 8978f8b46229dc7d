// Base45 (RFC 9285) and Base32 (RFC 4648), strictly: one text for given bytes.
import { refuse } from './refusal'

const ALPHABET_45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const ALPHABET_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function fromBase45(text: string): Uint8Array {
  if (text.length % 3 === 1)
    refuse('cose.base45_length', `二维码文字不完整:Base45的长度不可能是${text.length}`, `The QR text is incomplete: Base45 is never ${text.length} characters long`)
  const bytes: number[] = []
  for (let start = 0; start < text.length; start += 3) {
    const count = Math.min(3, text.length - start)
    let value = 0
    for (let index = 0, weight = 1; index < count; ++index, weight *= 45) {
      const digit = ALPHABET_45.indexOf(text.charAt(start + index))
      if (digit < 0) refuse('cose.base45_character', `第${start + index + 1}个字符:不属于Base45字符集`, `Character ${start + index + 1}: not a character of Base45`)
      value += digit * weight
    }
    if (value > (count === 3 ? 0xFFFF : 0xFF)) refuse('cose.base45_value', `第${start + 1}个字符:数值过大,不是规范的Base45`, `Character ${start + 1}: too large a value for Base45`)
    if (count === 3) bytes.push(value >> 8)
    bytes.push(value & 0xFF)
  }
  return Uint8Array.from(bytes)
}

export function fromBase32(text: string): Uint8Array {
  const bad = (index: number) => refuse('cose.base32_invalid', `第${index + 1}个字符:不是规范的Base32`, `Character ${index + 1}: not proper Base32`)
  if ([1, 3, 6].includes(text.length % 8)) bad(text.length - 1)
  const bytes: number[] = []
  let held = 0, bits = 0
  for (let index = 0; index < text.length; ++index) {
    const digit = ALPHABET_32.indexOf(text.charAt(index))
    if (digit < 0) bad(index)
    held = held << 5 | digit
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push(held >> bits & 0xFF)
    }
    held &= (1 << bits) - 1
  }
  if (held !== 0) bad(text.length - 1)
  return Uint8Array.from(bytes)
}

export function fromBase64(text: string): Uint8Array {
  const binary = atob(text)
  return Uint8Array.from(binary, (each) => each.charCodeAt(0))
}

export const toHex = (bytes: Uint8Array) => Array.from(bytes, (each) => each.toString(16).padStart(2, '0')).join('')
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}
