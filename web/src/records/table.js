// A JSON document as tables to type into: lists of things, with the lists within them below.
import { button, el, fill, rested, sign } from '../shared/dom.js';
import { chinese } from '../shared/i18n.js';
import { kindOf, membersOf, valueOf, written } from './shape.js';

export class Records {
  /** `changed(structure)` is called after each change; `label` names members. */
  constructor({ translate, label, changed }) {
    Object.assign(this, { translate, label, changed });
    this.element = el('section', { class: 'ed-pane records' });
    this.data = {};
    this.named = []; // what tells the names behind keys anew
  }

  draw(data) {
    this.data = data;
    this.named = [];
    const plain = [];
    const lists = [];
    for (const [name, value] of Object.entries(data)) {
      const at = `/${escaped(name)}`;
      if (kindOf(value) === 'list') lists.push(this.list(name, data, at, 2));
      else plain.push(el('label', {}, this.label(name), this.input(kindOf(value), data, name, at, this.label(name))));
    }
    const focused = document.activeElement?.dataset?.at;
    this.element.replaceChildren(...(plain.length ? [el('div', { class: 'records-plain' }, plain)] : []), ...lists);
    if (focused) this.element.querySelector(`[data-at="${CSS.escape(focused)}"]`)?.focus();
  }

  list(name, holder, at, depth) {
    const t = this.translate;
    const entries = holder[name] ?? [];
    const members = membersOf(name, entries);
    const columns = members.filter(([, kind]) => kind !== 'list');
    const inner = members.filter(([, kind]) => kind === 'list');
    const title = this.label(name);
    const rows = entries.flatMap((entry, place) => this.rows({ name, holder, entry, place, at, columns, inner, depth }));
    const more = el('div', { class: 'ed-row' }, button(t('Add to {list}', { list: title }), () => {
      holder[name] = [...entries, Object.fromEntries(columns.filter(([, kind]) => kind === 'text').slice(0, 3).map(([member]) => [member, '']))];
      this.restructure(`${at}/${entries.length}/${escaped(columns[0]?.[0] ?? '')}`);
    }));
    if (depth > 2 && !entries.length) return more;
    return el('section', { class: 'records-list', dataset: { at } }, el(`h${Math.min(depth, 4)}`, {}, title),
      el('table', { class: 'ed-grid', 'aria-label': title },
        el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'no' }, t('No.')),
          columns.map(([member, kind]) => el('th', { scope: 'col' }, this.label(member), kind === 'texts' && el('small', {}, t('Several are separated by commas.')),
            kind === 'pairs' && el('small', {}, t('One a line: text | number')))), el('th', { scope: 'col' }, t('Actions')))),
        el('tbody', {}, rows)), more);
  }

  rows({ name, holder, entry, place, at, columns, inner, depth }) {
    const t = this.translate;
    const here = `${at}/${place}`;
    const title = this.label(name);
    const move = (to) => {
      const entries = holder[name];
      entries.splice(to, 0, ...entries.splice(place, 1));
      this.restructure(`${at}/${to}/${escaped(columns[0]?.[0] ?? '')}`);
    };
    const row = el('tr', { dataset: { at: here } }, el('th', { scope: 'row', class: 'no' }, String(place + 1)),
      columns.map(([member, kind]) => el('td', { dataset: { label: this.label(member) } }, this.input(kind, entry, member, `${here}/${escaped(member)}`,
        t('{list} {number}, {member}', { list: title, number: String(place + 1), member: this.label(member) })))),
      el('td', {}, el('div', { class: 'acts' },
        sign('↑', t('Move up'), () => move(place - 1), { disabled: place === 0 }),
        sign('↓', t('Move down'), () => move(place + 1), { disabled: place === holder[name].length - 1 }),
        sign('×', t('Remove'), () => { holder[name].splice(place, 1); this.restructure(at); }))));
    if (!inner.length) return [row];
    const within = inner.map(([member]) => this.list(member, entry, `${here}/${escaped(member)}`, depth + 1));
    return [row, el('tr', { class: 'within' }, el('td', { colspan: columns.length + 2 }, within))];
  }

  input(kind, holder, member, at, label) {
    const set = (value) => {
      if (value === undefined) delete holder[member];
      else holder[member] = value;
      for (const tell of this.named) tell();
      this.changed();
    };
    if (kind === 'flag') {
      return el('input', { type: 'checkbox', checked: holder[member] === true, 'aria-label': label, dataset: { at }, onchange: (event) => set(event.target.checked || undefined) });
    }
    const late = rested((text) => set(valueOf(kind, text, holder[member])), 300);
    const shared = { value: written(kind, holder[member]), 'aria-label': label, dataset: { at }, oninput: (event) => late(event.target.value) };
    if (kind === 'number') return el('input', { type: 'text', inputmode: 'decimal', class: 'short', autocomplete: 'off', ...shared });
    const text = el('textarea', { rows: 1, spellcheck: 'false', class: member === 'key' ? 'mono' : null, ...shared });
    if (kind !== 'texts' || kindOf(this.data[member]) !== 'list') return text;
    // Keys of what another list of the document has, such as duties: their names stand below.
    const names = el('small', { class: 'records-names' });
    const tell = () => fill(names, this.namesOf(member, holder[member] ?? []));
    this.named.push(tell);
    tell();
    return el('div', { class: 'records-keys' }, text, names);
  }

  namesOf(list, keys) {
    const said = (one) => (chinese ? one.name : one.name_en || one.name);
    const names = keys.map((key) => this.data[list].find((one) => one.key === key)).filter(Boolean).map(said).filter(Boolean);
    return names.join(chinese ? '、' : ', ');
  }

  restructure(focus) {
    this.changed();
    this.draw(this.data);
    (this.element.querySelector(`[data-at="${CSS.escape(focus)}"]:is(input, textarea)`) ?? this.element).focus?.();
  }

  /** Show the place of a JSON pointer, or what is nearest around it. */
  reveal(pointer) {
    const found = this.nearest(pointer);
    found?.scrollIntoView({ block: 'center' });
    (found?.matches('input, textarea') ? found : found?.querySelector('input, textarea'))?.focus({ preventScroll: true });
  }

  /** Mark places: pairs [pointer, {kind, text}]. */
  mark(marks) {
    for (const one of this.element.querySelectorAll('[aria-invalid], .wrong, .doubt')) {
      one.removeAttribute('aria-invalid');
      one.removeAttribute('title');
      one.classList.remove('wrong', 'doubt');
    }
    for (const [pointer, { kind, text }] of marks) {
      const found = this.nearest(pointer);
      if (!found) continue;
      found.title = text;
      if (found.matches('input, textarea') && kind === 'error') found.setAttribute('aria-invalid', 'true');
      found.closest('tr')?.classList.add(kind === 'error' ? 'wrong' : 'doubt');
    }
  }

  nearest(pointer) {
    let at = pointer;
    while (at) {
      const found = this.element.querySelector(`[data-at="${CSS.escape(at)}"]`);
      if (found) return found;
      at = at.slice(0, at.lastIndexOf('/'));
    }
    return null;
  }
}

function escaped(name) {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
