// The editors' own words in the reader's language.
import { language } from '../../shared/i18n'
import { words } from './words'

/// A module for bpmn-js and what is built like it: asked for every text, with {placeholders}.
export function translation() {
  const translate = (template: string, replacements: Record<string, string> = {}) => {
    const text = language.value === 'zh' ? words[template] ?? template : template
    return text.replace(/\{([^}]+)\}/g, (all, key: string) => replacements[key] ?? all)
  }
  return { translate: ['value', translate] }
}
