// The process designer's page: opens the draft, keeps it saved, checks it, and joins drawing,
// step table, problems and history.
import '../shared/styles.js';
import { inLanguage, language, missing, translator } from '../shared/i18n.js';
import { translateDom } from '../shared/dom-i18n.js';
import { get, post } from '../shared/api.js';
import { Saving } from '../shared/saving.js';
import { make, showHistory } from './dialogs.js';
import { download, isForeign, MOST_BYTES, refusal } from './files.js';
import { makeModeler } from './modeler.js';
import { showOutline } from './outline.jsx';
import { DOM_WORDS, ENGLISH, WORDS } from './words.js';

const page = document.getElementById('editor');
const part = (name) => page.querySelector(`[data-part="${name}"]`);
const translate = translator(WORDS, ENGLISH);
const { key, scope } = page.dataset;
const READABLE = 0.8;
const BESIDE_PALETTE = 130;
const narrow = matchMedia('(max-width: 760px)');

let modeler = null;
let xml = '';

start().catch((error) => fail(error));

async function start() {
  const { data: design } = await get('/designer/context', { query: { scope } });
  modeler = makeModeler({ canvas: part('canvas'), properties: part('properties'), design, translate });
  const saving = new Saving({ kind: 'process', key, scope, read: () => xml, show: (state) => showState(state, saving) });
  const draft = await saving.open();
  await open(draft.content);
  xml = draft.content;
  join(saving, design);
  offerUnsaved(saving);
  view(narrow.matches ? 'steps' : 'drawing');
  page.dataset.ready = 'true';
  // What a test or a person at the console looks at; nothing of the page needs it.
  window.jcDesigner = { modeler, saving, missing };
}

async function open(content) {
  const refused = refusal(content, translate);
  if (refused) throw new Error(refused);
  try {
    await modeler.importXML(content);
  } catch (error) {
    throw new Error(translate('This is no diagram that can be opened: {message}', { message: translate(error.message) }), { cause: error });
  }
  const canvas = modeler.get('canvas');
  if (canvas.getContainer().offsetParent) show(canvas);
}

/** Show the whole diagram beside the palette, never larger than it was drawn. */
function fit(canvas) {
  canvas.zoom('fit-viewport', 'auto');
  const { width, height } = canvas.getSize();
  const { inner } = canvas.viewbox();
  const scale = Math.min(1, (width - BESIDE_PALETTE - 20) / inner.width, (height - 80) / inner.height);
  canvas.viewbox({ x: inner.x - BESIDE_PALETTE / scale, y: inner.y + inner.height / 2 - height / scale / 2, width: width / scale, height: height / scale });
  return scale;
}

/** Show the whole diagram, or its beginning where the whole would be too small to read. */
function show(canvas) {
  if (fit(canvas) >= READABLE) return;
  canvas.zoom(READABLE);
  const { inner } = canvas.viewbox();
  canvas.viewbox({ x: inner.x - BESIDE_PALETTE, y: inner.y - 60, width: canvas.getSize().width / READABLE, height: canvas.getSize().height / READABLE });
}

function join(saving, design) {
  const eventBus = modeler.get('eventBus');
  const read = async () => {
    xml = (await modeler.saveXML({ format: true })).xml;
    saving.changed();
  };
  let resting;
  eventBus.on('commandStack.changed', () => {
    clearTimeout(resting);
    resting = setTimeout(read, 150);
    part('undo').disabled = !modeler.get('commandStack').canUndo();
    part('redo').disabled = !modeler.get('commandStack').canRedo();
  });
  eventBus.on('findings.changed', ({ findings }) => showFindings(findings));
  eventBus.on('findings.failed', ({ error }) => { part('summary').textContent = translate('The check does not answer: {message}', { message: error.message }); });
  modeler.get('findings').by((content, signal) => saving.check(content, signal));
  showOutline(part('steps'), modeler, { design, translate, openInDiagram: (element) => { view('drawing'); modeler.get('findings').goTo(element.id); } });
  translateDom(part('canvas'), DOM_WORDS, { skip: '.djs-group, .djs-direct-editing-parent' });
  const restore = async (content) => {
    await open(content);
    await read();
  };
  toolbar(saving, restore);
  modeler.get('mending').translateAll = () => take({ size: 0, text: async () => xml }, restore);
  addEventListener('beforeunload', (event) => { if (!['saved', 'reading'].includes(saving.state.name)) event.preventDefault(); });
}

function toolbar(saving, restore) {
  const on = (name, act) => part(name)?.addEventListener('click', act);
  on('undo', () => modeler.get('commandStack').undo());
  on('redo', () => modeler.get('commandStack').redo());
  on('find', (event) => find(event));
  on('fit', () => fit(modeler.get('canvas')));
  on('history', () => showHistory(part('history-dialog'), { saving, translate, language, restore }));
  on('help', () => part('help-dialog').showModal());
  on('export', () => download(`${key}.bpmn`, xml));
  on('show-drawing', () => view('drawing'));
  on('show-steps', () => view('steps'));
  on('toggle-problems', () => part('problems').toggleAttribute('hidden'));
  for (const close of page.querySelectorAll('dialog [data-close]')) close.addEventListener('click', () => close.closest('dialog').close());
  const file = part('import-file');
  on('import', () => file.click());
  file.addEventListener('change', () => take(file.files[0], restore).finally(() => { file.value = ''; }));
  addEventListener('keydown', (event) => {
    if (event.key === '?' && !event.target.closest('input, textarea, select, [contenteditable]')) part('help-dialog').showModal();
  });
}

/** Search the drawing; the click that opened the search is kept from closing it as one outside. */
function find(event) {
  event.stopPropagation();
  view('drawing');
  modeler.get('editorActions').trigger('find');
}

async function take(file, restore) {
  if (!file) return;
  try {
    if (file.size > MOST_BYTES) throw new Error(translate('The file is larger than {size} MB.', { size: MOST_BYTES / 1_000_000 }));
    const given = await file.text();
    const refused = refusal(given, translate);
    if (refused) throw new Error(refused);
    const { content, notes } = isForeign(given) ? (await post('/designer/imports', { content: given })).data : { content: given, notes: [] };
    await restore(content);
    if (notes.length) note('ok', `${translate('Taken in, and mended:')} ${[...new Set(notes.map((one) => inLanguage(one.message)))].join(' ')}`, [translate('Close'), () => note(null)]);
    else note(null);
  } catch (error) {
    note('bad', [error.message, ...(error.errors ?? []).map((one) => one.message)].join(' '));
  }
}

function view(name) {
  page.dataset.view = name;
  part('show-drawing').setAttribute('aria-pressed', String(name === 'drawing'));
  part('show-steps').setAttribute('aria-pressed', String(name === 'steps'));
  if (name === 'drawing') {
    const canvas = modeler.get('canvas');
    canvas.resized();
    if (!page.dataset.shown) show(canvas);
    page.dataset.shown = 'true';
  }
}

function showFindings(findings) {
  const errors = findings.filter((one) => one.severity === 'error').length;
  part('summary').textContent = findings.length ? translate('{errors} errors, {warnings} warnings', { errors, warnings: findings.length - errors }) : translate('No problems');
  part('toggle-problems').dataset.worst = errors ? 'error' : findings.length ? 'warning' : 'none';
  part('list').replaceChildren(...findings.map((one) => make('li', { class: one.severity },
    make('span', { class: 'where' }, one.elementName || one.elementId || translate('In the whole diagram')),
    make('span', { class: 'what' }, one.message, one.remedy && make('small', {}, one.remedy)),
    make('span', { class: 'acts' }, ...modeler.get('mending').of(one).map(({ title, act }) => make('button', { type: 'button', class: 'btn sm', onclick: act }, title)), one.elementId && make('button', { type: 'button', class: 'btn sm', onclick: () => { view('drawing'); modeler.get('findings').goTo(one.elementId); } }, translate('Go to'))))));
}

function showState(state, saving) {
  const told = {
    saved: state.at ? translate('Saved at {time}', { time: state.at.toLocaleTimeString(language) }) : translate('Saved'),
    waiting: translate('Not saved yet'), saving: translate('Saving …'), offline: translate('Offline: kept in this browser, sent when the server is back'),
    held: translate('{name} is editing', { name: state.editor?.name ?? translate('Somebody else') }), moved: translate('This draft was saved elsewhere meanwhile.'),
    reading: translate('You may only read this.'), failed: translate('Not saved: {message}', { message: state.message ?? '' }),
  }[state.name];
  part('state').textContent = told;
  if (state.revision) part('origin')?.remove();
  part('state').dataset.state = state.name;
  page.classList.toggle('is-held', ['held', 'reading'].includes(state.name));
  for (const name of ['properties', 'steps']) part(name).inert = ['held', 'reading'].includes(state.name);
  if (state.name === 'held') note('warn', `${told}。`.replace(/。$/, language.startsWith('zh') ? '。' : '. ') + translate('You may look, and copy; what you had changed is kept in this browser.'), [translate('Take over editing'), () => saving.take(true)]);
  else if (state.name === 'moved') conflict(saving, state.theirs);
  else if (state.name === 'failed') note('bad', told);
  else if (state.name === 'saved' && page.querySelector('.note-bar.bad, .note-bar.warn')) note(null);
}

function conflict(saving, theirs) {
  const mine = xml;
  note('warn', `${translate('This draft was saved elsewhere meanwhile.')} ${translate('Your version is kept in this browser. Choose which one goes on; the other stays in the history.')}`,
    [translate('Go on with the saved one'), async () => { if (await saving.shelve(mine, theirs)) { xml = theirs.content; await open(theirs.content); } }],
    [translate('Go on with mine'), () => { saving.settle(theirs.revision, theirs.content); xml = mine; saving.changed(); }],
    [translate('Download mine'), () => download(`${key}.bpmn`, mine)]);
}

function offerUnsaved(saving) {
  if (saving.held) return null;
  const kept = saving.unsaved();
  if (!kept || kept.content === saving.saved) return saving.forget();
  return note('warn', translate('Changes that were not saved are kept in this browser ({time}).', { time: new Date(kept.at).toLocaleString(language) }),
    [translate('Use them'), async () => { await open(kept.content); xml = kept.content; note(null); saving.changed(); }],
    [translate('Drop them'), () => { saving.forget(); note(null); }]);
}

/** Say something above the drawing, with buttons [text, act]; null takes it away. */
function note(kind, text, ...acts) {
  const bar = part('note');
  bar.hidden = kind === null;
  bar.className = `note-bar ${kind ?? ''}`;
  bar.replaceChildren(make('span', {}, text ?? ''), ...acts.map(([title, act]) => make('button', { type: 'button', class: 'btn sm', onclick: act }, title)));
}

function fail(error) {
  page.dataset.failed = 'true';
  note('bad', error.message);
}
