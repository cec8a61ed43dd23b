// The decision editor: dmn-js, the rows as an HTML table, a tester, and what the check finds.
import '../shared/styles.js';
import DmnModeler from 'dmn-js/lib/Modeler';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './decision.css';
import { button, el, fill, tabs } from '../shared/dom.js';
import { translateDom } from '../shared/dom-i18n.js';
import { editorBar } from '../shared/editor-bar.js';
import { findingsList, weight } from '../shared/findings.js';
import { inLanguage, missing, translateModule, translator } from '../shared/i18n.js';
import { Saving } from '../shared/saving.js';
import { drawDiagram, placesOf, SetProperties } from './model.js';
import { Rows } from './rows.js';
import { Tester } from './tester.js';
import dictionary from './words.js';

const place = document.getElementById('editor');
const { key, scope } = place.dataset;
const translate = translator(dictionary);
const words = translateModule(translate);
const phone = matchMedia('(max-width: 760px)');

let content = '';
let mode = phone.matches ? 'rows' : 'canvas';
let places = new Map();
let fired = new Set();
let saving;

const canvas = el('div', { class: 'ed-canvas' });
const viewTabs = el('div', { class: 'ed-tabs' });
const modeler = new DmnModeler({
  container: canvas,
  drd: { additionalModules: [words] },
  decisionTable: { additionalModules: [words] },
  literalExpression: { additionalModules: [words] },
  boxedExpression: { additionalModules: [words] },
  common: { expressionLanguages: { options: [{ value: 'feel', label: 'FEEL' }], defaults: { editor: 'feel' } } },
});
const viewer = () => modeler.getActiveViewer();
const rows = new Rows({ viewer, translate });
const tester = new Tester({ scope, key, content: () => content, translate, goTo: reveal, fired: (ids) => { fired = ids; paint(); } });
const found = findingsList({
  check: (signal) => saving.check(content, signal),
  goTo: (finding) => { const at = places.get(finding.elementId); if (at) reveal(at.decision.id, at.rule?.id); },
  changed: (findings) => {
    const { text, kind } = weight(findings);
    panel.mark('check', text, kind);
    paint();
  },
});
const checkPane = el('section', { class: 'ed-pane' }, found.element);
const panel = tabs(translate('Trials and check'), [
  { id: 'try', label: translate('Try'), pane: tester.element },
  { id: 'check', label: translate('Check'), pane: checkPane },
]);
const painted = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, painted];

const bar = editorBar(() => saving, {
  load,
  undo: () => viewer()?.get('commandStack').undo(),
  redo: () => viewer()?.get('commandStack').redo(),
});

modeler.on('viewer.created', ({ viewer: made }) => {
  made.get('commandStack').registerHandler('jc.set', SetProperties);
  made.on('commandStack.changed', ({ trigger }) => trigger !== 'clear' && edited(rows.own));
});
modeler.on('views.changed', drawTabs);

open();

async function open() {
  saving = new Saving({ kind: 'decision', key, scope, read: () => content, show: bar.show });
  fill(place, el('div', { class: 'dmn-editor' }, viewTabs, el('div', { class: 'dmn-drawing' }, canvas, rows.element),
    el('div', { class: 'ed-panel' }, panel.list, tester.element, checkPane)));
  panel.show('try');
  translateDom(canvas, dictionary, { skip: 'tbody td, .decision-table-name, .input-label, .output-label, .djs-label, .no-i18n' });
  try {
    const draft = await saving.open();
    await load(draft.content);
    bar.offer();
  } catch (error) {
    tell(translate('This draft cannot be drawn: {message}', { message: error.message }));
  }
}

/** Draw a content; `changes` says that it is one to save. */
async function load(text, changes = false) {
  content = text;
  try {
    const before = modeler.getActiveView()?.element.id;
    await modeler.importXML(text);
    const views = modeler.getViews();
    const named = (id) => views.find((one) => one.element.id === id);
    // The table is what people come for; the diagram is a tab beside it.
    const wanted = named(before) ?? named(key) ?? views.find((one) => one.type !== 'drd');
    if (wanted && wanted.element !== modeler.getActiveView()?.element) await modeler.open(wanted);
  } catch (error) {
    tell(`${translate('This draft cannot be drawn: {message}', { message: error.message })} ${translate('Put an earlier state back by “History”.')}`);
    found.ask();
    return;
  }
  fill(document.getElementById('notes'));
  afterChange();
  if (changes) saving.changed();
}

/** Take a change over; `quiet`: it was typed into the rows, which show it already. */
async function edited(quiet) {
  const { xml } = await modeler.saveXML({ format: true });
  if (xml === content) return;
  content = xml;
  saving.changed();
  afterChange(quiet);
}

function afterChange(quiet = false) {
  const definitions = modeler.getDefinitions();
  places = placesOf(definitions);
  document.getElementById('name').textContent = definitions.name || key;
  drawTabs();
  if (!quiet) rows.draw(modeler.getActiveView());
  found.ask();
  tester.ask();
  paint();
}

function drawTabs() {
  const active = modeler.getActiveView();
  const views = modeler.getViews();
  fill(viewTabs,
    el('div', { role: 'tablist', 'aria-label': translate('Decisions'), class: 'ed-views' }, views.map((view) => el('button', {
      type: 'button', role: 'tab', 'aria-selected': String(view.element === active?.element), onclick: () => show(view),
    }, view.type === 'drd' ? translate('Decision diagram') : view.element.name || view.element.id))),
    el('div', { class: 'r', role: 'group', 'aria-label': translate('How it is shown') }, ['canvas', 'rows'].map((one) => button(
      translate(one === 'canvas' ? 'Table' : 'Rows'), () => setMode(one), { kind: `btn sm ${mode === one ? 'on' : 'g'}`, 'aria-pressed': String(mode === one) }))));
  canvas.hidden = mode !== 'canvas';
  rows.element.hidden = mode !== 'rows';
}

function setMode(one) {
  mode = one;
  drawTabs();
  if (mode === 'rows') rows.draw(modeler.getActiveView());
}

async function show(view) {
  if (view.type === 'drd' && !view.element.dmnDI?.diagrams?.length) drawDiagram(view.element);
  await modeler.open(view);
  drawTabs();
  rows.draw(view);
  if (view.type !== 'drd') tester.choose(view.element.id);
  paint();
}

async function reveal(decisionId, ruleId) {
  const view = modeler.getViews().find((one) => one.element.id === decisionId && one.type !== 'drd');
  if (view && view.element !== modeler.getActiveView()?.element) await show(view);
  if (!ruleId) return;
  if (mode === 'rows') rows.reveal(ruleId);
  else canvas.querySelector(`[data-row-id="${CSS.escape(ruleId)}"]`)?.scrollIntoView({ block: 'center', inline: 'nearest' });
}

/** Show on the rows what the check found and which decided. */
function paint() {
  const marks = new Map();
  for (const finding of found?.findings ?? []) {
    const rule = places.get(finding.elementId)?.rule;
    if (!rule || marks.get(rule.id)?.kind === 'error') continue;
    marks.set(rule.id, { kind: finding.severity, text: inLanguage(finding.message) });
  }
  rows.mark(marks, fired);
  const at = (id) => `.dmn-decision-table-container td[data-row-id="${CSS.escape(id)}"]`;
  const rules = [...fired].map((id) => `${at(id)}{background:var(--malachite-t)}${at(id)}.rule-index{box-shadow:inset 3px 0 var(--malachite)}`);
  for (const [id, { kind }] of marks) {
    rules.push(`${at(id)}.rule-index::before{content:"!";float:left;font-weight:700;color:var(--${kind === 'error' ? 'cinnabar' : 'gamboge'})}`);
  }
  painted.replaceSync(rules.join('\n'));
}

function tell(text) {
  fill(document.getElementById('notes'), el('div', { class: 'note-bar bad', role: 'alert' }, el('span', {}, text)));
}

// For tests: what had no Chinese, and the tool itself.
window.jcEditor = { modeler, missing, content: () => content };
