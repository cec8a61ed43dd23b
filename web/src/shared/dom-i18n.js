// Translate what a tool without a translate hook renders (form-js-editor, token simulation):
// text nodes and three attributes, where the whole text is in the dictionary.
import { chinese } from './i18n.js';

const ATTRIBUTES = ['title', 'placeholder', 'aria-label'];

/**
 * Keep everything below `root` translated, now and as it changes. Content of people is left
 * alone: what matches `skip`, and text in editors.
 * `patterns` are pairs [RegExp, (match, dictionary) => text].
 */
export function translateDom(root, dictionary, { skip = '.no-i18n', patterns = [] } = {}) {
  if (!chinese) return;
  const turned = (text) => {
    const key = text.trim();
    if (!key) return text;
    if (Object.hasOwn(dictionary, key)) return text.replace(key, () => dictionary[key]);
    for (const [pattern, make] of patterns) {
      const match = pattern.exec(key);
      const made = match && make(match, dictionary);
      if (made) return text.replace(key, () => made);
    }
    return text;
  };
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.parentElement?.closest(`${skip}, .cm-editor, textarea`)) return;
      const text = turned(node.data);
      if (text !== node.data) node.data = text;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.closest(`${skip}, .cm-editor`)) return;
    for (const name of ATTRIBUTES) {
      const value = node.getAttribute(name);
      const text = value && turned(value);
      if (text && text !== value) node.setAttribute(name, text);
    }
    node.childNodes.forEach(visit);
  };
  visit(root);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'childList') change.addedNodes.forEach(visit);
      else visit(change.target);
    }
  }).observe(root, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  });
}
