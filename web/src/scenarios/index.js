// The editor of a process's scenarios: a list, each one as steps in words beside the drawing, and the
// YAML of all of them for experts. Both write the same text, which saves itself as a draft.
import { parse } from 'yaml';
import { get, post, put, root } from '../shared/api.js';
import { button, el, fill, tabs } from '../shared/dom.js';
import { editorBar } from '../shared/editor-bar.js';
import { findingsList, weight } from '../shared/findings.js';
import { chinese, inLanguage, missing, translator } from '../shared/i18n.js';
import { Saving } from '../shared/saving.js';
import { departure, WalkedDrawing } from '../shared/walked.js';
import { Context } from './context.js';
import { actions, ScenarioForm } from './scenario.js';
import { ScenarioText, Unreadable } from './text.js';
import dictionary, { english } from './words.js';

import './scenarios.css';

const place = document.getElementById('editor');
const { key, scope } = place.dataset;
const words = translator(dictionary, english);
const path = `/designer/scenarios/${encodeURIComponent(key)}`;

/** A scope's own scenarios only: the outer ones hold beside them and are not copied. */
class OwnSaving extends Saving {
  async fetch() {
    const { data } = await get(`${path}/context`, { query: { scope } });
    this.context = data;
    return { content: data.own, revision: data.revision };
  }

  /** A finding names its scenario; that is where its button leads. */
  async check(content, signal) {
    return (await super.check(content, signal)).map((one) => ({ ...one, elementId: one.elementId || one.elementName }));
  }

  async send(content) {
    return put(this.path, content.trim() ? { content } : { removed: true }, { match: this.revision, query: this.query });
  }
}

const narrow = matchMedia('(max-width: 760px)');
const page = { text: '', model: null, error: null, chosen: null, walks: new Map(), cover: null, before: [], after: [] };
let saving;
let context;
let form;
let drawing;

const list = el('nav', { class: 'sc-list', 'aria-label': words('Scenarios') });
const sheet = el('div', { class: 'sc-sheet' });
const result = el('div', { class: 'sc-result', role: 'status' });
const picture = el('aside', { class: 'sc-picture', 'aria-label': words('Drawing and result') });
const structured = el('section', { class: 'ed-pane sc-pane' }, list, sheet, picture);
const yaml = el('textarea', { class: 'mono', id: 'sc-yaml', spellcheck: 'false', rows: '24', oninput: () => write(yaml.value, { typed: true }) });
const yamlPane = el('section', { class: 'ed-pane sc-yaml' },
  el('label', { for: 'sc-yaml' }, words('All scenarios of this scope as YAML')), yaml,
  el('p', { class: 'muted small' }, words('A scenario replaces the outer one of its name; removed: true only takes that away. Comments stay.')));
const found = findingsList({
  check: (signal) => saving.check(page.text || '[]', signal),
  goTo: (finding) => choose(finding.elementName),
  changed: (findings) => { const { text, kind } = weight(findings); panes.mark('check', text, kind); },
});
const checkPane = el('section', { class: 'ed-pane' }, found.element);
const panes = tabs(words('Parts of the editor'), [
  { id: 'steps', label: words('Scenarios'), pane: structured },
  { id: 'yaml', label: 'YAML', pane: yamlPane },
  { id: 'check', label: words('Check'), pane: checkPane },
], (id) => { if (id === 'steps' && context) draw(); });
const bar = editorBar(() => saving, { load, undo: () => step(page.before, page.after), redo: () => step(page.after, page.before) });

open().catch((error) => {
  console.error(error);
  fill(place, el('p', { class: 'note-bar bad', role: 'alert' }, words('The scenarios cannot be opened: {message}', { message: error.message })));
});

async function open() {
  saving = new OwnSaving({ kind: 'scenarios', key, scope, read: () => page.text, show: bar.show });
  const { content } = await saving.open();
  context = new Context({ data: saving.context, key, words });
  form = new ScenarioForm({ words, context, edit });
  document.getElementById('name').textContent = inLanguage(saving.context.name);
  drawing = new WalkedDrawing({
    label: words('The drawing'),
    link: (called) => `${root}/designer/scenarios/${encodeURIComponent(called)}/edit?scope=${encodeURIComponent(scope)}`,
  });
  fill(place, panes.list, structured, yamlPane, checkPane);
  await load(content);
  panes.show('steps');
  await drawPicture();
  bar.offer();
}

async function drawPicture() {
  if (!saving.context.content) {
    fill(picture, el('p', { class: 'muted' }, words('There is no drawing of this process.')), result);
    return;
  }
  fill(picture, el('div', { class: 'walked-tools' }, drawing.zooms), result, drawing.element);
  if (!await drawing.draw(saving.context.content)) return;
  drawing.remember(Object.fromEntries(context.own.map((one) => [one.id, one])));
  paint();
}

/** Draw a content; `changes` says that it is one to save. */
async function load(content, changes = false) {
  if (changes) page.before.push(page.text);
  take(content);
  yaml.value = content;
  page.chosen ??= page.model?.list[0]?.name ?? saving.context.inherited[0]?.name ?? null;
  draw();
  found.ask();
  if (changes) saving.changed();
}

function take(text) {
  page.text = text;
  page.error = null;
  try {
    page.model = new ScenarioText(text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    page.model = null;
    page.error = error;
  }
}

/** A new text, typed or made by the form. */
function write(text, { typed = false } = {}) {
  if (text === page.text) return;
  page.before = [...page.before.slice(-99), page.text];
  page.after = [];
  take(text);
  if (!typed) yaml.value = text;
  saving.changed();
  found.ask();
}

/** Let the form change the text; `focus` names the control that is next. */
function edit(change, focus) {
  const was = page.model.list[chosenPlace()]?.name;
  write(change(page.model));
  const named = page.model?.list[page.model.list.findIndex((one) => one?.name === page.chosen)];
  if (!named && was !== undefined) page.chosen = page.model?.list[page.place]?.name ?? null;
  if (page.walks.has(was)) page.walks.get(was).stale = true;
  draw(focus);
}

function step(from, to) {
  const text = from.pop();
  if (text === undefined) return;
  to.push(page.text);
  take(text);
  yaml.value = text;
  saving.changed();
  found.ask();
  draw();
}

function chosenPlace() {
  page.place = page.model ? page.model.list.findIndex((one) => nameOf(one) === page.chosen) : -1;
  return page.place;
}

function nameOf(scenario) {
  return scenario?.name ?? (scenario?.inherit ? words('For the outer scenarios') : '');
}

/** What readers are told a scenario is called: its own words, or those of the outer one. */
function saidOf(scenario, outer) {
  if (scenario?.name) return (chinese && scenario.name_zh) || scenario.name;
  return outer ? inLanguage(outer.said) : nameOf(scenario);
}

function choose(name) {
  panes.show('steps');
  page.chosen = name;
  draw();
}

/** Draw the list and the chosen scenario anew; whoever had the focus gets it back. */
function draw(focus = document.activeElement?.dataset?.at) {
  if (page.error) {
    fill(list);
    fill(sheet, el('div', { class: 'note-bar warn', role: 'alert' }, el('span', {}, words('The YAML cannot be read (line {line}). Mend it there; the steps come back.', { line: page.error.line })),
      button(words('To the YAML'), () => { panes.show('yaml'); yaml.focus(); })));
    return;
  }
  const inherited = saving.context.inherited.filter((one) => !page.model.list.some((own) => own?.name === one.name));
  if (chosenPlace() < 0 && !inherited.some((one) => one.name === page.chosen)) page.chosen = nameOf(page.model.list[0]) || inherited[0]?.name || null;
  drawList(inherited);
  drawSheet(inherited);
  paint();
  const next = focus && [...structured.querySelectorAll('[data-at]')].find((one) => one.dataset.at === focus);
  (next?.disabled ? next.parentElement.querySelector('button:not(:disabled)') : next)?.focus({ preventScroll: true });
}

function drawList(inherited) {
  const said = (name) => saidOf(page.model.list.find((one) => one?.name === name), inherited.find((one) => one.name === name)) || name;
  const item = (name) => el('li', {}, el('button', { type: 'button', 'aria-current': name === page.chosen ? 'true' : null, dataset: { at: `list/${name}` }, onclick: () => { page.chosen = name; draw(`list/${name}`); } },
    el('span', {}, said(name)), standing(page.walks.get(name))));
  const own = page.model.list.map(nameOf).filter(Boolean);
  fill(list, el('div', { class: 'ed-row sc-tools' },
    button(words('New scenario'), begin, { kind: 'btn sm', dataset: { at: 'new' } }),
    el('a', { class: 'btn sm', href: `${root}/designer/recordings?process=${encodeURIComponent(key)}&scope=${encodeURIComponent(scope)}` }, words('Record from an instance')),
    button(words('Play all'), () => play(null), { kind: 'btn sm', dataset: { at: 'all' } })),
  own.length ? el('ul', {}, own.map(item)) : el('p', { class: 'muted small' }, words('This scope has no scenarios of its own.')),
  inherited.length > 0 && el('h3', {}, words('From outer scopes')), inherited.length > 0 && el('ul', {}, inherited.map((one) => item(one.name))));
}

function standing(walk) {
  if (!walk) return null;
  if (walk.stale) return el('span', { class: 'tag' }, words('changed'));
  return el('span', { class: `tag ${walk.passed ? 'ok' : 'bad'}` }, words(walk.passed ? 'passes' : 'fails'));
}

function drawSheet(inherited) {
  const at = chosenPlace();
  const scenario = page.model.list[at];
  if (scenario) {
    const walk = page.walks.get(scenario.name);
    fill(sheet, el('h2', {}, saidOf(scenario)), scenario.name && !scenario.removed ? actions(words, { play: () => play(scenario.name), copy: () => copy(scenario), remove: () => remove(at) }) : button(words('Delete'), () => remove(at), { kind: 'btn bad' }),
      form.draw(at, scenario, walk && !walk.stale ? walk.waiting : []));
    return;
  }
  const outer = inherited.find((one) => one.name === page.chosen);
  if (!outer) {
    fill(sheet, el('p', { class: 'muted' }, words('There are no scenarios yet. Begin one: a given state, what happens, and the path that you expect.')));
    return;
  }
  const [content] = parse(outer.text, { version: '1.1', customTags: (all) => all.filter((one) => one.tag !== 'tag:yaml.org,2002:timestamp') });
  fill(sheet, el('h2', {}, inLanguage(outer.said)), el('p', { class: 'muted' }, words('It comes from {scope} and holds here, too.', { scope: inLanguage(outer.scope) })),
    el('div', { class: 'ed-row' }, button(words('Play this scenario'), () => play(outer.name), { kind: 'btn p', dataset: { at: 'play' } }),
      button(words('Write it anew here'), () => own(content), { kind: 'btn' }),
      button(words('It does not hold here'), () => own({ name: outer.name, removed: true }), { kind: 'btn' })),
    el('fieldset', { class: 'sc-outer', disabled: true }, el('legend', { class: 'sr' }, inLanguage(outer.said)), form.draw('outer', content, [])));
}

function own(content) {
  edit((text) => text.insert([], text.list.length, content), 'play');
}

function begin() {
  const name = free(words('New scenario'));
  page.chosen = name;
  edit((text) => text.insert([], text.list.length, { name, world: saving.context.worlds.some((one) => one.key === 'opened') ? 'opened' : saving.context.worlds[0]?.key ?? '' }), `${page.model.list.length}/name`);
}

function copy(scenario) {
  const name = free(scenario.name);
  page.chosen = name;
  edit((text) => text.insert([], page.place + 1, { ...structuredClone(scenario), name }), `${page.place + 1}/name`);
}

function free(name) {
  const names = new Set([...page.model.list.map((one) => one?.name), ...saving.context.inherited.map((one) => one.name)]);
  let number = 2;
  let one = name;
  while (names.has(one)) one = `${name} ${number++}`;
  return one;
}

function remove(at) {
  page.chosen = null;
  edit((text) => text.remove([], at), 'new');
}

/** Play one scenario, or all; nothing is stored by it. */
async function play(name) {
  fill(result, el('p', { class: 'muted' }, words('Being played…')));
  const { text } = page;
  let data;
  try {
    ({ data } = await post(`${path}/plays`, { text, ...(name === null ? {} : { name }) }, { query: { scope } }));
  } catch (error) {
    fill(result, el('p', { class: 'note-bar bad' }, words('It cannot be played at the moment: {message}', { message: error.message })));
    return;
  }
  for (const walk of data.walks) page.walks.set(walk.name, { ...walk, stale: text !== page.text });
  if (name === null) page.cover = data;
  page.findings = data.findings;
  draw();
  if (name === null && !data.findings.length) showAll();
  if (narrow.matches) picture.scrollIntoView({ block: 'start' });
}

function showAll() {
  drawing.viewer && drawing.cover(page.cover);
  const failed = page.cover.walks.filter((one) => !one.passed).length;
  fill(result, el('p', { class: failed ? 'sc-verdict bad' : 'sc-verdict ok' },
    words(failed ? '{failed} of {all} scenarios fail.' : 'All {all} scenarios pass.', { failed, all: page.cover.walks.length })), coverTable());
}

function coverTable() {
  const row = (one) => el('tr', {}, el('td', {}, inLanguage(one.name)), el('td', {}, one.reached ? String(one.reached) : words('never reached')));
  return el('details', {}, el('summary', {}, words('As a table')), el('table', { class: 'tbl' },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, words('Element or flow')), el('th', { scope: 'col' }, words('Scenarios')))),
    el('tbody', {}, [...Object.values(page.cover.elements), ...Object.values(page.cover.flows)].map(row))));
}

/** Show what came of the chosen scenario, in words and on the drawing. */
function paint() {
  const walk = page.walks.get(page.chosen);
  if (page.findings?.length) {
    fill(result, el('ul', { class: 'sc-findings' }, page.findings.map((one) => el('li', {}, inLanguage(one.message)))));
    return;
  }
  if (!walk) {
    fill(result, el('p', { class: 'muted' }, words('Play it to see its way on the drawing.')));
    if (drawing?.viewer) page.cover ? drawing.cover(page.cover) : drawing.plain();
    return;
  }
  const parted = departure(walk);
  fill(result, el('p', { class: `sc-verdict ${walk.passed ? 'ok' : 'bad'}` }, words(walk.passed ? 'It passes.' : 'It fails.'), walk.stale && ` ${words('It was changed since: play it again.')}`),
    !walk.passed && !(drawing?.viewer && walk.processId === key) && el('p', {}, inLanguage(walk.problem)),
    walk.waiting.length > 0 && el('p', { class: 'small' }, words('Open now: {tasks}', { tasks: walk.waiting.map((one) => context.name(one)).join(words(', ')) })),
    walk.path.length > 0 && el('details', {}, el('summary', {}, words('The path in words ({count})', { count: walk.path.length })), el('ol', { class: 'sc-path' }, walk.path.map((one, at) => el('li', { class: parted?.place === at + 1 ? 'bad' : null }, context.name(one))))),
    adoptable(walk) && button(words('Adopt the new path'), () => adopt(walk), { kind: 'btn p sm' }));
  if (drawing?.viewer && walk.processId === key) drawing.walk(walk);
}

function adoptable(walk) {
  const known = page.model?.list[chosenPlace()] ?? null;
  const outer = !known;
  return !walk.stale && walk.path.length > 0 && saving.state.name !== 'reading'
    && (outer ? !walk.passed : !known.inherit && !known.removed && JSON.stringify(known.path) !== JSON.stringify(walk.path) && (!walk.passed || !(known.path || known.passes)));
}

/** Only the path is written; all else of the scenario stays as it is. */
function adopt(walk) {
  const at = chosenPlace();
  if (at < 0) {
    const outer = saving.context.inherited.find((one) => one.name === page.chosen);
    const [content] = parse(outer.text, { version: '1.1', customTags: (all) => all.filter((one) => one.tag !== 'tag:yaml.org,2002:timestamp') });
    own({ ...content, path: walk.path, passes: undefined });
    return;
  }
  edit((text) => {
    const changed = text.set([at, 'path'], walk.path);
    return text.list[at].passes ? new ScenarioText(changed).set([at, 'passes'], undefined) : changed;
  }, 'play');
  play(page.chosen);
}

// For tests: what had no Chinese, and the text.
window.jcEditor = { missing, content: () => page.text, page };
