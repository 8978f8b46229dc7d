// What is wrong, in both languages; the codes are those of the program's command line.
export interface Words { zh: string; en: string }

export class Refusal extends Error {
  constructor(readonly code: string, readonly words: Words) {
    super(`${code}: ${words.en}`)
  }
}

export function refuse(code: string, zh: string, en: string): never {
  throw new Refusal(code, { zh, en })
}
