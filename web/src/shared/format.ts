// Dates, money and sizes as people read them. Civil dates have no time zone; instants are shown in Beijing time.

import type { Language } from './i18n'

/// "2026-11-24" → "2026年11月24日" or "24 November 2026". What is no date comes back unchanged.
export function formatDay(day: string | null | undefined, language: Language): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(day ?? '')
  if (!found) return day ?? ''
  const [year, month, date] = [Number(found[1]), Number(found[2]), Number(found[3])]
  if (language === 'zh') return `${year}年${month}月${date}日`
  const name = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2000, month - 1, 1))
  return `${date} ${name} ${year}`
}

/// An instant with offset → day and minute in Beijing time.
export function formatInstant(instant: string | null | undefined, language: Language): string {
  const at = new Date(instant ?? '')
  if (Number.isNaN(at.getTime())) return instant ?? ''
  const beijing = new Date(at.getTime() + 8 * 3600_000).toISOString()
  return `${formatDay(beijing.slice(0, 10), language)} ${beijing.slice(11, 16)}`
}

/// An instant's day in Beijing.
export function formatInstantDay(instant: string | null | undefined, language: Language): string {
  const at = new Date(instant ?? '')
  if (Number.isNaN(at.getTime())) return formatDay(instant, language)
  return formatDay(new Date(at.getTime() + 8 * 3600_000).toISOString().slice(0, 10), language)
}

/// Units: fen. 0 is said in words by the caller.
export function formatMoney(fen: number, language: Language): string {
  const yuan = (fen / 100).toLocaleString('en-US', { minimumFractionDigits: fen % 100 === 0 ? 0 : 2 })
  return language === 'zh' ? `${yuan}元` : `CNY ${yuan}`
}

export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/// Full-width digits, letters and signs → ASCII, as people type them with a Chinese keyboard.
export function narrow(text: string): string {
  return text
    .replace(/[\uFF01-\uFF5E]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ')
}

/// What was typed as a number; spaces, thousands commas and full-width digits are accepted. Null: no number.
export function readNumber(typed: string): number | null {
  const plain = narrow(typed).replace(/[\s,]/g, '')
  if (!/^[+-]?\d+(\.\d+)?$/.test(plain)) return null
  return Number(plain)
}
