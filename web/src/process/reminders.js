// Reminders of a task: non-interrupting timers at its edge that all lead to one service task which
// writes to the posts, as the base diagrams draw them.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { attribute, object, property } from './dialect.js';
import { readMoment, writeMoment } from './moments.js';

const TOPIC = 'sessions.remind';

function timerText(element) {
  const timer = object(element).get('eventDefinitions')?.[0];
  return timer?.timeDate?.body ?? timer?.timeDuration?.body ?? '';
}

/** The boundary timers of a task that only remind. */
export function reminderEvents(element) {
  return (element.attachers ?? []).filter((one) =>
    is(one, 'bpmn:BoundaryEvent') && object(one).cancelActivity === false
    && object(one).get('eventDefinitions')?.[0]?.$type === 'bpmn:TimerEventDefinition'
    && one.outgoing.length === 1 && one.outgoing[0].target && attribute(one.outgoing[0].target, 'topic') === TOPIC
    && readMoment(timerText(one)).mode === 'before');
}

/** How many working days before the exam a task reminds, most first. */
export function readReminders(element) {
  return reminderEvents(element).map((one) => Number(readMoment(timerText(one)).count)).sort((a, b) => b - a);
}

/** Read "6, 3, 1": whole numbers, most first; null when it is none. */
export function parseReminders(text) {
  const parts = text.split(/[\s,，、;；]+/).filter(Boolean);
  if (!parts.every((one) => /^\d{1,3}$/.test(one)) || parts.length > 10) return null;
  return [...new Set(parts.map(Number))].sort((a, b) => b - a);
}

export class Reminders {
  constructor(modeling, elementFactory, bpmnFactory, dialect, commandStack, translate) {
    Object.assign(this, { modeling, elementFactory, bpmnFactory, dialect, translate });
    this.commandStack = commandStack;
    const compose = function () {};
    compose.prototype.preExecute = ({ act }) => act();
    commandStack.registerHandler('jc.compose', compose);
  }

  /** Remind of a task these many working days before the exam, and at no other time. */
  set(element, days) {
    this.commandStack.execute('jc.compose', { act: () => this.change(element, days) });
  }

  change(element, days) {
    const events = reminderEvents(element);
    const target = events[0]?.outgoing[0].target;
    const kept = events.filter((one) => days.includes(Number(readMoment(timerText(one)).count)));
    const gone = events.filter((one) => !kept.includes(one));
    const had = kept.map((one) => Number(readMoment(timerText(one)).count));
    const wanted = days.filter((one) => !had.includes(one));
    const service = wanted.length || kept.length ? target ?? this.service(element) : target;
    wanted.forEach((one) => this.event(element, service, one, days.indexOf(one), days.length));
    if (gone.length) this.modeling.removeElements(gone);
    if (target && !kept.length && !wanted.length && !target.incoming.length) {
      const ends = target.outgoing.map((flow) => flow.target).filter((end) => end.incoming.length === 1);
      this.modeling.removeElements([target, ...ends]);
    }
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

  event(element, service, days, place, count) {
    const x = element.x + element.width * (count === 1 ? 0.5 : 0.1 + (0.8 * place) / (count - 1));
    const timer = this.bpmnFactory.create('bpmn:TimerEventDefinition');
    timer.timeDate = this.bpmnFactory.create('bpmn:FormalExpression', { body: writeMoment('before', days) });
    timer.timeDate.$parent = timer;
    const shape = this.elementFactory.createShape({ type: 'bpmn:BoundaryEvent', cancelActivity: false });
    object(shape).eventDefinitions = [timer];
    timer.$parent = object(shape);
    const event = this.modeling.createShape(shape, { x, y: element.y + element.height }, element, { attach: true });
    this.modeling.updateProperties(event, { name: `T-${days}` });
    this.modeling.connect(event, service);
    this.describe(element, event, `T-${days}`);
  }

  describe(element, made, english) {
    this.dialect.setProperty(made, 'jc:name.en', english);
    for (const name of ['jc:stage', 'jc:step']) {
      if (property(element, name)) this.dialect.setProperty(made, name, property(element, name));
    }
  }
}
Reminders.$inject = ['modeling', 'elementFactory', 'bpmnFactory', 'dialect', 'commandStack', 'translate'];

export default { __init__: ['reminders'], reminders: ['type', Reminders] };
