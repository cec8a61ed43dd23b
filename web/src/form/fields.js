// The form as a table of its components: order, label, kind; each edited in a dialog. It needs no
// canvas, so that keyboards, screen readers and phones can do all that it does.
import { button, dialog, el, fill, sign } from '../shared/dom.js';
import { isInput, labelOf, specsOf, TYPES } from './specs.js';

export class Fields {
  constructor({ editor, translate, bindings }) {
    Object.assign(this, { editor, translate, bindings });
    this.element = el('section', { class: 'ed-pane form-fields' });
    this.marks = new Map();
  }

  get modeling() {
    return this.editor().get('modeling');
  }

  get root() {
    return this.editor()._getState().schema;
  }

  draw() {
    const t = this.translate;
    const lines = this.root ? this.lines(this.root, 0) : [];
    const focused = document.activeElement?.closest('tr[data-id]')?.dataset.id;
    const label = document.activeElement?.getAttribute('aria-label');
    fill(this.element,
      el('div', { class: 'ed-row' }, this.adder(this.root), button(t('Title of the form'), () => this.edit(this.root))),
      lines.length ? el('table', { class: 'ed-grid', 'aria-label': t('Components of the form') },
        el('thead', {}, el('tr', {}, ['No.', 'Label', 'English', 'Kind', 'Key', 'Required', 'Actions'].map((one) => el('th', { scope: 'col' }, t(one))))),
        el('tbody', {}, lines)) : el('p', { class: 'muted' }, t('There is nothing in this form yet.')));
    if (focused) {
      const row = this.element.querySelector(`tr[data-id="${CSS.escape(focused)}"]`);
      [...(row?.querySelectorAll('[aria-label]') ?? [])].find((one) => one.getAttribute('aria-label') === label)?.focus();
    }
    this.paint();
  }

  lines(parent, depth, before = '') {
    return (parent.components ?? []).flatMap((field, at) => {
      const number = `${before}${at + 1}`;
      return [this.line(field, parent, at, number, depth), ...(field.components ? this.lines(field, depth + 1, `${number}.`) : [])];
    });
  }

  line(field, parent, at, number, depth) {
    const t = this.translate;
    const name = labelOf(field) || field.key || field.id;
    const required = isInput(field) && el('input', {
      type: 'checkbox', checked: field.validate?.required === true, 'aria-label': t('{name} is required', { name }),
      onchange: (event) => this.modeling.editFormField(field, { validate: { ...field.validate, required: event.target.checked || undefined } }),
    });
    return el('tr', { dataset: { id: field.id } },
      el('th', { scope: 'row', class: 'no' }, number, ' ', el('span', { class: 'why', hidden: true })),
      el('td', { class: `depth-${Math.min(depth, 3)}`, dataset: { label: t('Label') } }, el('div', {}, name)),
      el('td', { class: 'muted', dataset: { label: t('English') } }, field.properties?.['label.en'] ?? (field.properties?.['text.en'] ?? '').slice(0, 60)),
      el('td', { dataset: { label: t('Kind') } }, Object.hasOwn(TYPES, field.type) ? t(TYPES[field.type]) : el('span', { class: 'tag bad' }, field.type)),
      el('td', { class: 'mono', dataset: { label: t('Key') } }, field.key ?? field.path ?? ''),
      el('td', { dataset: { label: t('Required') } }, required),
      el('td', {}, el('div', { class: 'acts' },
        button(t('Edit'), () => this.edit(field), { 'aria-label': t('Edit {name}', { name }) }),
        sign('↑', t('Move {name} up', { name }), () => this.move(field, parent, at, at - 1), { disabled: at === 0 }),
        sign('↓', t('Move {name} down', { name }), () => this.move(field, parent, at, at + 2), { disabled: at === parent.components.length - 1 }),
        field.components && this.adder(field),
        sign('×', t('Remove {name}', { name }), () => this.modeling.removeFormField(field, parent, at)))));
  }

  adder(parent) {
    const t = this.translate;
    const inList = parent?.type === 'dynamiclist';
    const kinds = Object.entries(TYPES).filter(([type]) => !inList || type !== 'dynamiclist');
    return el('select', {
      'aria-label': parent === this.root ? t('Add a component') : t('Add a component to {name}', { name: labelOf(parent) || parent.id }),
      onchange: (event) => {
        const type = event.target.value;
        event.target.value = '';
        if (type) this.edit(this.modeling.addFormField({ type }, parent, parent.components?.length ?? 0));
      },
    }, el('option', { value: '' }, t('Add a component')), kinds.map(([type, words]) => el('option', { value: type }, t(words))));
  }

  move(field, parent, from, to) {
    this.modeling.moveFormField(field, parent, parent, from, to, null, null);
  }

  /** Edit all there is to a component, in a dialog; each change counts at once. */
  edit(field) {
    const t = this.translate;
    const title = field.type === 'default' ? t('Title of the form') : t(TYPES[field.type] ?? field.type);
    const inputs = specsOf(field, { bindings: this.bindings }).filter((spec) => !spec.id.startsWith('values.')).map((spec) => this.input(spec, field));
    const opened = dialog(title, [...inputs, el('div', { class: 'ed-row' }, button(t('Done'), () => opened.box.close(), { kind: 'btn p' }))], { close: t('Close') });
    opened.closed.then(() => this.element.querySelector(`tr[data-id="${CSS.escape(field.id)}"] .acts button`)?.focus());
  }

  input(spec, field) {
    const t = this.translate;
    const words = t(spec.label, spec.values);
    const change = (value) => this.modeling.editFormField(field, spec.set(field, value));
    if (spec.kind === 'check') {
      return el('label', { class: 'check' }, el('input', { type: 'checkbox', checked: Boolean(spec.get(field)), onchange: (event) => change(event.target.checked) }), words);
    }
    if (spec.kind === 'select') {
      const chosen = el('select', { onchange: (event) => change(event.target.value) }, spec.options.map(([value, text]) => el('option', { value }, t(text))));
      chosen.value = spec.get(field);
      return el('label', {}, words, chosen);
    }
    if (spec.kind === 'key') {
      const changed = (event) => {
        const wanted = event.target.value.trim();
        const taken = this.siblings(field).some((one) => one !== field && (one.key ?? one.path) === wanted);
        event.target.setCustomValidity(taken ? t('Another field has this key.') : '');
        event.target.reportValidity();
        if (!taken && wanted) change(wanted);
      };
      return el('label', {}, words, el('input', { class: 'mono', value: spec.get(field), onchange: changed, autocomplete: 'off' }));
    }
    const tag = spec.kind === 'area' ? 'textarea' : 'input';
    return el('label', {}, words, el(tag, { value: spec.get(field) ?? '', rows: spec.kind === 'area' ? 3 : null, autocomplete: 'off', oninput: (event) => change(event.target.value) }));
  }

  siblings(field) {
    const registry = this.editor().get('formFieldRegistry');
    return registry.getAll().filter((one) => one._parent === field._parent);
  }

  reveal(id) {
    const row = this.element.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: 'center' });
    row?.querySelector('.acts button')?.focus({ preventScroll: true });
  }

  /** Mark components: a map from id to {kind, text}. */
  mark(marks) {
    this.marks = marks;
    this.paint();
  }

  paint() {
    for (const row of this.element.querySelectorAll('tr[data-id]')) {
      const mark = this.marks.get(row.dataset.id);
      row.classList.toggle('wrong', mark?.kind === 'error');
      row.classList.toggle('doubt', mark?.kind === 'warning');
      const why = row.querySelector('.why');
      why.className = `why tag ${mark?.kind === 'error' ? 'bad' : 'warn'}`;
      why.hidden = !mark;
      why.textContent = mark ? '!' : '';
      why.title = mark?.text ?? '';
    }
  }
}
