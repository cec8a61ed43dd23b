// The editor of posts, score sheets and archive catalogues: their JSON as tables.
import './records.css';
import { el, fill, tabs } from '../shared/dom.js';
import { editorBar } from '../shared/editor-bar.js';
import { findingsList, weight } from '../shared/findings.js';
import { chinese, inLanguage, missing, translator } from '../shared/i18n.js';
import { Saving } from '../shared/saving.js';
import { Records } from './table.js';
import dictionary, { english } from './words.js';

const place = document.getElementById('editor');
const { key, scope, kind } = place.dataset;
const translate = translator(dictionary);
const label = (name) => (chinese ? dictionary[name] : english[name]) ?? name;

let content = '';
let saving;
let before = [];
let after = [];

const records = new Records({ translate, label, changed: edited });
const found = findingsList({
  check: (signal) => saving.check(content, signal),
  goTo: (finding) => { panes.show('table'); records.reveal(finding.elementId); },
  changed: (findings) => {
    const { text, kind: how } = weight(findings);
    panes.mark('check', text, how);
    records.mark(findings.filter((one) => one.elementId).map((one) => [one.elementId, { kind: one.severity, text: inLanguage(one.message) }]));
  },
});
const checkPane = el('section', { class: 'ed-pane' }, found.element);
const panes = tabs(translate('Parts of the editor'), [
  { id: 'table', label: translate('Contents'), pane: records.element },
  { id: 'check', label: translate('Check'), pane: checkPane },
]);
const bar = editorBar(() => saving, { load, undo: () => step(before, after), redo: () => step(after, before) });

open();

async function open() {
  saving = new Saving({ kind, key, scope, read: () => content, show: bar.show });
  try {
    await load((await saving.open()).content);
  } catch (error) {
    tell(error.message);
    return;
  }
  fill(place, panes.list, records.element, checkPane);
  panes.show('table');
  bar.offer();
}

/** Draw a content; `changes` says that it is one to save. */
async function load(text, changes = false) {
  let data;
  try {
    data = JSON.parse(text);
    if (!data || typeof data !== 'object' || Array.isArray(data)) throw new Error('JSON');
  } catch (error) {
    tell(error.message);
    return;
  }
  if (changes) before.push(content);
  content = text;
  fill(document.getElementById('notes'));
  // What has no name of its own is called as its page says.
  const called = chinese ? data.name : data.name_en ?? data.name;
  if (called) document.getElementById('name').textContent = called;
  records.draw(data);
  found.ask();
  if (changes) saving.changed();
}

function edited() {
  const text = `${JSON.stringify(records.data, null, 2)}\n`;
  if (text === content) return;
  before = [...before.slice(-99), content];
  after = [];
  content = text;
  saving.changed();
  found.ask();
}

function step(from, to) {
  const text = from.pop();
  if (text === undefined) return;
  to.push(content);
  content = text;
  records.draw(JSON.parse(text));
  saving.changed();
  found.ask();
}

function tell(message) {
  const text = `${translate('This draft cannot be drawn: {message}', { message })} ${translate('Put an earlier state back by “History”.')}`;
  fill(document.getElementById('notes'), el('div', { class: 'note-bar bad', role: 'alert' }, el('span', {}, text)));
}

// For tests: what had no Chinese.
window.jcEditor = { missing, content: () => content };
