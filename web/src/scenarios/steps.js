// The steps of a scenario: what somebody does, what comes in, how time passes.
import { button, el, sign } from '../shared/dom.js';
import { field } from './values.js';

export const KINDS = ['do', 'refuse', 'message', 'signal', 'advance', 'until', 'cancel'];
const SAID = {
  do: 'Somebody does a task', refuse: 'Somebody is refused', message: 'A message comes', signal: 'A signal comes',
  advance: 'Time passes', until: 'It becomes', cancel: 'The case is cancelled',
};
const REFUSALS = ['four_eyes', 'not_your_post', 'not_your_task', 'out_of_scope', 'exclusive_duty', 'conflict_of_interest', 'other_organisation', 'required'];
const SHARED = ['by', 'of', 'answer', 'payload'];

export function kindOf(step) {
  return KINDS.find((one) => Object.hasOwn(step ?? {}, one)) ?? 'do';
}

export class Steps {
  constructor({ words, context, values, edit }) {
    Object.assign(this, { words, context, values, edit });
  }

  /** Draw the steps at a path; `open` are tasks that wait after the last run. */
  draw(path, steps, open) {
    const kinds = el('select', { 'aria-label': this.words('Kind of the new step'), dataset: { at: `${path.join('/')}/kind` } },
      KINDS.map((one) => el('option', { value: one }, this.words(SAID[one]))));
    const add = button(this.words('Add a step'), () => this.edit((text) => text.insert(path, steps.length, this.begun(kinds.value, open)), `${path.join('/')}/${steps.length}/${kinds.value}`),
      { kind: 'btn sm', dataset: { at: `${path.join('/')}/add` } });
    return el('section', { class: 'sc-steps', 'aria-label': this.words('Steps') }, el('h3', {}, this.words('Steps')),
      steps.length ? el('ol', {}, steps.map((one, place) => this.card([...path, place], one ?? {}, place, steps.length, open))) : el('p', { class: 'muted' }, this.words('Nothing happens yet: the process only begins.')),
      el('div', { class: 'ed-row' }, kinds, add));
  }

  card(path, step, place, count, open) {
    const kind = kindOf(step);
    const number = place + 1;
    const list = path.slice(0, -1);
    const move = (to) => this.edit((text) => text.move(list, place, to), `${[...list, to].join('/')}/${to < place ? 'up' : 'down'}`);
    const kinds = el('select', { 'aria-label': this.words('Step {number}: what happens', { number }), dataset: { at: `${path.join('/')}/kind` }, onchange: (event) => this.turn(path, step, event.target.value) },
      KINDS.map((one) => el('option', { value: one, selected: one === kind }, this.words(SAID[one]))));
    return el('li', { class: 'sc-step' },
      el('div', { class: 'sc-step-top' }, el('b', { class: 'sc-number', 'aria-hidden': 'true' }, String(number)), kinds, el('span', { class: 'acts' },
        sign('↑', this.words('Move step {number} up', { number }), () => move(place - 1), { disabled: !place, dataset: { at: `${path.join('/')}/up` } }),
        sign('↓', this.words('Move step {number} down', { number }), () => move(place + 1), { disabled: number === count, dataset: { at: `${path.join('/')}/down` } }),
        sign('×', this.words('Remove step {number}', { number }), () => this.edit((text) => text.remove(list, place), `${list.join('/')}/add`), { dataset: { at: `${path.join('/')}/remove` } }))),
      el('div', { class: 'sc-step-body' }, this[kind](path, step, open)));
  }

  do(path, step, open) {
    return [this.task(path, 'do', step, open), this.by(path, step),
      this.values.answer([...path, 'answer'], step.answer, this.context.fields(step.do), this.words('Answer')), this.more(path, step, true)];
  }

  refuse(path, step, open) {
    return [this.task(path, 'refuse', step, open), this.by(path, step),
      field(this.words('Refused because'), this.values.choice([...path, 'code'], step.code, [['', REFUSALS.map((one) => [one, this.words(`code ${one}`)])]])),
      this.values.answer([...path, 'answer'], step.answer, this.context.fields(step.refuse), this.words('Answer')), this.more(path, step, false)];
  }

  task(path, verb, step, open) {
    return field(this.words('Task'), this.values.choice([...path, verb], step[verb], this.context.tasks(open)));
  }

  by(path, step) {
    return field(this.words('By whom'), this.values.choice([...path, 'by'], step.by, this.context.postChoices(), { none: this.words('Anybody who may') }));
  }

  more(path, step, repeats) {
    return el('details', { class: 'sc-more', open: step.of !== undefined || step.times !== undefined }, el('summary', {}, this.words('More')),
      field(this.words('Number of the case (if there are several)'), this.values.text([...path, 'of'], step.of)),
      repeats && field(this.words('How many times'), this.values.any([...path, 'times'], step.times, { inputmode: 'numeric' })));
  }

  message(path, step) {
    return [field(this.words('Message'), this.values.choice([...path, 'message'], step.message, this.context.events('message'))),
      this.values.rows([...path, 'payload'], step.payload, { label: this.words('What it brings') }),
      el('details', { class: 'sc-more', open: step.key !== undefined }, el('summary', {}, this.words('More')),
        field(this.words('For which case (this one, if left out)'), this.values.text([...path, 'key'], step.key)))];
  }

  signal(path, step) {
    return [field(this.words('Signal'), this.values.choice([...path, 'signal'], step.signal, this.context.events('signal'))),
      this.values.rows([...path, 'payload'], step.payload, { label: this.words('What it brings') })];
  }

  advance(path, step) {
    return el('div', { class: 'ed-row' }, this.values.duration([...path, 'advance'], step.advance));
  }

  until(path, step) {
    return field(this.words('When'), this.values.moment([...path, 'until'], step.until));
  }

  cancel(path, step) {
    return field(this.words('Reason'), this.values.text([...path, 'cancel'], step.cancel));
  }

  begun(kind, open) {
    const first = (groups) => groups.flatMap(([, all]) => all)[0]?.[0] ?? '';
    return {
      do: () => ({ do: first(this.context.tasks(open)) }),
      refuse: () => ({ refuse: first(this.context.tasks(open)), code: 'four_eyes' }),
      message: () => ({ message: first(this.context.events('message')) }),
      signal: () => ({ signal: first(this.context.events('signal')) }),
      advance: () => ({ advance: 'P1D' }),
      until: () => ({ until: '2026-03-20T09:00+08:00' }),
      cancel: () => ({ cancel: this.words('for a reason') }),
    }[kind]();
  }

  /** Make another kind of a step; what both kinds have stays. */
  turn(path, step, kind) {
    const was = kindOf(step);
    const next = this.begun(kind, []);
    const tasks = ['do', 'refuse'];
    if (tasks.includes(was) && tasks.includes(kind)) next[kind] = step[was];
    for (const key of SHARED) {
      const fits = key === 'payload' ? ['message', 'signal'].includes(kind) : tasks.includes(kind);
      if (fits && step[key] !== undefined) next[key] = step[key];
    }
    this.edit((text) => text.set(path, next), `${path.join('/')}/kind`);
  }
}
