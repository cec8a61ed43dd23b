// A table's rules as an HTML table with an input for each cell: for keyboards, readers, phones.
import { button, el, fill, rested, sign } from '../shared/dom.js';

const POLICIES = ['UNIQUE', 'FIRST', 'ANY', 'PRIORITY', 'COLLECT', 'RULE ORDER', 'OUTPUT ORDER'];
const AGGREGATIONS = ['', 'SUM', 'MIN', 'MAX', 'COUNT'];

export class Rows {
  /** `viewer()` gives the tool that has the table open, `translate` the words. */
  constructor({ viewer, translate }) {
    this.viewer = viewer;
    this.translate = translate;
    this.element = el('section', { class: 'ed-pane dmn-rows' });
    this.marks = new Map();
    this.fired = new Set();
    this.own = false;
  }

  /** Draw what is open now: {element, type} of dmn-js; the cursor stays where it is. */
  draw(view) {
    this.view = view;
    const label = this.element.contains(document.activeElement) && document.activeElement.getAttribute('aria-label');
    this.drawView(view);
    if (label) [...this.element.querySelectorAll('[aria-label]')].find((one) => one.getAttribute('aria-label') === label)?.focus();
  }

  drawView(view) {
    const t = this.translate;
    if (view?.type === 'decisionTable') return this.drawTable(view.element);
    if (view?.type === 'literalExpression') return this.drawExpression(view.element);
    return fill(this.element, el('p', { class: 'ed-note' }, t('This decision is drawn on the canvas only.')));
  }

  drawTable(decision) {
    const t = this.translate;
    const root = this.viewer().get('sheet').getRoot();
    this.root = root;
    const table = root.businessObject;
    const columns = root.cols.map((col) => col.businessObject);
    const head = el('tr', {}, el('th', { scope: 'col', class: 'no' }, t('No.')),
      columns.map((one) => el('th', { scope: 'col', class: one.$type === 'dmn:OutputClause' ? 'out' : null }, labelOf(one),
        el('small', { class: 'mono' }, expressionOf(one)))),
      el('th', { scope: 'col' }, t('What it says (Chinese)')), el('th', { scope: 'col' }, t('What it says (English)')),
      el('th', { scope: 'col' }, t('Actions')));
    const body = root.rows.map((row, at) => this.drawRow(row, at, columns));
    fill(this.element,
      el('div', { class: 'ed-row' }, this.policy(table)),
      el('p', { class: 'ed-note' }, t('Type FEEL in the cells: texts in double quotes, “-” for whatever.')),
      el('table', { class: 'ed-grid', 'aria-label': t('Rules of {name}', { name: decision.name || decision.id }) },
        el('thead', {}, head), el('tbody', {}, body)),
      el('div', { class: 'ed-row' }, button(t('Add a row'), () => this.add(root.rows.length))));
    this.paint();
  }

  policy(table) {
    const t = this.translate;
    const set = (hitPolicy, aggregation) => this.act(() => this.viewer().get('modeling').editHitPolicy(hitPolicy, aggregation || undefined));
    const chosen = el('select', { onchange: (event) => set(event.target.value, undefined) },
      POLICIES.map((one) => el('option', { value: one }, t(one))));
    chosen.value = table.hitPolicy || 'UNIQUE';
    const sums = table.hitPolicy === 'COLLECT' && el('select', { 'aria-label': t('Aggregation'), onchange: (event) => set('COLLECT', event.target.value) },
      AGGREGATIONS.map((one) => el('option', { value: one }, one || t('None'))));
    if (sums) sums.value = table.aggregation || '';
    return el('label', { class: 'ed-row' }, t('Hit policy of the table'), chosen, sums);
  }

  drawRow(row, at, columns) {
    const t = this.translate;
    const rule = row.businessObject;
    const field = (column, value, save, mono = true) => {
      const late = rested((text) => this.quietly(() => save(text)), 500);
      const input = el('textarea', {
        rows: 1, class: mono ? 'mono' : null, spellcheck: mono ? 'false' : null, value: value ?? '',
        'aria-label': t('Row {number}, {column}', { number: at + 1, column }),
        oninput: (event) => late(event.target.value),
        // Whoever types and moves the row at once shall find there what was typed.
        onchange: (event) => late.now(event.target.value),
      });
      return input;
    };
    const cells = row.cells.map((cell, place) => {
      const column = columns[place];
      const out = column.$type === 'dmn:OutputClause';
      return el('td', { class: out ? 'out' : null, dataset: { label: labelOf(column) || expressionOf(column) } }, field(labelOf(column) || expressionOf(column), cell.businessObject.text,
        (text) => this.viewer().get('modeling').editCell(cell.businessObject, text)));
    });
    const english = this.englishOf(rule);
    const many = this.root.rows.length;
    return el('tr', { dataset: { rule: rule.id } },
      el('th', { scope: 'row', class: 'no' }, String(at + 1), el('span', { class: 'why' })),
      cells,
      el('td', { class: 'said', dataset: { label: t('What it says (Chinese)') } }, field(t('What it says (Chinese)'), rule.description,
        (text) => this.viewer().get('modeling').editAnnotation(rule, text), false)),
      el('td', { class: 'said', dataset: { label: t('What it says (English)') } }, field(t('What it says (English)'), english, (text) => this.setEnglish(rule, text), false)),
      el('td', { dataset: { label: t('Actions') } }, el('div', { class: 'acts' },
        sign('↑', t('Move up'), () => this.move(row, at - 1), { disabled: at === 0 }),
        sign('↓', t('Move down'), () => this.move(row, at + 1), { disabled: at === many - 1 }),
        sign('+', t('Add a row below'), () => this.add(at + 1)),
        sign('×', t('Remove the row'), () => this.remove(row), { disabled: many < 2 }))));
  }

  drawExpression(decision) {
    const t = this.translate;
    const logic = decision.decisionLogic;
    const late = rested((text) => this.quietly(() => this.set(logic, { text })), 500);
    fill(this.element, el('label', {}, t('This decision is no table. Its expression:'),
      el('textarea', { class: 'mono ed-expression', rows: 8, spellcheck: 'false', value: logic.text ?? '', oninput: (event) => late(event.target.value) })));
  }

  /** Where the English texts stand: the annotation column named "en", as in the product's tables. */
  englishOf(rule) {
    const at = (this.root.businessObject.annotation ?? []).findIndex((one) => one.name === 'en');
    return at < 0 ? '' : rule.annotationEntry?.[at]?.text ?? '';
  }

  setEnglish(rule, text) {
    const table = this.root.businessObject;
    const model = table.$model;
    const columns = [...(table.annotation ?? [])];
    let at = columns.findIndex((one) => one.name === 'en');
    if (at < 0) {
      const column = model.create('dmn:RuleAnnotationClause', { name: 'en' });
      column.$parent = table;
      at = columns.push(column) - 1;
      this.set(table, { annotation: columns });
    }
    const entries = Array.from({ length: Math.max(at + 1, rule.annotationEntry?.length ?? 0) }, (_, place) => {
      const entry = model.create('dmn:RuleAnnotation', { text: place === at ? text : rule.annotationEntry?.[place]?.text ?? '' });
      entry.$parent = rule;
      return entry;
    });
    this.set(rule, { annotationEntry: entries });
  }

  set(element, properties) {
    this.viewer().get('commandStack').execute('jc.set', { element, properties });
  }

  add(at) {
    this.act(() => this.viewer().get('modeling').addRow({ type: 'dmn:DecisionRule' }, at));
    this.focus(at);
  }

  remove(row) {
    const at = this.root.rows.indexOf(row);
    this.act(() => this.viewer().get('modeling').removeRow(row));
    this.focus(Math.max(0, at - 1));
  }

  move(row, at) {
    this.act(() => this.viewer().get('modeling').moveRow(row, at));
    this.focus(at);
  }

  focus(at) {
    this.element.querySelectorAll('tbody tr')[at]?.querySelector('textarea')?.focus();
  }

  /** Show a row, by its rule's id. */
  reveal(ruleId) {
    const row = this.element.querySelector(`tr[data-rule="${CSS.escape(ruleId)}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    row?.querySelector('textarea')?.focus({ preventScroll: true });
  }

  /** Change something that is drawn anew. */
  act(change) {
    change();
    this.draw(this.view);
  }

  /** Change what stands here already: drawing it anew would take the cursor away. */
  quietly(change) {
    this.own = true;
    try {
      change();
    } finally {
      this.own = false;
    }
  }

  /** Mark rows: `marks` is a map from rule id to {kind, text}, `fired` a set of rule ids. */
  mark(marks, fired) {
    this.marks = marks;
    this.fired = fired;
    this.paint();
  }

  paint() {
    for (const row of this.element.querySelectorAll('tr[data-rule]')) {
      const mark = this.marks.get(row.dataset.rule);
      row.classList.toggle('wrong', mark?.kind === 'error');
      row.classList.toggle('doubt', mark?.kind === 'warning');
      row.classList.toggle('fired', this.fired.has(row.dataset.rule));
      const why = row.querySelector('.why');
      why.className = `why tag ${mark?.kind === 'error' ? 'bad' : 'warn'}`;
      why.hidden = !mark;
      why.textContent = mark ? '!' : '';
      why.title = mark?.text ?? '';
    }
  }
}

function labelOf(column) {
  return column.label || column.inputVariable || column.name || '';
}

function expressionOf(column) {
  return column.$type === 'dmn:OutputClause' ? column.name ?? '' : column.inputExpression?.text ?? '';
}
