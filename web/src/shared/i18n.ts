// Two languages, each complete. The choice lives in a cookie, so that the server answers in the same language.

import { computed, type App, type Ref } from 'vue'
import { createI18n } from 'vue-i18n'
import sharedEn from './locales/en.json'
import sharedZh from './locales/zh.json'

export type Language = 'zh' | 'en'
const COOKIE = 'yichuang_lang'
const TAGS: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

type Messages = Record<string, unknown>
interface Texts {
  install: (app: App) => void
  global: { locale: Ref<string>; t: (key: string, values: object) => string }
}
let i18n: Texts | null = null

export function languageFrom(cookies: string, browser: string): Language {
  const found = new RegExp(`(?:^|; *)${COOKIE}=(zh|en)`).exec(cookies)
  if (found) return found[1] as Language
  return /^en\b/i.test(browser) ? 'en' : 'zh'
}

export function createTexts(zh: Messages, en: Messages) {
  const language = languageFrom(document.cookie, navigator.language)
  i18n = createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'zh',
    messages: { zh: { ...sharedZh, ...zh }, en: { ...sharedEn, ...en } },
  }) as unknown as Texts
  setLanguage(language)
  return i18n
}

export const language = computed<Language>(() => (i18n ? (i18n.global.locale.value as Language) : 'zh'))

export function text(key: string, values: Record<string, unknown> = {}): string {
  return i18n ? i18n.global.t(key, values) : key
}

export function setLanguage(next: Language) {
  if (i18n) i18n.global.locale.value = next
  document.documentElement.lang = TAGS[next]
  document.cookie = `${COOKIE}=${next}; path=/; max-age=31536000; SameSite=Lax`
}
