import { chinese } from './i18n.js';

/** A diagram as the reader of a page reads it: in English the English names stand on the drawing. */
export function inReadersWords(xml) {
  if (chinese) return xml;
  const read = new DOMParser().parseFromString(xml, 'application/xml');
  if (read.querySelector('parsererror')) return xml;
  for (const property of read.getElementsByTagNameNS('*', 'property')) {
    const named = property.parentElement?.parentElement?.parentElement;
    const english = property.getAttribute('name') === 'jc:name.en' && property.getAttribute('value');
    if (english && named?.hasAttribute('id')) named.setAttribute('name', english);
  }
  return new XMLSerializer().serializeToString(read);
}
