// Trying the draft out: a grid of samples, made by the server's own engine.
import { post, Refused, Unreachable } from '../shared/api.js';
import { button, el, fill, rested, sign } from '../shared/dom.js';
import { dataOf, Samples } from './samples.js';

const MOST = 20;

export class Tester {
  /** `content()` gives the draft; `fired(ruleIds)` and `goTo(decisionId, ruleId)` show rows. */
  constructor({ scope, key, content, fired, goTo, translate }) {
    Object.assign(this, { scope, key, content, showFired: fired, goTo, translate });
    this.samples = new Samples(scope, key);
    this.decisions = [];
    this.trials = [];
    this.active = 0;
    this.grid = el('div');
    this.said = el('p', { class: 'ed-note', role: 'status' });
    this.head = el('div', { class: 'ed-row' });
    this.element = el('section', { class: 'ed-pane dmn-tester' }, this.head, this.grid, this.said);
    this.ask = rested(() => this.run(), 500);
  }

  get decision() {
    return this.decisions.find((one) => one.id === this.chosen) ?? this.decisions[0];
  }

  get rows() {
    return this.samples.of(this.decision.id);
  }

  choose(id) {
    if (this.chosen === id || !this.decisions.some((one) => one.id === id)) return;
    this.chosen = id;
    this.active = 0;
    this.trials = [];
    this.draw();
    this.ask();
  }

  /** Make the trials now; only the newest answer counts. */
  async run() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const known = this.decision;
    const samples = known ? this.rows.map((texts) => dataOf(known.inputs, texts)) : [];
    try {
      const { data } = await post('/designer/decision-trials', {
        scope: this.scope, key: this.key, content: this.content(), decision: known?.id ?? '', samples,
      });
      if (turn !== this.turn) return;
      this.take(data);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      if (turn === this.turn) this.said.textContent = this.translate('The trial cannot be made: {message}', { message: error.message });
    }
  }

  take({ decisions, trials }) {
    const before = JSON.stringify(this.decision?.inputs ?? null);
    const first = !this.decisions.length;
    // A draft that cannot be read for a moment keeps its columns.
    if (decisions.length) this.decisions = decisions;
    this.trials = trials;
    this.said.textContent = this.translate('Trials are made with the draft as it stands; nothing is kept on the server.');
    if (first || JSON.stringify(this.decision?.inputs ?? null) !== before) this.draw();
    else this.drawResults();
    if (first && this.decision) this.ask();
    this.tellFired();
  }

  tellFired() {
    this.showFired(new Set((this.trials[this.active]?.fired ?? []).map((row) => row.ruleId)));
  }

  draw() {
    const t = this.translate;
    if (!this.decision) return fill(this.grid, el('p', { class: 'muted' }, t('No decision can be tried in this file yet.')));
    const chosen = el('select', { 'aria-label': t('Decision to try'), onchange: (event) => this.choose(event.target.value) },
      this.decisions.map((one) => el('option', { value: one.id }, one.name || one.id)));
    chosen.value = this.decision.id;
    fill(this.head, this.decisions.length > 1 && chosen,
      button(t('Add a sample'), () => this.add({})),
      button(t('Try again'), () => this.run()),
      button(t('Export samples'), () => this.save()),
      this.importer());
    const { inputs } = this.decision;
    fill(this.grid, inputs.map((one, at) => one.values.length > 0 && one.type !== 'boolean' && el('datalist', { id: `values-${at}` },
      one.values.map((value) => el('option', { value })))),
    el('div', { class: 'ed-scroll' }, el('table', { class: 'ed-grid' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'no' }, t('Sample')),
        inputs.map((one) => el('th', { scope: 'col' }, one.label, el('small', { class: 'mono' }, one.label === one.name ? one.type : `${one.name} ${one.type}`))),
        el('th', { scope: 'col', class: 'out' }, t('Rows that decided')), el('th', { scope: 'col', class: 'out' }, t('Result')),
        el('th', { scope: 'col' }, t('Actions')))),
      el('tbody', {}, this.rows.map((texts, at) => this.drawSample(texts, at))))));
    this.drawResults();
  }

  drawSample(texts, at) {
    const t = this.translate;
    return el('tr', { dataset: { sample: at }, onfocusin: () => this.activate(at) },
      el('th', { scope: 'row', class: 'no' }, String(at + 1)),
      this.decision.inputs.map((input, place) => el('td', { dataset: { label: input.label } }, this.field(input, place, texts, at))),
      el('td', { class: 'out', dataset: { fired: at, label: t('Rows that decided') } }), el('td', { class: 'out', dataset: { result: at, label: t('Result') } }),
      el('td', { dataset: { label: t('Actions') } }, el('div', { class: 'acts' },
        button(t('Copy'), () => this.add({ ...texts }), { kind: 'btn g sm', title: t('Copy the sample') }),
        sign('×', t('Remove the sample'), () => this.removeSample(at), { disabled: this.rows.length < 2 }))));
  }

  field(input, place, texts, at) {
    const t = this.translate;
    const label = t('Sample {number}, {name}', { number: at + 1, name: input.label });
    const changed = (event) => {
      texts[input.name] = event.target.value;
      this.samples.keep();
      this.ask();
    };
    if (input.type === 'boolean') {
      const chosen = el('select', { 'aria-label': label, onchange: changed },
        ['', 'true', 'false'].map((value) => el('option', { value }, { '': t('(not given)'), true: t('yes'), false: t('no') }[value])));
      chosen.value = texts[input.name] ?? '';
      return chosen;
    }
    const plain = { string: 'text', number: 'text', date: 'date' }[input.type];
    if (!plain) {
      return el('textarea', { class: 'mono', rows: 1, 'aria-label': label, placeholder: t('as JSON'), spellcheck: 'false', value: texts[input.name] ?? '', oninput: changed });
    }
    return el('input', {
      type: plain, 'aria-label': label, value: texts[input.name] ?? '', oninput: changed, autocomplete: 'off',
      inputmode: input.type === 'number' ? 'decimal' : null, list: input.values.length ? `values-${place}` : null,
    });
  }

  drawResults() {
    const t = this.translate;
    this.rows.forEach((_, at) => {
      const trial = this.trials[at];
      const fired = this.grid.querySelector(`[data-fired="${at}"]`);
      const result = this.grid.querySelector(`[data-result="${at}"]`);
      if (!fired || !result) return;
      if (!trial) return fill(fired), fill(result);
      const own = trial.fired.filter((row) => row.decisionId === this.decision.id);
      fill(fired, own.length ? own.map((row) => el('div', {},
        button(t('row {number}', { number: row.number }), () => this.goTo(row.decisionId, row.ruleId), { kind: 'btn sm' }),
        row.description && el('div', { class: 'muted small' }, row.description)))
        : trial.evaluated && this.decision.tableId && el('span', { class: 'tag warn' }, t('no row')));
      fill(result, trial.evaluated && el('div', { class: 'mono' }, this.written(trial)),
        trial.remarks.filter((one) => one.kind === 'error').map((one) => el('p', { class: 'tag-line bad' }, one.message)),
        this.told(t('Remarks'), trial.remarks.filter((one) => one.kind !== 'error').map((one) => el('li', {}, one.message))),
        this.stopped(trial));
    });
    this.grid.querySelectorAll('tr[data-sample]').forEach((row) => row.classList.toggle('fired', Number(row.dataset.sample) === this.active));
  }

  written(trial) {
    const { value } = trial;
    if (!value || typeof value !== 'object' || Array.isArray(value)) return trial.text;
    const labels = new Map(this.decision.outputs.map((one) => [one.name, one.label || one.name]));
    return Object.entries(value).map(([name, one]) => el('div', {}, `${labels.get(name) ?? name}: ${JSON.stringify(one)}`));
  }

  stopped(trial) {
    const t = this.translate;
    const told = trial.stopped.slice(0, 60).map((row) => el('li', {}, t(row.unknown
      ? 'Row {number}: {column} cannot be told ({value} against {cell})'
      : 'Row {number}: {column} is {value}, needs {cell}', row), row.remark && ` ${row.remark.message}`));
    return this.told(t('What stopped the others'), told);
  }

  told(title, lines) {
    return lines.length > 0 && el('details', {}, el('summary', { class: 'small' }, `${title} (${lines.length})`), el('ul', { class: 'small' }, lines));
  }

  activate(at) {
    if (this.active === at) return;
    this.active = at;
    this.grid.querySelectorAll('tr[data-sample]').forEach((row) => row.classList.toggle('fired', Number(row.dataset.sample) === at));
    this.tellFired();
  }

  add(texts) {
    if (this.rows.length >= MOST) return;
    this.active = this.rows.push(texts) - 1;
    this.again();
    this.grid.querySelector(`tr[data-sample="${this.active}"]`)?.querySelector('input, select, textarea')?.focus();
  }

  removeSample(at) {
    this.rows.splice(at, 1);
    this.active = Math.max(0, at - 1);
    this.again();
  }

  again() {
    this.trials = [];
    this.samples.keep();
    this.draw();
    this.ask();
  }

  save() {
    const address = URL.createObjectURL(new Blob([this.samples.text()], { type: 'application/json' }));
    el('a', { href: address, download: `${this.key}.samples.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  importer() {
    const t = this.translate;
    const chosen = el('input', {
      type: 'file', accept: '.json,application/json', hidden: true,
      onchange: async (event) => {
        const [file] = event.target.files;
        const taken = file && file.size < 1_000_000 && this.samples.take(await file.text());
        if (taken) this.again();
        else this.said.textContent = t('This is no file of samples.');
      },
    });
    return [chosen, button(t('Import samples'), () => chosen.click())];
  }
}
