// The form editor: form-js for what our renderer knows, a table of the fields, and a preview.
import '../shared/styles.js';
import { createFormEditor } from '@bpmn-io/form-js-editor';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import '@bpmn-io/form-js-editor/dist/assets/dragula.css';
import './form.css';
import { el, fill, tabs } from '../shared/dom.js';
import { translateDom } from '../shared/dom-i18n.js';
import { editorBar } from '../shared/editor-bar.js';
import { findingsList, weight } from '../shared/findings.js';
import { inLanguage, missing, translator } from '../shared/i18n.js';
import { Saving } from '../shared/saving.js';
import { Fields } from './fields.js';
import { panelModule } from './panel.js';
import { Preview } from './preview.js';
import { labelOf, TYPES } from './specs.js';
import { dictionary, patterns } from './words.js';

const place = document.getElementById('editor');
const { key, scope, csrf } = place.dataset;
const bindings = JSON.parse(place.dataset.bindings);
const translate = translator(dictionary);
const phone = matchMedia('(max-width: 760px)');

let content = '';
let saving;
let loading = false;

const canvas = el('section', { class: 'form-canvas' });
const editor = await createFormEditor({
  container: canvas, schema: { type: 'default', components: [] }, additionalModules: [panelModule({ translate, bindings })],
});
const fields = new Fields({ editor: () => editor, translate, bindings });
const preview = new Preview({ scope, key, csrf, content: () => content, translate });
const found = findingsList({
  check: (signal) => saving.check(content, signal),
  goTo: (finding) => reveal(finding.elementId),
  changed: (findings) => {
    const { text, kind } = weight(findings);
    panes.mark('check', text, kind);
    paint();
  },
});
const checkPane = el('section', { class: 'ed-pane' }, found.element);
const panes = tabs(translate('Parts of the editor'), [
  { id: 'canvas', label: translate('Canvas'), pane: canvas },
  { id: 'fields', label: translate('Fields'), pane: fields.element },
  { id: 'preview', label: translate('Preview'), pane: preview.element },
  { id: 'check', label: translate('Check'), pane: checkPane },
], (id) => id === 'preview' && preview.send());
const painted = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, painted];

const commands = () => editor.get('commandStack');
const bar = editorBar(() => saving, { load, undo: () => commands().undo(), redo: () => commands().redo() });

editor.get('eventBus').on('commandStack.changed', ({ trigger }) => trigger !== 'clear' && !loading && edited());
editor.get('eventBus').on('commandStack.formField.add.postExecuted', ({ context }) => {
  nameNew(context.formField);
  // Enter on the palette adds the field, and its keypress then falls on it and would deselect it.
  setTimeout(() => editor.get('selection').set(context.formField));
});

open();

async function open() {
  saving = new Saving({ kind: 'form', key, scope, read: () => content, show: bar.show });
  try {
    // Nobody may draw on the empty form that stands here until the draft has come.
    await load((await saving.open()).content);
  } catch (error) {
    tell(translate('This draft cannot be drawn: {message}', { message: error.message }));
    return;
  }
  fill(place, el('div', { class: 'form-editor' }, panes.list, canvas, fields.element, preview.element, checkPane));
  translateDom(place, dictionary, {
    skip: '.fjs-element :is(label, legend, .fjs-form-field-label, .fjs-form-field-description, .markup, .fjs-input-adornment), .bio-properties-panel-header-label, .form-fields td, .ed-found, .no-i18n',
    patterns,
  });
  panes.show(phone.matches ? 'fields' : 'canvas');
  bar.offer();
}

/** Draw a content; `changes` says that it is one to save. */
async function load(text, changes = false) {
  content = text;
  loading = true;
  try {
    const { warnings } = await editor.importSchema({ ...JSON.parse(text), type: 'default' });
    fill(document.getElementById('notes'));
    if (warnings?.length) tell(warnings.map((one) => one.message).join(' '));
  } catch (error) {
    tell(`${translate('This draft cannot be drawn: {message}', { message: error.message })} ${translate('Put an earlier state back by “History”.')}`);
  } finally {
    loading = false;
  }
  after();
  if (changes) saving.changed();
}

function edited() {
  content = `${JSON.stringify(tidy(editor.saveSchema()), null, 2)}\n`;
  saving.changed();
  after();
}

/** Drop what the tool writes for itself. */
function tidy(schema) {
  const { exporter, ...rest } = schema;
  const visit = (one) => {
    if (one.layout && one.layout.columns === null) delete one.layout.columns;
    (one.components ?? []).forEach(visit);
  };
  visit(rest);
  return rest;
}

/** A new field is called by its kind, in both languages, not in English alone. */
function nameNew(field) {
  const words = TYPES[field.type];
  if (!words || !field.label || labelOf(field) !== words) return;
  const chinese = dictionary[words] ?? words;
  queueMicrotask(() => editor.get('modeling').editFormField(field, {
    label: chinese, properties: { ...field.properties, 'label.en': words },
  }));
}

function after() {
  document.getElementById('name').textContent = titleOf() || key;
  fields.draw();
  preview.ask();
  found.ask();
  paint();
}

function titleOf() {
  const schema = editor._getState().schema;
  return schema ? inLanguage({ zh: schema['jc:title'], en: schema['jc:title.en'] }) : '';
}

function reveal(id) {
  const field = editor.get('formFieldRegistry').getAll().find((one) => [one.id, one.key, one.path].includes(id));
  if (!field) return;
  editor.get('selection').set(field);
  if (phone.matches) {
    panes.show('fields');
    fields.reveal(field.id);
  } else {
    panes.show('canvas');
    canvas.querySelector(`.fjs-element[data-id="${CSS.escape(field.id)}"]`)?.scrollIntoView({ block: 'center' });
  }
}

/** Show on the components what the check found. */
function paint() {
  const marks = new Map();
  for (const finding of found?.findings ?? []) {
    if (finding.elementId) marks.set(finding.elementId, { kind: finding.severity, text: inLanguage(finding.message) });
  }
  fields.mark(marks);
  painted.replaceSync([...marks].map(([id, { kind }]) => `.fjs-editor-container .fjs-element[data-id="${CSS.escape(id)}"]{box-shadow:inset 3px 0 var(--${kind === 'error' ? 'cinnabar' : 'gamboge-s'})}`).join('\n'));
}

function tell(text) {
  fill(document.getElementById('notes'), el('div', { class: 'note-bar bad', role: 'alert' }, el('span', {}, text)));
}

// For tests: what had no Chinese, and the tool itself.
window.jcEditor = { editor, missing, content: () => content };
