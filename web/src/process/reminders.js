// Reminders of a task: non-interrupting timers at its edge that all lead to one service task which
// writes to the posts, as the base diagrams draw them. They count working days before the exam, or
// before the task is due; those follow its time limit when that is changed.
import CommandInterceptor from 'diagram-js/lib/command/CommandInterceptor';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { attribute, object, property } from './dialect.js';
import { dueExpression, readReminder, writeReminder } from './moments.js';

const TOPIC = 'sessions.remind';

function timerText(element) {
  const timer = object(element).get('eventDefinitions')?.[0];
  return timer?.timeDate?.body ?? timer?.timeDuration?.body ?? '';
}

/** The boundary timers of a task that only remind, as {event, base, days}; `due` is its time limit. */
export function reminderEvents(element, due = attribute(element, 'dueDate')) {
  return (element.attachers ?? [])
    .filter((one) => is(one, 'bpmn:BoundaryEvent') && object(one).cancelActivity === false
      && object(one).get('eventDefinitions')?.[0]?.$type === 'bpmn:TimerEventDefinition'
      && one.outgoing.length === 1 && one.outgoing[0].target && attribute(one.outgoing[0].target, 'topic') === TOPIC)
    .map((event) => ({ event, ...readReminder(timerText(event), due) }))
    .filter((one) => one.base);
}

/** How many working days before the exam, or before it is due, a task reminds; most first. */
export function readReminders(element, base) {
  return reminderEvents(element).filter((one) => one.base === base).map((one) => one.days).sort((a, b) => b - a);
}

/** Read "6, 3, 1": whole numbers, most first; null when it is none. */
export function parseReminders(text) {
  const parts = text.split(/[\s,，、;；]+/).filter(Boolean);
  if (!parts.every((one) => /^\d{1,3}$/.test(one)) || parts.length > 10) return null;
  return [...new Set(parts.map(Number))].sort((a, b) => b - a);
}

export class Reminders extends CommandInterceptor {
  constructor(eventBus, modeling, elementFactory, bpmnFactory, dialect, commandStack, translate) {
    super(eventBus);
    Object.assign(this, { modeling, elementFactory, bpmnFactory, dialect, translate });
    this.commandStack = commandStack;
    const compose = function () {};
    compose.prototype.preExecute = ({ act }) => act();
    commandStack.registerHandler('jc.compose', compose);
    this.followDue();
  }

  /** Remind of a task these many working days before the exam or its due date, at no other time. */
  set(element, days, base = 'exam') {
    this.commandStack.execute('jc.compose', { act: () => this.change(element, days, base) });
  }

  change(element, days, base = 'exam') {
    const all = reminderEvents(element);
    const target = all[0]?.event.outgoing[0].target;
    const mine = all.filter((one) => one.base === base);
    const gone = mine.filter((one) => !days.includes(one.days)).map((one) => one.event);
    const had = mine.map((one) => one.days);
    const wanted = days.filter((one) => !had.includes(one));
    const staying = all.length - gone.length;
    const service = wanted.length ? target ?? this.service(element) : target;
    wanted.forEach((one, place) => this.event(element, service, { base, days: one }, staying + place, staying + wanted.length));
    if (gone.length) this.modeling.removeElements(gone);
    if (target && !staying && !wanted.length && !target.incoming.length) {
      const ends = target.outgoing.map((flow) => flow.target).filter((end) => end.incoming.length === 1);
      this.modeling.removeElements([target, ...ends]);
    }
  }

  /** Reminders before the due date move with it, and go with it. */
  followDue() {
    this.preExecute('element.updateProperties', (context) => {
      if (!('camunda:dueDate' in context.properties)) return;
      context.reminding = reminderEvents(context.element).filter((one) => one.base === 'due');
    }, true);
    this.postExecute('element.updateProperties', ({ element, reminding }) => {
      if (!reminding?.length) return;
      const due = attribute(element, 'dueDate');
      if (dueExpression(due) === null) this.modeling.removeElements(reminding.map((one) => one.event));
      else reminding.forEach(({ event, days }) => this.write(event, writeReminder('due', days, due)));
    }, true);
  }

  write(event, text) {
    const [timer] = object(event).eventDefinitions;
    this.modeling.updateModdleProperties(event, timer, { timeDate: this.dialect.make('bpmn:FormalExpression', { body: text }) });
  }

  service(element) {
    const place = this.free(element);
    const service = this.modeling.createShape({ type: 'bpmn:ServiceTask' }, place, element.parent);
    this.modeling.updateProperties(service, { name: '发出提醒' });
    this.dialect.setAttributes(service, { type: 'external', topic: TOPIC });
    this.dialect.setParameters(service, 'input', [
      { name: 'session_id', value: '= session.id' },
      { name: 'posts', value: attribute(element, 'candidateGroups') || 'director' },
      { name: 'text', value: `请及时办理“${object(element).name ?? ''}”` },
    ]);
    const end = this.modeling.createShape({ type: 'bpmn:EndEvent' }, { x: place.x + 130, y: place.y }, element.parent);
    this.modeling.updateProperties(end, { name: '已提醒' });
    this.modeling.connect(service, end);
    this.describe(element, service, 'Remind');
    this.describe(element, end, 'Reminded');
    return service;
  }

  /** The nearest place below a task where a service task and an end fit. */
  free(element) {
    const place = { x: element.x + element.width / 2, y: element.y + element.height + 110 };
    const taken = [];
    const look = (one) => {
      if (one.waypoints || one === element) return;
      if (is(one, 'bpmn:FlowNode') && one.type !== 'label') taken.push(one);
      if (!is(one, 'bpmn:SubProcess')) (one.children ?? []).forEach(look);
    };
    (element.parent.children ?? []).forEach(look);
    const meets = (one) => one.x < place.x + 160 && one.x + one.width > place.x - 60 && one.y < place.y + 60 && one.y + one.height > place.y - 55;
    for (let lowest = taken.filter(meets); lowest.length; lowest = taken.filter(meets)) {
      place.y = Math.max(...lowest.map((one) => one.y + one.height)) + 70;
    }
    return place;
  }

  event(element, service, { base, days }, place, count) {
    const x = element.x + element.width * (count === 1 ? 0.5 : 0.1 + (0.8 * place) / (count - 1));
    const timer = this.bpmnFactory.create('bpmn:TimerEventDefinition');
    timer.timeDate = this.bpmnFactory.create('bpmn:FormalExpression', { body: writeReminder(base, days, attribute(element, 'dueDate')) });
    timer.timeDate.$parent = timer;
    const shape = this.elementFactory.createShape({ type: 'bpmn:BoundaryEvent', cancelActivity: false });
    object(shape).eventDefinitions = [timer];
    timer.$parent = object(shape);
    const event = this.modeling.createShape(shape, { x, y: element.y + element.height }, element, { attach: true });
    const [zh, en] = base === 'due' ? [`到期前${days}日`, `${days} before due`] : [`T-${days}`, `T-${days}`];
    this.modeling.updateProperties(event, { name: zh });
    this.modeling.connect(event, service);
    this.describe(element, event, en);
  }

  describe(element, made, english) {
    this.dialect.setProperty(made, 'jc:name.en', english);
    for (const name of ['jc:stage', 'jc:step']) {
      if (property(element, name)) this.dialect.setProperty(made, name, property(element, name));
    }
  }
}
Reminders.$inject = ['eventBus', 'modeling', 'elementFactory', 'bpmnFactory', 'dialect', 'commandStack', 'translate'];

export default { __init__: ['reminders'], reminders: ['type', Reminders] };
