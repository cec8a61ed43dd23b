// Read and write the designers' dialect on BPMN elements: `camunda:` attributes, properties named
// `jc:*`, inputs, outputs and mappings. What it does not know it leaves as it is.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

export const object = getBusinessObject;

const extensions = (bo) => bo.get('extensionElements')?.get('values') ?? [];
const find = (bo, type) => extensions(bo).find((one) => one.$type === type);

export const extensionsOf = (element) => extensions(object(element));
export const attribute = (element, name) => object(element).get(`camunda:${name}`) ?? '';
export const property = (element, name) =>
  find(object(element), 'camunda:Properties')?.get('values').find((one) => one.name === name)?.value ?? '';

/** Rows {name, value} of the inputs or outputs of an element. */
export function parameters(element, direction) {
  const found = find(object(element), 'camunda:InputOutput');
  return (found?.get(`${direction}Parameters`) ?? []).map((one) => ({ name: one.name ?? '', value: one.value ?? '' }));
}

/** Rows {source, target} of what a call activity hands in or out; null when it is everything. */
export function mappings(element, direction) {
  const type = direction === 'in' ? 'camunda:In' : 'camunda:Out';
  const rows = extensions(object(element)).filter((one) => one.$type === type && one.businessKey === undefined);
  if (!rows.length || rows.some((one) => one.variables === 'all')) return null;
  return rows.map((one) => ({ source: one.sourceExpression ?? one.source ?? '', target: one.target ?? '' }));
}

/** Writes through the command stack, so that each change can be undone. */
export class Dialect {
  constructor(modeling, bpmnFactory) {
    this.modeling = modeling;
    this.factory = bpmnFactory;
  }

  setAttribute(element, name, value) {
    this.modeling.updateProperties(element, { [`camunda:${name}`]: value || undefined });
  }

  /** Sets an attribute of something that is not drawn itself, such as the process around. */
  setOf(element, about, name, value) {
    this.modeling.updateModdleProperties(element, about, { [`camunda:${name}`]: value || undefined });
  }

  setAttributes(element, values) {
    const named = Object.entries(values).map(([name, value]) => [`camunda:${name}`, value || undefined]);
    this.modeling.updateProperties(element, Object.fromEntries(named));
  }

  setProperty(element, name, value) {
    const had = find(object(element), 'camunda:Properties')?.get('values') ?? [];
    const at = had.findIndex((one) => one.name === name);
    const rows = had.map(({ name: key, value: text }) => ({ name: key, value: text }));
    if (!value) rows.splice(at < 0 ? rows.length : at, at < 0 ? 0 : 1);
    else if (at < 0) rows.push({ name, value });
    else rows[at].value = value;
    const made = rows.length && this.make('camunda:Properties', { values: rows.map((row) => this.make('camunda:Property', row)) });
    this.replace(element, (one) => one.$type === 'camunda:Properties', made ? [made] : []);
  }

  setParameters(element, direction, rows) {
    const had = find(object(element), 'camunda:InputOutput');
    const other = direction === 'input' ? 'output' : 'input';
    const type = direction === 'input' ? 'camunda:InputParameter' : 'camunda:OutputParameter';
    const mine = rows.map((row) => this.make(type, { name: row.name, value: row.value }));
    const theirs = (had?.get(`${other}Parameters`) ?? []).map((one) => this.make(one.$type, { name: one.name, value: one.value, definition: one.definition }));
    const made = mine.length + theirs.length
      ? [this.make('camunda:InputOutput', { [`${direction}Parameters`]: mine, [`${other}Parameters`]: theirs })]
      : [];
    this.replace(element, (one) => one.$type === 'camunda:InputOutput', made);
  }

  setParameter(element, direction, name, value) {
    const rows = parameters(element, direction);
    const at = rows.findIndex((row) => row.name === name);
    if (!value) this.setParameters(element, direction, rows.filter((row) => row.name !== name));
    else if (at < 0) this.setParameters(element, direction, [...rows, { name, value }]);
    else this.setParameters(element, direction, rows.map((row, place) => (place === at ? { name, value } : row)));
  }

  setMappings(element, direction, rows) {
    const type = direction === 'in' ? 'camunda:In' : 'camunda:Out';
    const made = rows === null
      ? [this.make(type, { variables: 'all' })]
      : rows.map(({ source, target }) => this.make(type, source.startsWith('=') ? { sourceExpression: source, target } : { source, target }));
    this.replace(element, (one) => one.$type === type && one.businessKey === undefined, made);
  }

  make(type, values) {
    const made = this.factory.create(type, values);
    for (const value of Object.values(values).flat()) if (value && typeof value === 'object' && value.$type) value.$parent = made;
    return made;
  }

  /** Put other extensions in the place of those that `gone` picks, in one step. */
  replace(element, gone, made) {
    const bo = object(element);
    const had = extensions(bo);
    const at = had.findIndex(gone);
    const kept = had.filter((one) => !gone(one));
    kept.splice(at < 0 ? kept.length : at, 0, ...made);
    const extensionElements = kept.length ? this.factory.create('bpmn:ExtensionElements', { values: kept }) : undefined;
    if (extensionElements) {
      extensionElements.$parent = bo;
      kept.forEach((one) => { one.$parent = extensionElements; });
    }
    this.modeling.updateModdleProperties(element, bo, { extensionElements });
  }
}
Dialect.$inject = ['modeling', 'bpmnFactory'];

export default { dialect: ['type', Dialect] };
