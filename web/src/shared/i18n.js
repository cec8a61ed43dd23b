// The words of the editors in the reader's language. Every text is written in English where it
// stands, as the tools do, and dictionaries turn it into Chinese.
import toolWords from 'bpmn-js-i18n/translations/zn.js';

/** The language of the page: "zh-CN" or "en". */
export const language = document.documentElement.lang || 'zh-CN';
export const chinese = language.startsWith('zh');

/** Texts that had no Chinese: a test reads them. */
export const missing = new Set();

/** Whichever of two texts the reader reads, from {zh, en}. */
export function inLanguage(texts) {
  if (!texts) return '';
  if (typeof texts === 'string') return texts;
  return (chinese ? texts.zh || texts.en : texts.en || texts.zh) || '';
}

/**
 * Make a function that translates; `{name}` in a text is replaced by the value given for it.
 * `english` has the words of texts that are keys.
 */
export function translator(dictionary = {}, english = {}) {
  const words = chinese ? { ...toolWords, ...dictionary } : english;
  return (text, values = {}) => {
    const known = Object.hasOwn(words, text);
    if (chinese && !known && /[A-Za-z]/.test(text)) missing.add(text);
    return (known ? words[text] : text).replace(/{([^}]+)}/g, (whole, name) => {
      if (values[name] === undefined) return whole;
      return Object.hasOwn(words, values[name]) ? words[values[name]] : String(values[name]);
    });
  };
}

/** The `translate` service of bpmn-js and dmn-js, as a module for `additionalModules`. */
export function translateModule(translate) {
  return { translate: ['value', translate] };
}
