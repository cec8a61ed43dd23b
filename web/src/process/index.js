// The process designer: draws a BPMN diagram of a scope.
import BpmnModeler from 'bpmn-js/lib/Modeler';
import camundaModdle from 'camunda-bpmn-moddle/resources/camunda.json';
import { translateModule, translator } from '../shared/i18n.js';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';

/** Open a diagram in `canvas`; returns the modeler. */
export async function openDiagram(canvas, xml) {
  const modeler = new BpmnModeler({
    container: canvas,
    moddleExtensions: { camunda: camundaModdle },
    additionalModules: [translateModule(translator())],
  });
  await modeler.importXML(xml);
  modeler.get('canvas').zoom('fit-viewport', 'auto');
  return modeler;
}
