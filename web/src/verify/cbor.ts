// CBOR (RFC 8949) as far as signed contents need it, read strictly. Maps keep their keys as numbers or texts.
import { refuse } from './refusal'

export type Cbor = number | boolean | null | string | Uint8Array | Cbor[] | Map<number | string, Cbor> | Tagged
export class Tagged {
  constructor(readonly tag: number, readonly content: Cbor) {}
}

const DEPTH_MAX = 16

class Reader {
  private at = 0
  constructor(private readonly bytes: Uint8Array) {}

  whole(): Cbor {
    const value = this.read(0)
    if (this.at !== this.bytes.length) this.refuse('cbor.trailing', '后面还有多余的数据', 'there is data after the end')
    return value
  }

  private refuse(code: string, zh: string, en: string): never {
    refuse(code, `数据第${this.at}字节:${zh}`, `Byte ${this.at} of the data: ${en}`)
  }
  private byte(index: number): number { return this.bytes[index] ?? 0 }
  private truncated(): never { this.refuse('cbor.truncated', '数据不完整', 'the data ends too early') }

  private head(): [number, number] {
    if (this.at >= this.bytes.length) this.truncated()
    const first = this.byte(this.at)
    const low = first & 31
    if (low === 31) this.refuse('cbor.indefinite', '不允许不定长度', 'indefinite lengths are not allowed')
    if (low > 27) this.refuse('cbor.unsupported', '保留的编码', 'a reserved encoding')
    ++this.at
    if (low < 24) return [first >> 5, low]
    const width = 1 << (low - 24)
    if (this.bytes.length - this.at < width) this.truncated()
    let argument = 0
    for (let index = 0; index < width; ++index) argument = argument * 256 + this.byte(this.at + index)
    if (first >> 5 === 7) this.refuse('cbor.unsupported', '不允许浮点数和其他简单值', 'floating point is not allowed here')
    if (argument < (low === 24 ? 24 : 256 ** (width / 2))) this.refuse('cbor.not_shortest', '数值没有用最短形式编码', 'a number is not in its shortest form')
    if (!Number.isSafeInteger(argument)) this.refuse('cbor.number_too_large', '数值过大', 'the number is too large')
    this.at += width
    return [first >> 5, argument]
  }

  private slice(size: number): Uint8Array {
    if (this.bytes.length - this.at < size) this.truncated()
    this.at += size
    return this.bytes.slice(this.at - size, this.at)
  }

  private map(count: number, depth: number): Cbor {
    if (count > (this.bytes.length - this.at) / 2) this.truncated()
    const all = new Map<number | string, Cbor>()
    for (let index = 0; index < count; ++index) {
      const key = this.read(depth + 1)
      if (typeof key !== 'number' && typeof key !== 'string') this.refuse('cbor.unsupported', '键不是数或文字', 'a key is neither a number nor a text')
      if (all.has(key)) this.refuse('cbor.key_twice', '同一个键出现两次', 'a key occurs twice')
      all.set(key, this.read(depth + 1))
    }
    return all
  }

  private text(size: number): string {
    const bytes = this.slice(size)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return this.refuse('cbor.not_utf8', '文字不是UTF-8', 'a text is not UTF-8')
    }
  }

  private read(depth: number): Cbor {
    if (depth > DEPTH_MAX) this.refuse('cbor.too_deep', '嵌套过深', 'nested too deeply')
    const [major, argument] = this.head()
    switch (major) {
      case 0: return argument
      case 1: return -1 - argument
      case 2: return this.slice(argument)
      case 3: return this.text(argument)
      case 4:
        if (argument > this.bytes.length - this.at) this.truncated()
        return Array.from({ length: argument }, () => this.read(depth + 1))
      case 5: return this.map(argument, depth)
      case 6: return new Tagged(argument, this.read(depth + 1))
      default:
        if (argument === 20 || argument === 21) return argument === 21
        if (argument === 22) return null
        return this.refuse('cbor.unsupported', '不允许浮点数和其他简单值', 'a simple value that is not allowed here')
    }
  }
}

export const decode = (bytes: Uint8Array): Cbor => new Reader(bytes).whole()

function head(major: number, size: number): number[] {
  if (size < 24) return [major << 5 | size]
  if (size < 0x100) return [major << 5 | 24, size]
  if (size < 0x10000) return [major << 5 | 25, size >> 8, size & 0xFF]
  return [major << 5 | 26, size >>> 24, size >> 16 & 0xFF, size >> 8 & 0xFF, size & 0xFF]
}

/** ["Signature1", protected, h'', payload]: what a COSE_Sign1 signature is over. */
export function signedStructure(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const context = new TextEncoder().encode('Signature1')
  return Uint8Array.from([...head(4, 4), ...head(3, context.length), ...context, ...head(2, header.length), ...header,
    ...head(2, 0), ...head(2, payload.length), ...payload])
}
