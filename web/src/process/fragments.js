// Usual pieces, put into a diagram as ready BPMN: what people draw again and again.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { object } from './dialect.js';

const GATEWAY = { type: 'bpmn:ExclusiveGateway' };

/** The pieces: a title each, and how it is built after an element. */
export const FRAGMENTS = [
  { id: 'two-person-review', title: 'Two-person review', build: twoPersonReview },
  { id: 'publicity-period', title: 'Publicity period', build: publicityPeriod },
  { id: 'reminder-chain', title: 'Work with reminders', build: reminderChain },
  { id: 'supplement-loop', title: 'Supplement loop', build: supplementLoop },
];

export class Fragments {
  constructor(modeling, order, dialect, reminders, commandStack, bpmnFactory, popupMenu, elementRegistry, selection, canvas, translate, design) {
    Object.assign(this, { modeling, order, dialect, reminders, commandStack, bpmnFactory, elementRegistry, selection, canvas, translate, design });
    popupMenu.registerProvider('bpmn-append', 400, this);
    popupMenu.registerProvider('bpmn-create', 400, this);
  }

  getPopupMenuEntries(target) {
    const entries = FRAGMENTS.map((one) => [`jc-${one.id}`, {
      label: this.translate(one.title),
      className: 'bpmn-icon-subprocess-collapsed',
      group: { id: 'jc-pieces', name: this.translate('Usual pieces') },
      rank: 5,
      search: one.id,
      action: () => this.insert(one.id, is(target, 'bpmn:FlowNode') ? target : this.last()),
    }]);
    return (others) => ({ ...Object.fromEntries(entries), ...others });
  }

  /** The element that a piece is put behind when none was chosen: the last before the end. */
  last() {
    const chosen = this.selection.get().find((one) => is(one, 'bpmn:FlowNode') && !is(one, 'bpmn:EndEvent'));
    const nodes = this.elementRegistry.filter((one) => is(one, 'bpmn:FlowNode') && !is(one, 'bpmn:EndEvent') && !is(one, 'bpmn:BoundaryEvent') && one.type !== 'label');
    return chosen ?? nodes.sort((a, b) => b.x - a.x)[0];
  }

  insert(id, source) {
    if (!source) return;
    const piece = FRAGMENTS.find((one) => one.id === id);
    let made = [];
    this.commandStack.execute('jc.compose', { act: () => { made = piece.build(this, source); } });
    this.selection.select(made[0]);
    this.canvas.scrollToElement(made[0], 120);
  }

  named(shape, zh, en) {
    this.modeling.updateProperties(shape, { name: zh });
    this.dialect.setProperty(shape, 'jc:name.en', en);
    return shape;
  }

  service(shape, topic, result, inputs) {
    this.dialect.setAttributes(shape, { type: 'external', topic, resultVariable: result });
    this.dialect.setParameters(shape, 'input', Object.entries(inputs).map(([name, value]) => ({ name, value })));
  }

  work(shape, { form, posts, due }) {
    const known = this.design.forms.some((one) => one.key === form);
    this.dialect.setAttributes(shape, { formRef: known ? form : '', candidateGroups: posts, dueDate: due });
  }

  condition(flow, zh, en, text) {
    this.modeling.updateProperties(flow, { name: zh, conditionExpression: this.dialect.make('bpmn:FormalExpression', { body: text }) });
    this.dialect.setProperty(flow, 'jc:name.en', en);
  }

  back(gateway, target) {
    const flow = this.modeling.connect(gateway, target);
    const low = Math.max(gateway.y + gateway.height, target.y + target.height) + 40;
    const from = { x: gateway.x + gateway.width / 2, y: gateway.y + gateway.height };
    const to = { x: target.x + target.width / 2, y: target.y + target.height };
    this.modeling.updateWaypoints(flow, [from, { x: from.x, y: low }, { x: to.x, y: low }, to]);
    return flow;
  }
}
Fragments.$inject = ['modeling', 'order', 'dialect', 'reminders', 'commandStack', 'bpmnFactory', 'popupMenu', 'elementRegistry', 'selection', 'canvas', 'translate', 'config.design'];

const USER = { type: 'bpmn:UserTask' };
const SERVICE = { type: 'bpmn:ServiceTask' };

function twoPersonReview(at, source) {
  const [first, second, gateway] = at.order.insert(source, [USER, USER, GATEWAY]);
  at.named(first, '初审', 'First review');
  at.named(second, '复审', 'Second review');
  at.work(first, { form: 'approve_notice', posts: 'reviewer', due: 'P2D' });
  at.work(second, { form: 'approve_notice', posts: 'second_reviewer', due: 'P2D' });
  at.dialect.setProperty(second, 'jc:excludes', first.id);
  at.named(gateway, '通过？', 'Passed?');
  const on = gateway.outgoing[0];
  if (on) {
    at.condition(on, '是', 'Yes', '= notice_verdict = "approve"');
    at.modeling.updateProperties(gateway, { default: object(at.named(at.back(gateway, first), '退回', 'Sent back')) });
  }
  return [first, second, gateway];
}

function publicityPeriod(at, source) {
  const [open, wait, close] = at.order.insert(source, [SERVICE, { type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: 'bpmn:TimerEventDefinition' }, SERVICE]);
  at.named(open, '开始公示', 'Open the public list');
  // Whose answer may say how names are shown and for how many days.
  at.service(open, 'publicity.open', 'publicity', { session_id: '= session.id', element: source.id });
  at.named(wait, '公示期满', 'Publicity over');
  const timer = object(wait).eventDefinitions[0];
  at.modeling.updateModdleProperties(wait, timer, { timeDate: at.dialect.make('bpmn:FormalExpression', { body: '= date and time(publicity.closes_at)' }) });
  at.named(close, '结束公示', 'Close the public list');
  at.service(close, 'publicity.close', 'publicity_closed', { session_id: '= session.id' });
  return [open, wait, close];
}

function reminderChain(at, source) {
  const [task] = at.order.insert(source, [USER]);
  at.named(task, '新的工作', 'New work');
  at.work(task, { form: '', posts: 'director', due: '= workday(session.exam_date, -1, session.calendar)' });
  at.reminders.change(task, [3, 1], 'due');
  return [task];
}

/** What the form shows the candidate, of what was asked for. */
const SUPPLEMENT = [['due', 'supplement_due'], ['wanted', 'supplement_wanted'], ['wanted_names', 'wanted_names'], ['wanted_names_en', 'wanted_names_en']];

function supplementLoop(at, source) {
  const [review, gateway] = at.order.insert(source, [USER, GATEWAY]);
  at.named(review, '审核材料', 'Review the documents');
  at.work(review, { form: 'review_application', posts: 'reviewer', due: 'P2D' });
  at.named(gateway, '材料齐全？', 'Documents complete?');
  const on = gateway.outgoing[0];
  if (on) at.modeling.updateProperties(gateway, { default: object(on) });
  const below = (x) => ({ x, y: at.reminders.free(review).y });
  const ask = at.modeling.createShape({ type: 'bpmn:ServiceTask' }, below(gateway.x + gateway.width / 2), source.parent);
  at.named(ask, '通知补正', 'Ask for what is missing');
  at.service(ask, 'enrolments.ask_supplement', 'supplement', { enrolment_id: '= enrolment.id', element: review.id });
  const supply = at.modeling.createShape({ type: 'bpmn:UserTask' }, below(review.x + review.width / 2), source.parent);
  at.named(supply, '补正材料', 'Supply what is missing');
  at.work(supply, { form: 'supplement_evidence', posts: '', due: '= supplement.supplement_due' });
  at.dialect.setAttribute(supply, 'assignee', '= enrolment.candidate_person');
  const missing = at.modeling.connect(gateway, ask);
  at.condition(missing, '需补正', 'Something is missing', '= first_decision = "supplement"');
  at.dialect.setParameters(supply, 'input', SUPPLEMENT.map(([name, value]) => ({ name, value: `= supplement.${value}` })));
  const take = at.modeling.createShape({ type: 'bpmn:ServiceTask' }, below(review.x - 100), source.parent);
  at.named(take, '收取补充材料', 'Take the supplement');
  at.service(take, 'supplements.take', 'supplied', { enrolment_id: '= enrolment.id', element: supply.id });
  at.modeling.connect(ask, supply);
  at.modeling.connect(supply, take);
  at.modeling.connect(take, review);
  return [review, gateway, ask, supply, take];
}

export default { __init__: ['fragments'], fragments: ['type', Fragments] };
