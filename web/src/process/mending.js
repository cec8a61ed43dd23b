// What can be mended by a button beside a finding, where that is safe: each is one step to undo.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { attribute, extensionsOf, object } from './dialect.js';

const LISTENERS = ['camunda:ExecutionListener', 'camunda:TaskListener', 'camunda:Connector'];
const CODE = ['class', 'expression', 'delegateExpression'];

export class Mending {
  constructor(dialect, elementRegistry, translate) {
    Object.assign(this, { dialect, elementRegistry, translate });
    /** Writes the whole diagram's foreign expressions in FEEL; the page knows how. */
    this.translateAll = null;
  }

  /** The buttons of a finding, as {title, act}. */
  of({ code, elementId }) {
    const element = this.elementRegistry.get(elementId);
    if (!element) return [];
    const make = (title, act) => ({ title: this.translate(title), act: () => act.call(this, element) });
    if (code === 'listener' && extensionsOf(element).some((one) => LISTENERS.includes(one.$type))) {
      return [make('Keep it, do not run it here', this.leaveListeners), make('Take it away', this.removeListeners)];
    }
    if (code === 'foreign_implementation') return [make('Take it away', this.removeCode)];
    if (code === 'bad_form_key') return [make('Take it away', this.removeFormKey)];
    if (code === 'bad_expression' && this.translateAll && isForeign(element)) return [make('Write it in FEEL', this.translateAll)];
    return [];
  }

  leaveListeners(element) {
    this.dialect.setProperty(element, 'jc:notRun', 'listener');
  }

  removeListeners(element) {
    this.dialect.replace(element, (one) => LISTENERS.includes(one.$type), []);
  }

  removeCode(element) {
    this.dialect.setAttributes(element, Object.fromEntries(CODE.map((name) => [name, ''])));
  }

  removeFormKey(element) {
    // The tool keeps one of the two: writing the form anew takes the key away, and the reverse.
    const form = attribute(element, 'formRef');
    this.dialect.setAttribute(element, form ? 'formRef' : 'formKey', form);
  }
}
Mending.$inject = ['dialect', 'elementRegistry', 'translate'];

/** Whether an element has an expression as other engines write them. */
function isForeign(element) {
  const bo = object(element);
  const texts = [bo.conditionExpression?.body, ...Object.values(bo.$attrs ?? {}), ...['assignee', 'dueDate', 'followUpDate', 'candidateUsers', 'priority'].map((name) => bo.get(`camunda:${name}`))];
  for (const one of extensionsOf(element)) if (is(one, 'camunda:InputOutput')) texts.push(...[...(one.inputParameters ?? []), ...(one.outputParameters ?? [])].map((row) => row.value));
  for (const one of bo.eventDefinitions ?? []) texts.push(one.timeDate?.body, one.timeDuration?.body, one.timeCycle?.body);
  return texts.some((text) => /[$#]\{/.test(text ?? ''));
}

export default { mending: ['type', Mending] };
