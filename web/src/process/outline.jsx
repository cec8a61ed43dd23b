// The diagram as a table of steps: the same model, for the keyboard, a screen reader, a phone.
import { render } from '@bpmn-io/properties-panel/preact';
import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { chinese, inLanguage } from '../shared/i18n.js';
import { attribute, object, property } from './dialect.js';
import { MODES, readMoment, writeMoment } from './moments.js';
import { inOrder } from './order.js';

const KINDS = [
  ['bpmn:UserTask', 'User Task'], ['bpmn:ServiceTask', 'Service Task'], ['bpmn:BusinessRuleTask', 'Business Rule Task'],
  ['bpmn:CallActivity', 'Call Activity'], ['bpmn:ExclusiveGateway', 'Exclusive Gateway'], ['bpmn:ParallelGateway', 'Parallel Gateway'],
  ['bpmn:EndEvent', 'End Event'],
];

// Readers of English have both names in the table.
const NAMES = chinese ? 'Name' : 'Name, and in English';

/** Show the table in a box; it follows the diagram, and the diagram follows it. */
export function showOutline(box, modeler, { design, translate, openInDiagram }) {
  render(<Outline modeler={modeler} design={design} t={translate} openInDiagram={openInDiagram} />, box);
}

function Outline({ modeler, design, t, openInDiagram }) {
  const [, redraw] = useState(0);
  const eventBus = modeler.get('eventBus');
  useEffect(() => {
    const again = () => redraw((count) => count + 1);
    const events = ['elements.changed', 'import.done', 'commandStack.changed', 'findings.changed'];
    eventBus.on(events, again);
    return () => eventBus.off(events, again);
  }, [eventBus]);
  const rows = inOrder(modeler.get('elementRegistry'));
  return (
    <table class="jc-steps">
      <caption class="sr">{t('Steps of the diagram')}</caption>
      <thead><tr>
        <th scope="col">{t('No.')}</th><th scope="col">{t(NAMES)}</th><th scope="col">{t('Type')}</th><th scope="col">{t('Form')}</th>
        <th scope="col">{t('Posts')}</th><th scope="col">{t('Due')}</th><th scope="col">{t('Goes on to')}</th><th scope="col">{t('Actions')}</th>
      </tr></thead>
      <tbody>
        {rows.map((element, place) => <Row key={element.id} {...{ element, place, modeler, design, t, openInDiagram }} />)}
      </tbody>
    </table>
  );
}

function Row({ element, place, modeler, design, t, openInDiagram }) {
  const bo = object(element);
  const name = nameOf(element);
  const dialect = modeler.get('dialect');
  const found = modeler.get('findings').of(element.id);
  const worst = found.some((one) => one.severity === 'error') ? 'error' : 'warning';
  const label = (what) => `${what}: ${name}`;
  const isWork = is(element, 'bpmn:UserTask');
  const form = attribute(element, 'formRef');
  const posts = attribute(element, 'candidateGroups').split(',').map((one) => one.trim()).filter(Boolean);
  return (
    <tr data-element={element.id} class={found.length ? worst : ''}>
      <th scope="row">{place + 1}</th>
      <td data-label={t(NAMES)}>
        <input value={bo.name ?? ''} aria-label={label(t('Name'))} maxLength={200}
          onChange={(event) => modeler.get('modeling').updateLabel(element, event.target.value)} />
        {!chinese && <input class="en" value={property(element, 'jc:name.en')} placeholder={t('Name in English')} aria-label={label(t('Name in English'))} maxLength={200}
          onChange={(event) => dialect.setProperty(element, 'jc:name.en', event.target.value)} />}
        {found.length > 0 && <ul class="jc-found">{found.map((one) => <li key={one.message} class={one.severity}>{one.message}</li>)}</ul>}
      </td>
      <td data-label={t('Type')}>{t(kindOf(element))}</td>
      <td data-label={t('Form')}>{isWork && (
        <select value={form} aria-label={label(t('Form'))} onChange={(event) => dialect.setAttribute(element, 'formRef', event.target.value)}>
          <option value="">—</option>
          {form && !design.forms.some((one) => one.key === form) && <option value={form}>{form} ?</option>}
          {design.forms.map((one) => <option key={one.key} value={one.key}>{inLanguage(one.name)}</option>)}
        </select>)}</td>
      <td data-label={t('Posts')}>{isWork && <Posts {...{ element, posts, design, dialect, t, label }} />}</td>
      <td data-label={t('Due')}>{isWork && <Due {...{ element, dialect, t, label }} />}</td>
      <td data-label={t('Goes on to')}>{element.outgoing.filter((one) => is(one, 'bpmn:SequenceFlow')).map((one) => nameOf(one.target)).join(t(', '))}</td>
      <td data-label={t('Actions')}><div class="jc-acts">
        {!isAny(element, ['bpmn:EndEvent']) && (
          <select value="" aria-label={label(t('Add after'))} onChange={(event) => addAfter(modeler, element, event)}>
            <option value="">{t('Add after')}</option>
            {KINDS.map(([type, title]) => <option key={type} value={type}>{t(title)}</option>)}
          </select>)}
        <button type="button" class="btn sm" aria-label={label(t('Show in the diagram'))} onClick={() => openInDiagram(element)}>{t('Show')}</button>
        <button type="button" class="btn sm bad" aria-label={label(t('Remove'))} onClick={() => modeler.get('modeling').removeElements([element])}>{t('Remove')}</button>
      </div></td>
    </tr>
  );
}

/** What a reader calls an element: its name in their language, else its name, else its id. */
function nameOf(element) {
  const { name, id } = object(element);
  return inLanguage({ zh: name, en: property(element, 'jc:name.en') }) || id;
}

function Posts({ element, posts, design, dialect, t, label }) {
  const rest = posts.slice(1);
  const set = (value) => dialect.setAttribute(element, 'candidateGroups', [value, ...rest].filter(Boolean).join(','));
  return (
    <>
      <select value={posts[0] ?? ''} aria-label={label(t('Posts'))} onChange={(event) => set(event.target.value)}>
        <option value="">—</option>
        {design.posts.map((one) => <option key={one.key} value={one.key}>{inLanguage(one.name)}</option>)}
      </select>
      {rest.length > 0 && <small>+ {rest.map((key) => inLanguage(design.posts.find((one) => one.key === key)?.name) || key).join(t(', '))}</small>}
    </>
  );
}

function Due({ element, dialect, t, label }) {
  const now = readMoment(attribute(element, 'dueDate'));
  const set = (mode, count) => dialect.setAttribute(element, 'dueDate', writeMoment(mode, count, now.text));
  return (
    <>
      {!['none', 'written'].includes(now.mode) && (
        <input class="n" type="number" min="0" max="9999" value={now.count} aria-label={label(t('How many'))}
          onChange={(event) => /^\d{1,4}$/.test(event.target.value) && set(now.mode, event.target.value)} />)}
      <select value={now.mode} aria-label={label(t('Due'))} onChange={(event) => set(event.target.value, now.count || '3')}>
        {MODES.filter(([mode]) => mode !== 'written' || now.mode === mode).map(([mode, title]) => <option key={mode} value={mode}>{t(title)}</option>)}
      </select>
      {now.mode === 'written' && <code>{now.text}</code>}
    </>
  );
}

function kindOf(element) {
  const type = element.type.replace('bpmn:', '').replace(/([a-z])([A-Z])/g, '$1 $2');
  const event = object(element).get('eventDefinitions')?.[0]?.$type.replace('bpmn:', '').replace('EventDefinition', '');
  return event && is(element, 'bpmn:Event') ? `${event} ${type}` : type;
}

function addAfter(modeler, element, event) {
  const type = event.target.value;
  event.target.value = '';
  if (!type) return;
  const [made] = modeler.get('order').insertAfter(element, [{ type }]);
  requestAnimationFrame(() => document.querySelector(`.jc-steps [data-element="${CSS.escape(made.id)}"] input`)?.focus());
}
