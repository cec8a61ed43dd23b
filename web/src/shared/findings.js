// What the check found: asked for as one edits, listed in words with a way to the place.
import { Refused, Unreachable } from './api.js';
import { button, el, fill, rested } from './dom.js';
import { inLanguage, translator } from './i18n.js';

const words = translator({
  'Nothing is wrong.': '没有发现问题。',
  'Being checked…': '正在检查……',
  'The check cannot be had at the moment: {message}': '暂时无法检查：{message}',
  'Go to': '定位',
  Error: '错误',
  Warning: '提醒',
});

/**
 * Keep a list of findings up to date. `check(signal)` gives them; `goTo(finding)` shows the place,
 * `changed(findings)` tells others. Returns {element, ask, findings}.
 */
export function findingsList({ check, goTo, changed }) {
  const element = el('div', { 'aria-live': 'polite' });
  let running = null;
  const list = { element, findings: [], ask: rested(ask, 400) };
  async function ask() {
    running?.abort();
    running = new AbortController();
    const own = running;
    try {
      const findings = await check(own.signal);
      if (own !== running) return;
      list.findings = findings;
      draw(findings);
      changed(findings);
    } catch (error) {
      if (own !== running || error.name === 'AbortError') return;
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      fill(element, el('p', { class: 'muted' }, words('The check cannot be had at the moment: {message}', { message: error.message })));
    }
  }
  function draw(findings) {
    if (!findings.length) return fill(element, el('p', { class: 'muted' }, words('Nothing is wrong.')));
    fill(element, el('ul', { class: 'ed-found' }, findings.map((one) => el('li', {},
      el('span', { class: `tag ${one.severity === 'error' ? 'bad' : 'warn'}` }, words(one.severity === 'error' ? 'Error' : 'Warning')),
      el('div', {}, el('p', {}, inLanguage(one.message)), one.remedy && el('small', {}, inLanguage(one.remedy))),
      one.elementId ? button(words('Go to'), () => goTo(one)) : ''))));
  }
  fill(element, el('p', { class: 'muted' }, words('Being checked…')));
  return list;
}

/** How many findings, and how bad: for a badge. */
export function weight(findings) {
  const errors = findings.filter((one) => one.severity === 'error').length;
  return { text: findings.length ? String(findings.length) : '', kind: errors ? 'bad' : 'warn' };
}
