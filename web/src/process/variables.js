// What can be named at an element: asked of the server, kept until the diagram changes.
import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { useService } from 'bpmn-js-properties-panel';
import { post } from '../shared/api.js';

const shown = ({ name, type, from, entries }) => ({ name, type: type || undefined, info: from === 'fact' ? 'fact' : undefined, entries: entries?.length ? entries.map(shown) : undefined });

export class Variables {
  constructor(eventBus, bpmnjs, design) {
    this.bpmnjs = bpmnjs;
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
      return data.variables.map(shown);
    } catch {
      return []; // Completion is a comfort; writing goes on without it.
    }
  }
}
Variables.$inject = ['eventBus', 'bpmnjs', 'config.design'];

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
