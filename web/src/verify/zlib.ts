// zlib with a limit, its check sum checked, nothing behind its end.
import { Inflate } from 'fflate'
import { refuse } from './refusal'

export const INFLATED_BYTES_MAX = 65_536
/** A step can grow a thousandfold: small steps keep what is unpacked before the limit is noticed small. */
const STEP_BYTES = 64

function adler(bytes: Uint8Array): number {
  let a = 1, b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65_521
    b = (b + a) % 65_521
  }
  return (b * 65_536 + a) >>> 0
}

const broken = () => refuse('cose.compression_broken', '压缩数据损坏', 'The compressed data is damaged')

export function inflate(bytes: Uint8Array): Uint8Array {
  const [method = 0, flags = 0] = bytes
  if (bytes.length < 8 || (method & 15) !== 8 || (method * 256 + flags) % 31 !== 0 || flags & 32) broken()
  const parts: Uint8Array[] = []
  let size = 0, ended = false
  const stream = new Inflate((part, final) => {
    parts.push(part)
    size += part.length
    ended ||= final
    if (size > INFLATED_BYTES_MAX) refuse('cose.inflated_too_long', '解压后超过64 KiB,不予接受', 'It unpacks to more than 64 KiB')
  })
  const body = bytes.subarray(2, bytes.length - 4)
  try {
    for (let at = 0; at < body.length; at += STEP_BYTES) stream.push(body.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= body.length)
  } catch (error) {
    if (error instanceof Error && 'words' in error) throw error
    broken()
  }
  if (!ended) broken()
  const plain = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    plain.set(part, at)
    at += part.length
  }
  const sum = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0)
  if (adler(plain) !== sum) broken()
  return plain
}
