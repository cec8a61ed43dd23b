// One scenario as a form: what is given, what happens, what is expected.
import { button, el } from '../shared/dom.js';
import { chinese } from '../shared/i18n.js';
import { Steps } from './steps.js';
import { field, Values } from './values.js';

const STATUSES = ['completed', 'running', 'cancelled', 'suspended', 'failed'];
const KNOWN = new Set(['name', 'name_zh', 'description', 'world', 'given', 'process', 'event', 'payload', 'start', 'leave_out', 'at', 'status', 'steps', 'path', 'passes', 'data', 'facts', 'visits', 'removed', 'inherit']);

export class ScenarioForm {
  constructor({ words, context, edit }) {
    Object.assign(this, { words, context, edit });
    this.values = new Values({ words, set: (path, value) => edit((text) => text.set(path, value)) });
    this.steps = new Steps({ words, context, values: this.values, edit });
  }

  /** Draw the scenario at a place of the list; `open` are tasks that wait after its last run. */
  draw(place, scenario, open) {
    if (scenario.inherit) return this.inherit(place, scenario);
    if (scenario.removed) return el('p', {}, this.words('The outer scenario of this name does not hold here. Delete this entry, and it holds again.'));
    return [this.given(place, scenario), this.steps.draw([place, 'steps'], scenario.steps ?? [], open), this.expected(place, scenario), this.rest(place, scenario)];
  }

  given(place, scenario) {
    const { words, values, context } = this;
    const starts = context.starts();
    return el('section', { class: 'sc-given', 'aria-label': words('Given') }, el('h3', {}, words('Given')),
      el('div', { class: 'sc-fields' },
        chinese && field(words('Name in Chinese'), values.text([place, 'name_zh'], scenario.name_zh)),
        field(words('Name'), values.text([place, 'name'], scenario.name, { required: true })),
        field(words('Given state'), values.choice([place, 'world'], scenario.world, context.worldChoices())),
        field(words('Begins at'), values.moment([place, 'at'], scenario.at)),
        (starts[0][1].length > 1 || scenario.event) && field(words('Begins with'), values.choice([place, 'event'], scenario.event, starts, { none: words('The usual start') }))),
      values.rows([place, 'given'], scenario.given, { label: words('Details of the given state') }),
      el('details', { class: 'sc-more', open: [...(chinese ? [] : ['name_zh']), 'description', 'start', 'payload', 'leave_out'].some((one) => scenario[one] !== undefined) }, el('summary', {}, words('More')),
        !chinese && field(words('Name in Chinese'), values.text([place, 'name_zh'], scenario.name_zh), { wide: true }),
        field(words('Description'), values.text([place, 'description'], scenario.description), { wide: true }),
        values.rows([place, 'start'], scenario.start, { label: words('Variables at the start') }),
        values.rows([place, 'payload'], scenario.payload, { label: words('What the starting message brings') }),
        values.rows([place, 'leave_out'], scenario.leave_out, { label: words('Called processes that are left out, with what they would give'), choices: context.callees() })));
  }

  expected(place, scenario) {
    const { words, values, context } = this;
    const said = (path) => (path ?? []).map((one) => context.name(one)).join(' → ');
    const status = values.choice([place, 'status'], scenario.status ?? 'completed', [['', STATUSES.map((one) => [one, words(`status ${one}`)])]], {
      change: (one) => this.edit((text) => text.set([place, 'status'], one === 'completed' ? undefined : one)),
    });
    return el('section', { class: 'sc-expected', 'aria-label': words('Expected') }, el('h3', {}, words('Expected')),
      el('div', { class: 'sc-fields' }, field(words('At the end it is'), status)),
      el('p', { class: 'sc-said' }, scenario.path ? said(scenario.path) : scenario.passes ? said(scenario.passes) : words('No path is written yet: play it and adopt the path.')),
      el('details', { class: 'sc-more' }, el('summary', {}, words('Change the path by hand')),
        values.sequence([place, 'path'], scenario.path, context.places(), { label: words('The whole path'), name: (one) => context.name(one) }),
        values.sequence([place, 'passes'], scenario.passes, context.places(), { label: words('Or only some elements, in this order'), name: (one) => context.name(one) })),
      el('details', { class: 'sc-more', open: ['data', 'facts', 'visits'].some((one) => scenario[one] !== undefined) }, el('summary', {}, words('What holds at the end')),
        values.rows([place, 'data'], scenario.data, { label: words('Variables') }),
        values.rows([place, 'facts'], scenario.facts, { label: words('Facts'), names: context.facts.map((one) => `${one}.`) }),
        values.sequence([place, 'visits'], scenario.visits, context.visits(), { label: words('Elements of other processes that are reached'), name: (one) => context.name(one) })));
  }

  rest(place, scenario) {
    const others = Object.keys(scenario).filter((one) => !KNOWN.has(one));
    const process = scenario.process !== undefined;
    if (!others.length && !process) return null;
    return el('section', { class: 'sc-rest', 'aria-label': this.words('Other entries') }, el('h3', {}, this.words('Other entries')), el('div', { class: 'sc-fields' },
      process && field(this.words('Process'), this.values.text([place, 'process'], scenario.process)),
      others.map((one) => field(this.words(one === 'results' ? 'Results of service tasks' : one), this.values.any([place, one], scenario[one])))));
  }

  inherit(place, scenario) {
    return [el('p', {}, this.words('What this scope has more is left out of the outer scenarios that hold here:')),
      this.values.rows([place, 'inherit', 'leave_out'], scenario.inherit?.leave_out, { label: this.words('Called processes that are left out, with what they would give'), choices: this.context.callees() })];
  }
}

/** The buttons of a scenario. */
export function actions(words, { play, copy, remove }) {
  return el('div', { class: 'ed-row sc-actions' }, button(words('Play this scenario'), play, { kind: 'btn p', dataset: { at: 'play' } }),
    copy && button(words('Copy'), copy, { kind: 'btn' }), remove && button(words('Delete'), remove, { kind: 'btn bad' }));
}
