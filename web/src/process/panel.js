// The groups of the properties panel: what our engine does with an element, in the reader's words.
// What the tool shows besides and the engine cannot use is left out.
import { ListGroup } from '@bpmn-io/properties-panel';
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { inLanguage } from '../shared/i18n.js';
import { attribute, mappings, object, parameters, property } from './dialect.js';
import { area, check, choice, feel, findingsEntry, hint, several, text } from './fields.jsx';
import { dueExpression, MODES, readMoment, writeMoment } from './moments.js';
import { parseReminders, readReminders } from './reminders.js';

const KEPT = new Set(['general', 'documentation', 'error', 'message', 'signal', 'escalation', 'link', 'compensation', 'multiInstance']);
const EVERY_TASK = ['bpmn:Task', 'bpmn:CallActivity', 'bpmn:SubProcess'];
const OPERATIONS = [
  ['claim', 'May be claimed', 'Whoever claims it keeps it from the others of the post'],
  ['unclaim', 'May be given back', 'Whoever claimed it may leave it to the others again'],
];
/** A service of ours takes the place of another engine's code. */
const NO_CODE = { class: '', expression: '', delegateExpression: '' };
const listed = (written) => written.split(',').map((one) => one.trim()).filter(Boolean);
const NONE = { value: '', label: '—' };
const options = (named) => named.map((one) => ({ value: one.key, label: `${inLanguage(one.name)}${inLanguage(one.name) === one.key ? '' : ` · ${one.key}`}` }));
const withCurrent = (choices, value) => (value && !choices.some((one) => one.value === value) ? [...choices, { value, label: `${value} ?` }] : choices);

export class DesignPanel {
  constructor(propertiesPanel, translate, design, dialect, modeling, bpmnFactory, reminders, elementRegistry, findings, eventBus) {
    Object.assign(this, { translate, design, dialect, modeling, bpmnFactory, reminders, elementRegistry, findings });
    this.written = new Map();
    propertiesPanel.registerProvider(200, this);
    eventBus.on('findings.changed', () => eventBus.fire('propertiesPanel.providersChanged'));
  }

  getGroups(element) {
    return (groups) => {
      const kept = groups.filter((group) => KEPT.has(group.id) && !(group.id === 'multiInstance' && !group.entries?.length));
      const own = this.own(element).filter(Boolean).map((group) => ({ shouldOpen: true, ...group, label: this.translate(group.label) }));
      const whole = isAny(element, ['bpmn:Process', 'bpmn:Collaboration']) ? [hint('jc-hint')] : [];
      return [...whole, ...own.filter((group) => group.first), ...kept.slice(0, 1), ...own.filter((group) => !group.first), ...kept.slice(1)];
    };
  }

  own(element) {
    if (element.type === 'label') return this.own(element.labelTarget);
    return [
      this.found(element), this.work(element), this.reminding(element), this.service(element), this.decision(element),
      this.callee(element), ...this.handing(element), this.condition(element), this.timer(element), this.start(element),
      this.catching(element), this.lane(element), this.script(element), this.repeated(element), ...this.values(element), this.place(element),
    ];
  }

  /** An attribute as `get` and `set`. */
  att(element, name, more = {}) {
    return { get: () => attribute(element, name), set: (value) => this.dialect.setAttributes(element, { [name]: value, ...(more[name]?.(value) ?? {}) }) };
  }

  prop(element, name) {
    return { get: () => property(element, name), set: (value) => this.dialect.setProperty(element, name, value) };
  }

  found(element) {
    const found = this.findings.of(element.id);
    return found.length && { id: 'jc-found', first: true, label: 'Check', entries: [findingsEntry('jc-findings', { findings: found })] };
  }

  work(element) {
    if (!is(element, 'bpmn:UserTask')) return null;
    const { translate: t, design } = this;
    const form = attribute(element, 'formRef');
    const posts = listed(attribute(element, 'candidateGroups'));
    return { id: 'jc-work', label: 'Who does it, by when', entries: [
      choice('jc-form', { label: t('Form'), options: withCurrent([NONE, ...options(design.forms)], form), ...this.att(element, 'formRef') }),
      several('jc-posts', { label: t('Posts'), options: options(design.posts), get: () => posts, set: (chosen) => this.dialect.setAttribute(element, 'candidateGroups', chosen.join(',')) }),
      feel('jc-assignee', { label: t('A certain person'), feel: 'required', ...this.att(element, 'assignee'), description: t('Instead of the posts: the id of a person, as text') }),
      ...this.moment(element, 'jc-due', t('Due'), { get: () => attribute(element, 'dueDate'), set: (value) => this.dialect.setAttribute(element, 'dueDate', value) }),
      feel('jc-follow-up', { label: t('Shown from'), feel: 'optional', ...this.att(element, 'followUpDate'), description: t('Before, no inbox shows it') }),
      ...this.operations(element),
    ] };
  }

  /** What may be done with a task besides completing it: all that its property names, or all. */
  operations(element) {
    const written = property(element, 'jc:operations');
    const allowed = written ? listed(written) : OPERATIONS.map(([name]) => name);
    const set = (name) => (on) => {
      const now = OPERATIONS.map(([one]) => one).filter((one) => (one === name ? on : allowed.includes(one)));
      this.dialect.setProperty(element, 'jc:operations', now.length === OPERATIONS.length ? '' : now.join(',') || 'none');
    };
    return OPERATIONS.map(([name, title, why]) => check(`jc-may-${name}`, {
      label: this.translate(title), description: this.translate(why), get: () => allowed.includes(name), set: set(name),
    }));
  }

  /** A time limit: how it counts, how many, or an expression. */
  moment(element, id, label, { get, set }) {
    const t = this.translate;
    const key = `${element.id} ${id}`;
    const now = readMoment(get());
    const mode = this.written.get(key) ?? now.mode;
    const entries = [choice(`${id}-mode`, {
      label,
      options: MODES.map(([value, title]) => ({ value, label: t(title) })),
      get: () => mode,
      set: (chosen) => {
        if (chosen === 'written') this.written.set(key, chosen);
        else this.written.delete(key);
        set(writeMoment(chosen, now.count || '3', get() || '= '));
      },
    })];
    if (mode === 'written') entries.push(feel(`${id}-text`, { label: t('FEEL expression'), feel: 'optional', get, set }));
    else if (mode !== 'none') {
      entries.push(text(`${id}-count`, {
        label: t('How many'),
        get: () => now.count,
        set: (count) => set(writeMoment(mode, count)),
        validate: (count) => (/^\d{1,4}$/.test(count ?? '') ? null : t('A whole number')),
      }));
    }
    return entries;
  }

  reminding(element) {
    if (!isAny(element, ['bpmn:UserTask', 'bpmn:CallActivity', 'bpmn:SubProcess'])) return null;
    const t = this.translate;
    const field = (id, label, base, description) => text(id, {
      label: t(label),
      placeholder: '6, 3, 1',
      description,
      get: () => readReminders(element, base).join(', '),
      set: (value) => this.reminders.set(element, parseReminders(value), base),
      validate: (value) => (parseReminders(value ?? '') ? null : t('Whole numbers, by commas')),
    });
    const drawn = t('Each draws a timer at the edge; the message and who gets it stand in the task behind them');
    return { id: 'jc-remind', label: 'Reminders', shouldOpen: false, entries: [
      dueExpression(attribute(element, 'dueDate')) !== null && field('jc-reminders-due', 'Working days before it is due', 'due', t('They follow the time limit when it is changed')),
      field('jc-reminders', 'Working days before the exam', 'exam', drawn),
    ].filter(Boolean) };
  }

  service(element) {
    if (!isAny(element, ['bpmn:ServiceTask', 'bpmn:SendTask'])) return null;
    const { translate: t, design } = this;
    const topic = attribute(element, 'topic');
    const known = design.services.find((one) => one.name === topic);
    return { id: 'jc-service', label: 'What it does', entries: [
      choice('jc-topic', {
        label: t('Service'),
        options: serviceOptions(design.services, topic),
        get: () => topic,
        set: (value) => this.dialect.setAttributes(element, { topic: value, type: value ? 'external' : '', ...(value ? NO_CODE : {}) }),
        description: known ? this.gives(known) : '',
      }),
      ...(known?.inputs ?? []).map((one) => this.input(element, one)),
      text('jc-result', { label: t('Result variable'), ...this.att(element, 'resultVariable'), description: t('Under this name others can read the result') }),
    ] };
  }

  gives(service) {
    return service.gives ? `${this.translate('Gives')}: ${service.gives}` : '';
  }

  input(element, { name, title, required, type }) {
    return feel(`jc-input-${name}`, {
      label: `${inLanguage(title)}${required ? ' *' : ''}`,
      description: `${name}${type ? ` : ${type}` : ''}`,
      get: () => parameters(element, 'input').find((one) => one.name === name)?.value ?? '',
      set: (value) => this.dialect.setParameter(element, 'input', name, value),
    });
  }

  decision(element) {
    if (!is(element, 'bpmn:BusinessRuleTask')) return null;
    const { translate: t, design } = this;
    const key = attribute(element, 'decisionRef');
    const known = design.decisions.find((one) => one.key === key);
    return { id: 'jc-decision', label: 'Decision', entries: [
      choice('jc-decision-ref', { label: t('Decision'), options: withCurrent([NONE, ...options(design.decisions)], key), ...this.att(element, 'decisionRef'), description: known ? `${t('Looks at')}: ${known.inputs.join(', ')}` : '' }),
      text('jc-result', { label: t('Result variable'), ...this.att(element, 'resultVariable'), description: known?.outputs.length ? `${t('Gives')}: ${known.outputs.join(', ')}` : '' }),
    ] };
  }

  callee(element) {
    if (!is(element, 'bpmn:CallActivity')) return null;
    const { translate: t, design } = this;
    const key = object(element).calledElement ?? '';
    const known = design.processes.find((one) => one.key === key);
    return { id: 'jc-callee', label: 'Called process', entries: [
      choice('jc-called', {
        label: t('Process'), options: withCurrent([NONE, ...options(design.processes)], key), get: () => key,
        set: (value) => this.modeling.updateProperties(element, { calledElement: value || undefined }),
        description: known?.inputs.length ? `${t('Needs')}: ${known.inputs.join(', ')}` : '',
      }),
      ...['in', 'out'].map((direction) => check(`jc-all-${direction}`, {
        label: t(direction === 'in' ? 'Hand in all variables' : 'Take back all variables'),
        get: () => mappings(element, direction) === null,
        set: (all) => this.dialect.setMappings(element, direction, all ? null : [{ source: '', target: '' }]),
      })),
    ] };
  }

  handing(element) {
    if (!is(element, 'bpmn:CallActivity')) return [];
    return ['in', 'out'].map((direction) => mappings(element, direction) && this.rows(element, {
      id: `jc-map-${direction}`, label: direction === 'in' ? 'Handed in' : 'Taken back',
      read: () => mappings(element, direction) ?? [], write: (rows) => this.dialect.setMappings(element, direction, rows),
      left: ['source', 'Value'], right: ['target', 'Variable there'], title: (row) => `${row.source} → ${row.target}`,
    }));
  }

  /** A list of rows with two fields. */
  rows(element, { id, label, read, write, left, right, title }) {
    const t = this.translate;
    const rows = read();
    const change = (place, name) => (value) => write(read().map((row, at) => (at === place ? { ...row, [name]: value } : row)));
    return { id, label, component: ListGroup, shouldOpen: false,
      add: (event) => { event.stopPropagation(); write([...read(), { [left[0]]: '', [right[0]]: '' }]); },
      items: rows.map((row, place) => ({
        id: `${id}-${place}`, label: title(row) || '—', autoFocusEntry: `${id}-${place}-a`,
        entries: [
          text(`${id}-${place}-a`, { label: t(left[1]), get: () => read()[place]?.[left[0]] ?? '', set: change(place, left[0]) }),
          feel(`${id}-${place}-b`, { label: t(right[1]), get: () => read()[place]?.[right[0]] ?? '', set: change(place, right[0]) }),
        ],
        remove: (event) => { event.stopPropagation(); write(read().filter((_, at) => at !== place)); },
      })) };
  }

  values(element) {
    if (!isAny(element, EVERY_TASK)) return [];
    const known = new Set((this.design.services.find((one) => one.name === attribute(element, 'topic'))?.inputs ?? []).map((one) => one.name));
    const kept = (direction) => parameters(element, direction).filter((row) => direction === 'input' && known.has(row.name));
    return ['input', 'output'].map((direction) => (direction === 'input' && known.size ? null : this.rows(element, {
      id: `jc-${direction}s`, label: direction === 'input' ? 'Given to it' : 'Kept of it',
      read: () => parameters(element, direction).filter((row) => direction === 'output' || !known.has(row.name)),
      write: (rows) => this.dialect.setParameters(element, direction, [...kept(direction), ...rows]),
      left: ['name', 'Name'], right: ['value', 'Value'], title: (row) => row.name,
    })));
  }

  condition(element) {
    const bo = object(element);
    if (!is(element, 'bpmn:SequenceFlow') || !isAny(element.source, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ComplexGateway', 'bpmn:Activity'])) return null;
    const t = this.translate;
    const source = object(element.source);
    return { id: 'jc-condition', label: 'Condition', entries: [
      check('jc-default', { label: t('Taken when no other condition holds'), get: () => source.default === bo, set: (on) => this.modeling.updateProperties(element.source, { default: on ? bo : undefined }) }),
      source.default !== bo && feel('jc-when', {
        label: t('Taken when'), feel: 'required',
        get: () => bo.conditionExpression?.body ?? '',
        set: (value) => this.modeling.updateProperties(element, { conditionExpression: value ? this.dialect.make('bpmn:FormalExpression', { body: value }) : undefined }),
      }),
    ].filter(Boolean) };
  }

  timer(element) {
    const timer = object(element).get?.('eventDefinitions')?.find((one) => one.$type === 'bpmn:TimerEventDefinition');
    if (!timer) return null;
    const get = () => timer.timeDuration?.body ?? timer.timeDate?.body ?? timer.timeCycle?.body ?? '';
    const set = (value) => {
      const name = /^R\d*\//.test(value) ? 'timeCycle' : /^-?P/.test(value) || /^=\s*duration\(/.test(value) ? 'timeDuration' : 'timeDate';
      const made = value ? { [name]: this.dialect.make('bpmn:FormalExpression', { body: value }) } : {};
      this.modeling.updateModdleProperties(element, timer, { timeDuration: undefined, timeDate: undefined, timeCycle: undefined, ...made });
    };
    return { id: 'jc-timer', label: 'When', entries: this.moment(element, 'jc-when', this.translate('It happens'), { get, set }) };
  }

  start(element) {
    if (!is(element, 'bpmn:StartEvent') || !is(object(element).$parent, 'bpmn:Process')) return null;
    return { id: 'jc-start', label: 'How it begins', entries: [
      ...(object(element).get('eventDefinitions')?.length ? [] : this.byHand(element)),
      area('jc-variables', { label: this.translate('Variables'), ...this.prop(element, 'jc:variables'), description: 'session_id: number, kind: exam | resit' }),
    ] };
  }

  /** Begun by a person: which posts may, and what the form asks them. */
  byHand(element) {
    const t = this.translate;
    const process = object(element).$parent;
    const form = attribute(element, 'formRef');
    return [
      several('jc-starters', { label: t('Posts that may start it'), options: options(this.design.posts), get: () => listed(process.get('camunda:candidateStarterGroups') ?? ''), set: (chosen) => this.dialect.setOf(element, process, 'candidateStarterGroups', chosen.join(',')), description: t('None: it is called by other processes') }),
      choice('jc-form', { label: t('Form'), options: withCurrent([NONE, ...options(this.design.forms)], form), ...this.att(element, 'formRef') }),
    ];
  }

  catching(element) {
    const bo = object(element);
    const waits = is(element, 'bpmn:ReceiveTask') || (is(element, 'bpmn:CatchEvent') && bo.get('eventDefinitions')?.some((one) => one.$type === 'bpmn:MessageEventDefinition'));
    const fails = is(element, 'bpmn:BoundaryEvent') && bo.get('eventDefinitions')?.some((one) => /Error|Escalation/.test(one.$type));
    if (fails) return { id: 'jc-fails', label: 'What it learns', entries: [text('jc-result', { label: this.translate('Result variable'), ...this.att(element, 'resultVariable') })] };
    return waits && { id: 'jc-waits', label: 'What it waits for', entries: [
      feel('jc-correlation', { label: this.translate('Correlation key'), feel: 'required', ...this.prop(element, 'jc:correlationKey') }),
      text('jc-result', { label: this.translate('Result variable'), ...this.att(element, 'resultVariable') }),
    ] };
  }

  lane(element) {
    if (!is(element, 'bpmn:Lane')) return null;
    return { id: 'jc-lane', label: 'Post of the lane', entries: [
      choice('jc-lane-post', { label: this.translate('Post'), options: withCurrent([NONE, ...options(this.design.posts)], property(element, 'jc:group')), ...this.prop(element, 'jc:group') }),
    ] };
  }

  script(element) {
    if (!is(element, 'bpmn:ScriptTask')) return null;
    return { id: 'jc-script', label: 'Calculation', entries: [
      area('jc-script-text', {
        label: this.translate('FEEL context'), monospace: true, description: '{ total: theory + practical }',
        get: () => object(element).script ?? '', set: (value) => this.modeling.updateProperties(element, { script: value || undefined }),
      }),
    ] };
  }

  repeated(element) {
    const loop = object(element).get?.('loopCharacteristics');
    if (!loop || loop.$type !== 'bpmn:MultiInstanceLoopCharacteristics') return null;
    const t = this.translate;
    const att = (name) => ({ get: () => loop.get(`camunda:${name}`) ?? '', set: (value) => this.modeling.updateModdleProperties(element, loop, { [`camunda:${name}`]: value || undefined }) });
    return { id: 'jc-repeated', label: 'For each of a list', entries: [
      feel('jc-collection', { label: t('List'), feel: 'required', ...att('collection') }),
      text('jc-item', { label: t('Variable of each'), ...att('elementVariable') }),
      text('jc-gathered', { label: t('Gather the results in'), ...this.prop(element, 'jc:outputCollection') }),
      feel('jc-gathered-of', { label: t('Result of each'), feel: 'required', ...this.prop(element, 'jc:outputElement') }),
    ] };
  }

  place(element) {
    if (!isAny(element, ['bpmn:FlowNode', 'bpmn:Process', 'bpmn:Participant', 'bpmn:Lane', 'bpmn:SequenceFlow'])) return null;
    const t = this.translate;
    const entries = [text('jc-name-en', { label: t('Name in English'), ...this.prop(element, 'jc:name.en') })];
    if (is(element, 'bpmn:FlowNode')) {
      entries.push(
        choice('jc-stage', { label: t('Stage'), options: [NONE, ...this.design.stages.map((one) => ({ value: one, label: t(`stage:${one}`) }))], ...this.prop(element, 'jc:stage') }),
        choice('jc-step', { label: t('Step'), options: [NONE, ...Array.from({ length: 14 }, (_, i) => ({ value: `${i + 1}`, label: t(`step:${i + 1}`) }))], ...this.prop(element, 'jc:step') }),
        { ...check('jc-mandatory', { label: t('Others must keep it'), get: () => property(element, 'jc:mandatory') === 'true', set: (on) => this.dialect.setProperty(element, 'jc:mandatory', on ? 'true' : '') }) },
        text('jc-basis', { label: t('Basis (document number)'), ...this.prop(element, 'jc:basis') }),
      );
    }
    if (is(element, 'bpmn:UserTask')) {
      const others = this.elementRegistry.filter((one) => is(one, 'bpmn:UserTask') && one !== element && one.type !== 'label')
        .map((one) => ({ value: one.id, label: object(one).name || one.id }));
      entries.push(
        choice('jc-duty', { label: t('Duty'), options: withCurrent([NONE, ...options(this.design.duties)], property(element, 'jc:duty')), ...this.prop(element, 'jc:duty') }),
        several('jc-excludes', { label: t('Not by whoever did'), options: others, get: () => listed(property(element, 'jc:excludes')), set: (chosen) => this.dialect.setProperty(element, 'jc:excludes', chosen.join(',')) }),
      );
    }
    return { id: 'jc-place', label: 'Place in the work', shouldOpen: false, entries };
  }
}
DesignPanel.$inject = ['propertiesPanel', 'translate', 'config.design', 'dialect', 'modeling', 'bpmnFactory', 'reminders', 'elementRegistry', 'findings', 'eventBus'];

export function serviceOptions(services, current) {
  const groups = new Map();
  for (const one of services) {
    const label = inLanguage(one.group);
    if (!groups.has(label)) groups.set(label, []);
    groups.get(label).push({ value: one.name, label: inLanguage(one.title) });
  }
  const sorted = [...groups].sort(([a], [b]) => a.localeCompare(b));
  const found = services.some((one) => one.name === current);
  return [NONE, ...(current && !found ? [{ value: current, label: `${current} ?` }] : []),
    ...sorted.map(([label, children]) => ({ label, children: children.sort((a, b) => a.label.localeCompare(b.label)) }))];
}

export default { __init__: ['designPanel'], designPanel: ['type', DesignPanel] };
