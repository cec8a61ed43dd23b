// Controls for values of a scenario. Each is given where its value stands (`path`) and sets it there;
// undefined takes it away. A control knows its place again when the page is drawn anew.
import { parse, stringify } from 'yaml';
import { button, el, sign } from '../shared/dom.js';
import { inLanguage } from '../shared/i18n.js';

let count = 0;

/** A labelled control. */
export function field(label, control, { wide = false, hint = '' } = {}) {
  count += 1;
  control.id ||= `sc-${count}`;
  return el('div', { class: `sc-field${wide ? ' wide' : ''}` }, el('label', { for: control.id }, label), control,
    hint && el('small', { class: 'muted' }, hint));
}

export class Values {
  constructor({ words, set }) {
    Object.assign(this, { words, set });
  }

  /** A line of text; empty takes the value away. */
  text(path, value, more = {}) {
    return el('input', {
      type: 'text', value: value ?? '', dataset: { at: path.join('/') }, ...more,
      onchange: (event) => this.set(path, event.target.value.trim() || undefined),
    });
  }

  /** A choice of groups [[group, [[value, words]]]]; a value that is none of them is kept. */
  choice(path, value, groups, { none, read = (text) => text, change } = {}) {
    const known = groups.flatMap(([, all]) => all.map(([one]) => String(one)));
    const options = (all) => all.map(([one, said]) => el('option', { value: String(one), selected: String(one) === String(value) }, said));
    const other = value !== undefined && value !== null && !known.includes(String(value));
    const control = el('select', {
      dataset: { at: path.join('/') },
      onchange: (event) => (change ?? ((one) => this.set(path, one)))(event.target.value === '' ? undefined : read(event.target.value)),
    },
    (none !== undefined || value === undefined) && el('option', { value: '' }, none ?? '—'),
    other && el('option', { value: String(value), selected: true }, String(value)),
    groups.filter(([, all]) => all.length).map(([group, all]) => (group ? el('optgroup', { label: group }, options(all)) : options(all))));
    control.value = value === undefined || value === null ? '' : String(value);
    return control;
  }

  /** Anything, written as YAML on one line. */
  any(path, value, more = {}) {
    return el('input', {
      type: 'text', spellcheck: 'false', class: 'mono', value: value === undefined ? '' : oneLine(value), dataset: { at: path.join('/') }, ...more,
      onchange: ({ target }) => {
        try {
          const read = target.value.trim() ? readValue(target.value) : undefined;
          target.removeAttribute('aria-invalid');
          target.setCustomValidity('');
          this.set(path, read);
        } catch {
          target.setAttribute('aria-invalid', 'true');
          target.setCustomValidity(this.words('This cannot be read. Put texts with signs in quotation marks.'));
          target.reportValidity();
        }
      },
    });
  }

  /** A moment in China's time, as `2026-05-23T09:10+08:00`. */
  moment(path, value) {
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::00)?(?:\+08:00)?$/.exec(value ?? '');
    if (value !== undefined && !match) return this.text(path, value);
    return el('input', {
      type: 'datetime-local', value: match?.[1] ?? '', dataset: { at: path.join('/') },
      onchange: (event) => this.set(path, event.target.value ? `${event.target.value}+08:00` : undefined),
    });
  }

  /** How long time passes, as `P5D`. */
  duration(path, value) {
    const match = /^P(?:(\d+)([DW])|T(\d+)([HM]))$/.exec(value ?? 'P1D');
    if (!match) return [this.text(path, value, { 'aria-label': this.words('How long') })];
    const unit = match[2] ?? match[4];
    const write = (number, of) => this.set(path, 'DW'.includes(of) ? `P${number}${of}` : `PT${number}${of}`);
    const number = el('input', {
      type: 'number', min: '0', step: '1', class: 'short', value: match[1] ?? match[3], 'aria-label': this.words('How long'), dataset: { at: path.join('/') },
      onchange: () => write(number.value || '0', units.value),
    });
    const units = el('select', { 'aria-label': this.words('Unit'), dataset: { at: `${path.join('/')}/unit` }, onchange: () => write(number.value || '0', units.value) },
      [['D', 'days'], ['W', 'weeks'], ['H', 'hours'], ['M', 'minutes']].map(([one, said]) => el('option', { value: one, selected: one === unit }, this.words(said))));
    return [number, units];
  }

  /** Names and values; `names` are suggested, or with `choices` chosen. */
  rows(path, value, { label, names = [], choices = null }) {
    const entries = Object.entries(value ?? {});
    const list = el('datalist', { id: `sc-names-${path.join('-')}` }, names.map((one) => el('option', { value: one })));
    const rename = (from, to) => {
      if (!to || to === from || Object.hasOwn(value ?? {}, to)) return;
      this.set(path, Object.fromEntries([...entries.map(([key, one]) => [key === from ? to : key, one]), ...(from === null ? [[to, choices ? {} : true]] : [])]));
    };
    const nameOf = (key) => {
      const at = [...path, key ?? '+'];
      if (choices) return this.choice(at, key ?? undefined, choices, { change: (one) => rename(key, one) });
      return el('input', { type: 'text', value: key ?? '', list: list.id, class: 'mono', dataset: { at: `${at.join('/')}#` }, onchange: (event) => rename(key, event.target.value.trim()) });
    };
    const labelled = (control, said) => { control.setAttribute('aria-label', said); return control; };
    const row = ([key, one], place) => el('li', {},
      labelled(nameOf(key), this.words('{list} {number}: name', { list: label, number: place + 1 })),
      labelled(this.any([...path, key], one), this.words('{list}: value of {name}', { list: label, name: key })),
      sign('×', this.words('Remove {name}', { name: key }), () => this.set(entries.length > 1 ? [...path, key] : path, undefined)));
    return el('fieldset', { class: 'sc-rows' }, el('legend', {}, label), list, el('ul', {}, entries.map(row),
      el('li', { class: 'new' }, labelled(nameOf(null), this.words('{list}: add', { list: label })), el('span', { class: 'muted small' }, this.words('New name')))));
  }

  /** An answer with the fields of the task's form. */
  answer(path, value, fields, label) {
    const given = value ?? {};
    const known = new Set(fields.map((one) => one.key));
    const shown = fields.filter((one) => one.required || Object.hasOwn(given, one.key));
    const rest = fields.filter((one) => !shown.includes(one));
    const strange = Object.keys(given).filter((key) => !known.has(key));
    return el('fieldset', { class: 'sc-answer' }, el('legend', {}, label),
      shown.map((one) => this.filled([...path, one.key], given[one.key], one)),
      strange.map((key) => field(key, this.any([...path, key], given[key]))),
      rest.length > 0 && field(this.words('Fill in another field'), this.choice([...path, '+'], undefined, [['', rest.map((one) => [one.key, inLanguage(one.label)])]], {
        change: (key) => key && this.set([...path, key], begun(fields.find((one) => one.key === key))),
      })),
      !fields.length && !strange.length && el('p', { class: 'muted small' }, this.words('This task has no form: it is only confirmed.')));
  }

  filled(path, value, one) {
    const label = inLanguage(one.label) + (one.required ? ' *' : '');
    if (one.type === 'rows') return this.table(path, value, one, label);
    if (one.type === 'checklist' && one.options.length && (value === undefined || Array.isArray(value))) return this.several(path, value ?? [], one, label);
    return field(label, this.control(path, value, one));
  }

  control(path, value, one) {
    const plain = value === undefined || typeof value !== 'object' || value === null;
    if (!plain) return this.any(path, value);
    if (one.options.length) {
      return this.choice(path, value, [['', one.options.map((option) => [option.value, inLanguage(option.label)])]], {
        none: this.words('(not filled in)'),
        read: (text) => one.options.find((option) => String(option.value) === text)?.value ?? text,
      });
    }
    if (one.type === 'checkbox') {
      return this.choice(path, value, [['', [[true, this.words('yes')], [false, this.words('no')]]]], { none: this.words('(not filled in)'), read: (text) => (text === 'true' ? true : text === 'false' ? false : text) });
    }
    if (['number', 'checklist', 'filepicker'].includes(one.type)) return this.any(path, value);
    return this.text(path, value);
  }

  several(path, value, one, label) {
    return el('fieldset', { class: 'sc-several' }, el('legend', {}, label), one.options.map((option) => el('label', {}, el('input', {
      type: 'checkbox', checked: value.includes(option.value), dataset: { at: `${path.join('/')}/${option.value}` },
      onchange: (event) => this.set(path, event.target.checked ? [...value, option.value] : value.filter((each) => each !== option.value)),
    }), inLanguage(option.label))));
  }

  table(path, value, one, label) {
    if (value !== undefined && !Array.isArray(value)) return field(label, this.any(path, value));
    const rows = value ?? [];
    return el('fieldset', { class: 'sc-table' }, el('legend', {}, label),
      rows.map((row, place) => el('div', { class: 'sc-table-row' },
        this.answer([...path, place], row, one.fields, this.words('Row {number}', { number: place + 1 })),
        sign('×', this.words('Remove row {number}', { number: place + 1 }), () => this.set(path, rows.toSpliced(place, 1))))),
      button(this.words('Add a row'), () => this.set(path, [...rows, {}]), { dataset: { at: `${path.join('/')}/add` } }));
  }

  /** A list of names in order, chosen from groups. */
  sequence(path, value, groups, { label, name }) {
    const list = value ?? [];
    const put = (next) => this.set(path, next.length ? next : undefined);
    return el('fieldset', { class: 'sc-sequence' }, el('legend', {}, label),
      el('ol', {}, list.map((one, place) => el('li', {}, el('span', {}, name(one)), el('span', { class: 'acts' },
        sign('↑', this.words('Move “{name}” up', { name: name(one) }), () => place && put(swapped(list, place)), { dataset: { at: `${path.join('/')}/${place}/up` }, disabled: !place }),
        sign('×', this.words('Remove “{name}”', { name: name(one) }), () => put(list.toSpliced(place, 1)), { dataset: { at: `${path.join('/')}/${place}/remove` } }))))),
      field(this.words('Add at the end'), this.choice([...path, '+'], undefined, groups, { change: (one) => one && put([...list, one]) })));
  }
}

function begun(one) {
  if (one.type === 'rows') return [{}];
  if (one.type === 'checklist') return [];
  if (one.type === 'checkbox') return true;
  if (one.type === 'number') return 0;
  if (one.type === 'filepicker') return [{ file: 'file.pdf' }];
  return one.options[0]?.value ?? '';
}

function swapped(list, place) {
  const next = [...list];
  [next[place - 1], next[place]] = [next[place], next[place - 1]];
  return next;
}

function oneLine(value) {
  return stringify(value, { version: '1.1', collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0, doubleQuotedAsJSON: true }).trim();
}

function readValue(text) {
  return parse(text, { version: '1.1', customTags: (tags) => tags.filter((one) => one.tag !== 'tag:yaml.org,2002:timestamp') });
}
