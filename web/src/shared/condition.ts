// When a field is hidden: the part of FEEL that forms use in `conditional.hide`. The server decides again with all of FEEL;
// here a condition that can not be read leaves the field shown.

export type Scope = Record<string, unknown>

type Token = { kind: 'name' | 'text' | 'number' | 'sign' | 'end'; value: string }

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(!=|<=|>=|[=<>(),.[\]]))/uy

function tokens(source: string): Token[] {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.trimEnd().length) {
    const match = TOKEN.exec(source)
    if (!match) throw new SyntaxError(source)
    if (match[1]) found.push({ kind: 'text', value: JSON.parse(match[1]) })
    else if (match[2]) found.push({ kind: 'number', value: match[2] })
    else if (match[3]) found.push({ kind: 'name', value: match[3] })
    else found.push({ kind: 'sign', value: match[4]! })
  }
  found.push({ kind: 'end', value: '' })
  return found
}

class Reader {
  private index = 0
  constructor(private readonly list: Token[], private readonly scope: Scope) {}

  read(): unknown {
    const value = this.either()
    if (this.peek().kind !== 'end') throw new SyntaxError(this.peek().value)
    return value
  }
  private peek(offset = 0): Token { return this.list[Math.min(this.index + offset, this.list.length - 1)]! }
  private takes(value: string): boolean {
    if (this.peek().kind === 'text' || this.peek().value !== value) return false
    this.index++
    return true
  }
  private expect(value: string) { if (!this.takes(value)) throw new SyntaxError(value) }

  private either(): unknown {
    let left = this.both()
    while (this.takes('or')) {
      const right = this.both()
      left = left === true || right === true ? true : left === false && right === false ? false : null
    }
    return left
  }
  private both(): unknown {
    let left = this.compared()
    while (this.takes('and')) {
      const right = this.compared()
      left = left === false || right === false ? false : left === true && right === true ? true : null
    }
    return left
  }
  private compared(): unknown {
    const left = this.primary()
    for (const sign of ['!=', '<=', '>=', '=', '<', '>']) if (this.takes(sign)) return compare(left, sign, this.primary())
    return left
  }
  private primary(): unknown {
    if (this.takes('(')) {
      const value = this.either()
      this.expect(')')
      return value
    }
    if (this.takes('[')) return this.items(']')
    const token = this.peek()
    this.index++
    if (token.kind === 'text') return token.value
    if (token.kind === 'number') return Number(token.value)
    if (token.kind !== 'name') throw new SyntaxError(token.value)
    if (token.value === 'true') return true
    if (token.value === 'false') return false
    if (token.value === 'null') return null
    return this.named(token.value)
  }
  private items(end: string): unknown[] {
    const values: unknown[] = []
    if (this.takes(end)) return values
    do values.push(this.either())
    while (this.takes(','))
    this.expect(end)
    return values
  }
  private named(first: string): unknown {
    let name = first
    if (name === 'list' && this.takes('contains')) name = 'list contains'
    if (this.takes('(')) return applied(name, this.items(')'))
    let value: unknown = this.scope[name]
    while (this.takes('.')) {
      value = value !== null && typeof value === 'object' ? (value as Scope)[this.peek().value] : null
      this.index++
    }
    return value === undefined || value === '' ? null : value
  }
}

function applied(name: string, values: unknown[]): unknown {
  const [first, second] = values
  if (name === 'not') return typeof first === 'boolean' ? !first : null
  if (name === 'list contains') return Array.isArray(first) ? first.includes(second) : null
  if (name === 'count') return Array.isArray(first) ? first.length : null
  throw new SyntaxError(name)
}

function compare(left: unknown, sign: string, right: unknown): boolean | null {
  if (sign === '=') return left === right
  if (sign === '!=') return left !== right
  const comparable = (typeof left === 'number' && typeof right === 'number')
    || (typeof left === 'string' && typeof right === 'string')
  if (!comparable) return null
  const [a, b] = [left as number, right as number]
  return sign === '<' ? a < b : sign === '<=' ? a <= b : sign === '>' ? a > b : a >= b
}

/// True when the condition holds, false when not, null when it can not be told here.
export function holds(condition: string, scope: Scope): boolean | null {
  try {
    const value = new Reader(tokens(condition.replace(/^\s*=/, '')), scope).read()
    return typeof value === 'boolean' ? value : null
  } catch {
    return null
  }
}
