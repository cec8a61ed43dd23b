// What can be named at an element: asked of the server, kept until the diagram changes.
import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { useService } from 'bpmn-js-properties-panel';
import { post } from '../shared/api.js';
import { inLanguage } from '../shared/i18n.js';

/** What the completion shows of a variable: what it is, its unit and its kind. */
const shown = (translate) => ({ name, title, type, entries }) => ({
  name,
  detail: [inLanguage(title), type && type.split(' | ').map((kind) => translate(`kind:${kind}`)).join(' | ')].filter(Boolean).join(' · '),
  isList: type === 'list' ? 'optional' : undefined,
  entries: entries?.length ? entries.map(shown(translate)) : undefined,
});

/** The functions of our language as the completion wants them; what may be left out is told. */
export const builtins = (functions) => functions.map(({ name, needed, optional }) => ({
  name,
  type: 'function',
  params: needed.map((one) => ({ name: one })),
  detail: optional.length ? `[, ${optional.join(', ')}]` : undefined,
}));

export class Variables {
  constructor(eventBus, bpmnjs, design, translate) {
    this.bpmnjs = bpmnjs;
    this.shown = shown(translate);
    this.scope = design.scope;
    this.known = new Map();
    eventBus.on(['commandStack.changed', 'import.done'], () => this.known.clear());
  }

  at(elementId) {
    if (!this.known.has(elementId)) this.known.set(elementId, this.ask(elementId));
    return this.known.get(elementId);
  }

  async ask(elementId) {
    try {
      const { xml } = await this.bpmnjs.saveXML();
      const { data } = await post('/designer/variables', { scope: this.scope, content: xml, elementId });
      return data.variables.map(this.shown);
    } catch {
      return []; // Completion is a comfort; writing goes on without it.
    }
  }
}
Variables.$inject = ['eventBus', 'bpmnjs', 'config.design', 'translate'];

/** The variables at an element; empty until they are known. */
export function useVariables(element) {
  const variables = useService('variables');
  const [found, setFound] = useState([]);
  useEffect(() => {
    let here = true;
    variables.at(element.id).then((listed) => here && setFound(listed));
    return () => { here = false; };
  }, [element.id, variables]);
  return found;
}

export default { variables: ['type', Variables] };
